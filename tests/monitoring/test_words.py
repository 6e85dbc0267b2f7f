"""The words that alerts and dashboards look for in labels: each is one that a service can show.

Which of them a real Prometheus sees in the demo is asked in `test_a_real_prometheus`; what does not happen there is known only from here.
"""

import re
from datetime import UTC, datetime

import pytest
from ruamel.yaml import YAML

from backbone.keys.databases import KeysAway
from backbone.keys.finality import Standing
from backbone.monitoring.prometheus import JOB
from backbone.store.errors import DatabaseAway
from backbone.supervisor.up import SERVICES
from schakel.case_state import ReferralState
from schakel.events.vocab import HoldReason
from services.cases.tally.names import Ended, Lead, Shown
from services.consent.shown import ErasureCollector, Figures
from tests.monitoring.tools import ROOT, RULES, Asked, alerts, panels, selectors

_AWAY = re.compile(r"""(?:\.(?:problem|solved)\(\s*|uses=|uses: str = )"([a-z ]+)\"""")


def away() -> set[str]:
    """The words under which a worker says what it reaches: those in the engine's code, and those of its databases."""
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "backbone" / "engine").glob("*.py"))
    return {*_AWAY.findall(text), DatabaseAway.what, KeysAway.what} - {"start"}


def erasures() -> set[str]:
    shown, moment = ErasureCollector(), datetime(2026, 3, 1, tzinfo=UTC)
    shown.figures = Figures(Standing(0, 0, 0, 0, None, False, False), {}, moment, moment)
    samples = [sample for family in shown.collect() for sample in family.samples]
    return {sample.labels["state"] for sample in samples if "state" in sample.labels}


def outcomes() -> set[str]:
    """How intake answers a message: there is no list of it, both words stand where they are counted."""
    text = (ROOT / "services" / "intake" / "processor.py").read_text(encoding="utf-8")
    return set(re.findall(r'submissions\.labels\("([a-z]+)"\)', text))


WORDS: dict[tuple[str, str], set[str]] = {
    ("schakel_clocks", "state"): {*Shown},
    ("schakel_clocks_ended_total", "outcome"): {*Ended},
    ("schakel_erasures", "state"): erasures(),
    ("schakel_gate_reads_total", "answer"): {"permitted", *HoldReason},
    ("schakel_lead_seconds_bucket", "lead"): {*Lead},
    ("schakel_reachable", "what"): away(),
    ("schakel_receipt_seconds_bucket", "outcome"): outcomes(),
    ("schakel_referrals", "state"): {*ReferralState},
    ("schakel_referrals", "reason"): {"", *HoldReason},
    ("schakel_submissions_total", "outcome"): outcomes(),
}
"""By metric and label; `job` and `service` are Prometheus' own, of everything."""
OF_ALL = {"job": {JOB}, "service": set(SERVICES)}


def wrong(expr: str) -> list[str]:
    """What is looked for and cannot be there."""
    found = []
    for one in selectors(expr):
        for label, how, value in one.matchers:
            known = WORDS.get((one.metric, label)) or OF_ALL.get(label, set())
            if not any(re.fullmatch(value, word) if "~" in how else value == word for word in known):
                found.append(str(one))
    return found


@pytest.mark.parametrize("asked", [*alerts(), *panels()], ids=lambda asked: asked.where)
def test_only_words_that_a_service_can_show_are_looked_for(asked: Asked) -> None:
    assert wrong(asked.expr) == []


def test_every_list_of_words_is_asked_for_and_is_one() -> None:
    asked = {
        (one.metric, label)
        for each in (*alerts(), *panels())
        for one in selectors(each.expr)
        for label, *_ in one.matchers
    }
    assert asked == WORDS.keys() | {pair for pair in asked if pair[1] in OF_ALL}
    assert away() >= {"broker", "database", "outbox", "topic"}
    assert erasures() == {"late", "due_soon", "waiting"}
    assert outcomes() == {"accepted", "refused"}
    (job,) = YAML(typ="safe").load(RULES.parent / "prometheus.yaml")["scrape_configs"]
    assert job["job_name"] == JOB


@pytest.mark.parametrize(
    ("right", "false"),
    [
        ('schakel_referrals{state="held",reason="not_asked"}', "not_aksed"),
        ('schakel_gate_reads_total{answer!="permitted"}', "allowed"),
        ('schakel_reachable{what=~"broker|outbox|topic"}', "broker|outbox|topics"),
        ('schakel_reachable{what=~"database.*"}', "data base.*"),
    ],
)
def test_a_word_that_nobody_shows_is_noticed(right: str, false: str) -> None:
    assert wrong(right) == []
    changed = re.sub(r'"[^"]*"(?=\})', f'"{false}"', right)
    assert len(wrong(changed)) == 1

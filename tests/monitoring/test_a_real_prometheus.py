"""A real Prometheus beside the demo: every panel's and every alert's expression is asked of it, and answers where it should."""

import json
import os
import signal
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from backbone.supervisor.up import SERVICES
from tests.monitoring.tools import ROOT, alerts, metrics_in, needs_prometheus, panels, selectors
from tests.support.broker import CACHE, wait_until

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timing, needs_prometheus]
WITHIN_S = 420
DAYS = "14"
"""Prometheus looks every 15 s, and figures move for it only between two looks: five days are over in eight seconds."""

MAY_BE_EMPTY = {
    "health: Lag, in time A": "nothing waits once the month is over, and what is 0 is left out",
    "sla: Due within 24 hours, by clock A": "at the demo's last moment perhaps nothing is due",
    "sla: Overdue, by clock A": "at the demo's last moment perhaps nothing is overdue",
}
"""Panels that may show nothing here, and why. A panel that has nothing although it should is a fault."""
MAY_BE_MISSING = {
    "schakel_gate_revoked_total": "in these few days perhaps nobody takes a release back",
    "schakel_cases_unsettled_total": "every case comes to rest",
    "schakel_stops_total": "no process ends by its own decision",
}
"""Metrics that appear with the first thing they count, and why it may not happen here."""
MAY_FIRE = {
    "SchakelClocksOverdue": "somebody in the demo is late on purpose",
    "SchakelPromisesAboutToBreak": "a month in a minute: more is due than was done within the same minute",
    "SchakelPromisesBroken": "somebody in the demo is late on purpose",
    "SchakelSilence": "nothing is reported once the month is over",
    "SchakelReceiptsSlow": "on a machine with much other work",
    "SchakelLagging": "on a machine with much other work",
}


def asked_of(url: str, expr: str) -> list[dict[str, Any]]:
    """The samples that Prometheus answers. Fails when it refuses the expression."""
    query = urllib.parse.urlencode({"query": expr})
    with urllib.request.urlopen(f"{url}/api/v1/query?{query}", timeout=20) as answer:
        said = json.loads(answer.read())
    assert said["status"] == "success", said
    found: list[dict[str, Any]] = said["data"]["result"]
    return found


def until(condition: Callable[[], bool], what: str, demo: subprocess.Popen[bytes], log: Path) -> None:
    try:
        wait_until(lambda: condition() or demo.poll() is not None, WITHIN_S, every_s=0.1)
        assert demo.poll() is None, "the demo ended"
    except AssertionError as error:
        said = log.read_text(encoding="utf-8", errors="replace")[-2_000:]
        raise AssertionError(f"{what}: {error}; {said}") from None


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Prometheus that looked at a demo from its start to the end of its days; the demo still runs."""
    home = tmp_path_factory.mktemp("watched")
    (home / "cache").symlink_to(CACHE, target_is_directory=True)
    log = home / "said"
    words = ["-c", "from backbone.cli.main import app; app()", "demo", "--days", DAYS]
    with log.open("wb") as out:
        demo = subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env={**os.environ, "SCHAKEL_VAR_DIR": str(home), "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        until(lambda: "it keeps running" in log.read_text(encoding="utf-8"), "the month is over", demo, log)
        (line,) = [line for line in log.read_text(encoding="utf-8").splitlines() if "Prometheus  " in line]
        url = line.split()[1]
        until(lambda: len(asked_of(url, 'up{job="schakel"} == 1')) == len(SERVICES), "it looked at all", demo, log)
        last = 'sum(increase(schakel_flow_total{step="delivered"}[1h])) > 0'
        until(lambda: bool(asked_of(url, last)), "it saw the figures move", demo, log)
        until(lambda: bool(asked_of(url, "schakel_tally_age_seconds")), "it sees the tally", demo, log)
        # Of a series that began with the first receipt a rate takes two looks; a short month may lie between two of them.
        until(lambda: bool(asked_of(url, "rate(schakel_receipt_seconds_count[1h])")), "it looked twice", demo, log)
        yield url
    finally:
        demo.send_signal(signal.SIGINT)
        try:
            demo.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(demo.pid, signal.SIGKILL)
            demo.wait()


def there(url: str, metric: str) -> bool:
    return bool(asked_of(url, f"count({metric})"))


def test_every_panel_shows_something(watched: str) -> None:
    empty = [asked.where for asked in panels() if not asked_of(watched, asked.expr)]
    for where in empty:
        (asked,) = [one for one in panels() if one.where == where]
        missing = {metric for metric in metrics_in(asked.expr) if not there(watched, metric)}
        assert missing <= MAY_BE_MISSING.keys(), f"{where}: {missing} is not there"
    unexpected = [
        where
        for where in empty
        if where not in MAY_BE_EMPTY
        and not any(metrics_in(one.expr) & MAY_BE_MISSING.keys() for one in panels() if one.where == where)
    ]
    assert unexpected == []


def test_every_alert_can_be_judged(watched: str) -> None:
    """Its expression is understood, what it asks for is there, and it holds of nothing that is as it should be."""
    wrong: dict[str, object] = {}
    for asked in alerts():
        answer = asked_of(watched, asked.expr)
        missing = {metric for metric in metrics_in(asked.expr) if not there(watched, metric)}
        if missing - MAY_BE_MISSING.keys() or (answer and asked.where not in MAY_FIRE):
            wrong[asked.where] = (missing, answer)
    assert wrong == {}


def test_every_selector_finds_something(watched: str) -> None:
    """At some moment of the demo. An alert on a label that nothing has never fires, and a panel that says 0 instead looks well."""
    asked = {str(one) for each in (*alerts(), *panels()) for one in selectors(each.expr)}
    found = set[str]()

    def seen() -> bool:  # what was counted last stands in the tally some seconds later
        found.update(one for one in asked - found if there(watched, f"last_over_time({one}[1h])"))
        return found == asked

    with suppress(AssertionError):
        wait_until(seen, 60, every_s=0.5)
    assert asked - found == set()


def test_the_rules_are_the_ones_it_judges_by(watched: str) -> None:
    with urllib.request.urlopen(f"{watched}/api/v1/rules", timeout=20) as answer:
        groups = json.loads(answer.read())["data"]["groups"]
    judged = {rule["name"]: rule["health"] for group in groups for rule in group["rules"]}
    assert judged == dict.fromkeys((asked.where for asked in alerts()), "ok")


def test_no_service_shows_more_than_it_may(watched: str) -> None:
    found = asked_of(watched, 'sum by (service) (scrape_samples_scraped{job="schakel"})')
    shown = {one["metric"]["service"]: float(one["value"][1]) for one in found}
    assert shown.keys() == set(SERVICES)
    assert max(shown.values()) <= 2_000, shown


def test_no_label_names_a_person_a_case_or_an_offset(watched: str) -> None:
    """Of what we name ourselves; `service`, `instance` and the like are Prometheus'."""
    known = {
        "topic",
        "partition",
        "what",
        "reason",
        "service",
        "effect",
        "outcome",
        "protocol",
        "clock",
        "state",
        "chain",
    }
    known |= {"step", "lead", "le", "role", "waits_for", "mode", "answer", "family"}
    own = {"__name__", "job", "instance", "replica"}
    found = {label for one in asked_of(watched, '{__name__=~"schakel_.*"}') for label in one["metric"]}
    assert found <= known | own

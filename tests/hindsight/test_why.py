"""Why an event is there: each conclusion is drawn again on the prefix it rests on, and whatever differs is said."""

import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from backbone.case_rules import Rules
from backbone.definition_files import load_definitions
from schakel.case_state import Effect
from schakel.entry import Entry
from schakel.events import Derived
from schakel.events.vocab import Scope
from schakel.history import History
from services.hindsight import telling
from services.hindsight.around import Around
from services.hindsight.explaining import Why, explain
from services.hindsight.passages import Passages
from services.hindsight.retrace import Retrace, rules_of
from tests.hindsight.story import placed
from tests.support.copies import Copies
from tests.support.histories import FOLDER, replay, replays

ROOT = Path(__file__).resolve().parents[2]
Read = tuple[History, list[Entry]]


@pytest.fixture(scope="module")
def rules() -> dict[str, Rules]:
    return rules_of(*load_definitions(ROOT / "protocols", ROOT / "chains"))


def explained(told: Read, rules: dict[str, Rules]) -> list[Why]:
    history, around = told
    passages = Passages(ROOT / "protocols")
    return explain(history.state.id, history.entries, Around.of(around), rules, passages).whys


def concluded(whys: list[Why]) -> list[Why]:
    return [why for why in whys if isinstance(why.entry.event, Derived)]


def test_every_conclusion_of_a_played_case_is_drawn_again_the_same(told: Read, rules: dict[str, Rules]) -> None:
    whys = concluded(explained(told, rules))
    assert len(whys) >= 15
    for why in whys:
        decision = why.decision
        assert decision is not None, why.entry.envelope.type
        assert decision.same
        assert decision.drawn.id == why.entry.id
        assert decision.prefix < why.number
        assert decision.rules, why.entry.envelope.type
        assert all(rule.module.startswith("services.") for rule in decision.rules)
        assert why.rests_on
        assert max(number for number, _ in why.rests_on) <= decision.prefix or decision.ahead


def test_a_moment_that_only_time_brings_names_its_watermark(told: Read, rules: dict[str, Rules]) -> None:
    whys = {why.entry.envelope.type: why for why in explained(told, rules)}
    breached = whys["clock.breached"]
    assert breached.decision
    assert breached.decision.now == breached.entry.event.watermark  # type: ignore[attr-defined]
    assert whys["referral.proposed"].decision
    assert whys["referral.proposed"].decision.now is None


def test_the_line_of_the_protocol_is_where_the_part_begins(told: Read, rules: dict[str, Rules]) -> None:
    found = {}
    for why in explained(told, rules):
        if why.passage and why.passage.part:
            line = why.passage.path.read_text(encoding="utf-8").splitlines()[why.passage.line - 1]
            assert line.strip() == f"- id: {why.passage.part}", str(why.passage)
            found[why.entry.envelope.type] = why.passage.part
    assert found["referral.released"] == found["referral.proposed"] == "naar-dmg"
    assert found["clock.breached"] == "contact-met-melder"
    assert "party.informed" in found


def test_every_conclusion_of_the_recorded_demos_is_explained_and_what_a_newer_file_changes_is_said(
    rules: dict[str, Rules],
) -> None:
    """Recorded by an older program, under older files: the same reasons, but for the fold and what the chain's file says now.

    Both chains have another version, another word on whose consent is provisional, and a newer version of each protocol.
    """
    newer = {
        "amsterdam": ("chain_version", "protocols", "fold_version", "provisional"),
        "groningen": ("chain_version", "protocols", "fold_version", "provisional"),
    }
    passages, seen, cases = Passages(ROOT / "protocols"), set[str](), 0
    for path in sorted((FOLDER / "recorded").rglob("*.jsonl")):
        for golden in replays(path):
            cases += 1
            for why in concluded(explain(golden.state.id, placed(golden), Around(), rules, passages).whys):
                assert why.decision is not None, why.entry.envelope.type
                if not why.decision.same:
                    assert why.decision.differs == newer[golden.state.chain or ""]
                seen.add(why.entry.envelope.type)
    assert cases >= 12
    assert len(seen) >= 15


def test_an_event_that_was_overtaken_says_by_what(rules: dict[str, Rules]) -> None:
    entries = placed(replay(FOLDER / "a-withdrawal-overtakes-a-release.jsonl"))
    whys = explain(entries[0].envelope.case or "", entries, Around(), rules, Passages(ROOT / "protocols")).whys
    (over,) = [why for why in whys if why.effect is Effect.OVERTAKEN]
    assert over.entry.envelope.type == "referral.released"
    assert over.overtaken_by
    assert over.overtaken_by[1].envelope.type == "consent.withdrawn"
    assert over.decision
    assert over.decision.prefix < over.overtaken_by[0] < over.number
    said = dict(telling.lines(over))
    assert said["overtaken by"].startswith(f"number {over.overtaken_by[0]}: consent.withdrawn")
    assert telling.as_json(over)["overtaken_by"]["number"] == over.overtaken_by[0]


def test_a_conclusion_that_no_rule_draws_is_not_explained_away(told: Read, rules: dict[str, Rules]) -> None:
    """Somebody changes what a record says: the rules give another one, or none."""
    history, around = told
    entries = list(history.entries)
    place = next(number for number, entry in enumerate(entries) if entry.envelope.type == "referral.released")
    event = entries[place].event.model_copy(update={"scopes": (Scope.CASE_FACTS,)})
    entries[place] = replace(entries[place], event=event)
    found = Retrace(history.state.id, entries, rules, Around.of(around), [entries[place].id]).run()
    assert found[entries[place].id].differs == ("scopes",)
    unknown = entries[place].event.model_copy(update={"to": "gemeente-groningen"})
    entries[place] = replace(entries[place], event=unknown)
    assert Retrace(history.state.id, entries, rules, Around.of(around), [entries[place].id]).run() == {}
    why = Why(place + 1, entries[place], Effect.EFFECTIVE)
    assert dict(telling.lines(why))["decided"] == telling.NEVER


def test_what_is_told_was_concluded_by_nobody(told: Read, rules: dict[str, Rules]) -> None:
    first = explained(told, rules)[0]
    assert dict(telling.lines(first))["why"] == "nobody concluded it: politie-noord told it"


def test_looking_back_leaves_nothing_behind(played: tuple[Copies, str], told: Read, rules: dict[str, Rules]) -> None:
    assert sys.getprofile() is None
    explained(told, rules)
    assert sys.getprofile() is None

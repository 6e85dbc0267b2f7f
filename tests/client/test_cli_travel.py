"""`schakel replay` at a moment, `why` and `case report`, as somebody at a terminal meets them. The ledger is a golden history."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from schakel.cli import hindsight, travel
from schakel.cli.main import app
from schakel.cli.output import Undoable
from schakel.definitions import Definitions
from schakel.entry import Entry
from schakel.history import History, Step
from schakel.travel import happened_at
from tests.hindsight.story import placed
from tests.support.histories import FOLDER, replay

LATE = "late-paperwork-is-not-late-work"
OVER = "a-withdrawal-overtakes-a-release"
ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., Result]


def read(name: str) -> History:
    golden = replay(FOLDER / f"{name}.jsonl")
    return History(
        golden.state, [Step(entry, step.found) for entry, step in zip(placed(golden), golden.steps, strict=True)]
    )


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    def run(name: str, *arguments: str) -> Result:
        history = read(name)

        def found(case: str, profile: Path | None) -> tuple[History, list[Entry]]:
            return history, []

        monkeypatch.setattr(travel, "find_case", lambda case, profile: history)
        monkeypatch.setattr(hindsight, "find", found)
        monkeypatch.setattr(hindsight, "definitions", lambda profile: Definitions())
        result = CliRunner().invoke(app, [history.state.id if one == "CASE" else one for one in arguments])
        assert "Traceback" not in result.output
        if "--json" not in arguments:
            assert max(map(len, result.output.splitlines()), default=0) <= 80 or result.exit_code
        return result

    return run


def flat(result: Result) -> str:
    return re.sub(r"\s+", " ", result.output)


def test_a_moment_of_the_world_says_what_was_written_down_later(run: Run) -> None:
    contact = next(entry for entry in read(LATE).entries if entry.envelope.type == "contact.made")
    moment = happened_at(contact).isoformat()
    said = run(LATE, "replay", "CASE", "--at", moment)
    assert said.exit_code == 0
    assert "the world at" in said.output
    assert "written down later" in said.output
    assert "contact.made" in said.output
    known = json.loads(run(LATE, "replay", "CASE", "--as-known-at", moment, "--json").output)
    assert known["events"]["written_later"] == []
    assert known["state"].get("contacts", []) == []


def test_an_offset_and_now_differ_in_what_came_between(run: Run) -> None:
    said = run("the-whole-path", "replay", "CASE", "--at-offset", "20", "--diff", "now")
    assert said.exit_code == 0, said.output
    assert "- referral slachtofferhulp-voorbeeld" in said.output
    assert "referral.accepted" in said.output
    found = json.loads(run("the-whole-path", "replay", "CASE", "--at-offset", "20", "--diff", "now", "--json").output)
    assert {change["where"].partition(".")[0] for change in found["changes"]} >= {"referrals", "events"}
    assert all(event["offset"] > 20 for event in found["events"])
    nothing = run("the-whole-path", "replay", "CASE", "--at-offset", "20", "--diff", "20")
    assert "nothing that is known of the case changed" in nothing.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("replay", "--at", "2026-03-28"), "are for one case"),
        (("replay", "CASE", "--at", "yesterday"), "is no moment; expected one such as"),
        (("replay", "CASE", "--at", "2026-03-28", "--at-offset", "3"), "one of them"),
        (("replay", "CASE", "--at", ""), "--at '' is no moment"),
        (("replay", "CASE", "--as-known-at", ""), "--as-known-at '' is no moment"),
        (("replay", "CASE", "--at", "20260328"), "'20260328' is no moment"),
        (("replay", "CASE", "--at", "2026-W13"), "'2026-W13' is no moment"),
        (("replay", "CASE", "--at", "2026-W13-6"), "'2026-W13-6' is no moment"),
        (("replay", "CASE", "--at", "2026-03-28", "--diff", "20260401"), "'20260401' is no moment"),
        (("replay", "CASE", "--diff", "2026-03-28"), "give the first with --at"),
        (("replay", "CASE", "--diff", "now"), "give the first with --at"),
        (("replay", "CASE", "--at-offset", "3", "--diff", "2026-03-28"), "expected an offset"),
        (("replay", "CASE", "--at-offset", "-3"), "expected a number from 0"),
        (("why", "CASE", "999"), "the case has no event '999'"),
        (("why", "CASE", "0"), "…"),
    ],
)
def test_what_is_wrong_is_one_sentence(run: Run, arguments: tuple[str, ...], says: str) -> None:
    result = run("the-whole-path", *arguments)
    if says == "…":
        assert result.exit_code == 0  # offset 0 is its first event, though many ids begin with it
        return
    assert result.exit_code == 2
    assert says in flat(result)


def test_why_names_the_rule_the_prefix_and_what_overtook_it(run: Run) -> None:
    over = next(step.entry for step in read(OVER).steps if step.effect.value == "overtaken")
    said = flat(run(OVER, "why", "CASE", over.id[:8]))
    assert "services.consent.rules._release_or_hold" in said
    assert "the first 3 events of the case" in said
    assert "overtaken by" in said
    found: dict[str, Any] = json.loads(run(OVER, "why", "CASE", str(over.offset), "--json").output)
    assert found["overtaken_by"]["type"] == "consent.withdrawn"
    assert found["decision"]["same_event_today"]


def test_a_moment_without_a_zone_is_utc_and_a_day_is_its_end() -> None:
    assert travel.moment_of("--at", "2026-03-28T12:00").isoformat() == "2026-03-28T12:00:00+00:00"
    assert travel.moment_of("--at", "2026-03-28T13:00+01:00").isoformat() == "2026-03-28T12:00:00+00:00"
    assert travel.moment_of("--at", "2026-03-28 12:00").isoformat() == "2026-03-28T12:00:00+00:00"
    assert travel.moment_of("--at", "20260328T1200").isoformat() == "2026-03-28T12:00:00+00:00"
    assert travel.moment_of("--at", "2026-03-28").isoformat() == "2026-03-28T23:59:59.999999+00:00"


def test_a_page_is_written_once(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "verslag.html"
    monkeypatch.setenv("SCHAKEL_PROTOCOLS_DIR", str(ROOT / "protocols"))
    monkeypatch.setenv("SCHAKEL_CHAINS_DIR", str(ROOT / "chains"))
    monkeypatch.chdir(tmp_path)
    first = run(OVER, "case", "report", "CASE", "--to", path.name)
    assert first.exit_code == 0, first.output
    assert path.read_text(encoding="utf-8").endswith("</html>\n")
    again = run(OVER, "case", "report", "CASE", "--to", path.name)
    assert again.exit_code == 2
    assert "is there already" in flat(again)


def test_a_page_that_could_not_be_made_leaves_no_file(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def report(history: History, around: list[Entry], definitions: Definitions) -> Iterator[str]:
        yield "<!doctype html>"
        raise Undoable("a protocol is not here")

    monkeypatch.setattr(hindsight, "_door", lambda command: SimpleNamespace(report=report))
    monkeypatch.chdir(tmp_path)
    failed = run(OVER, "case", "report", "CASE", "--to", "verslag.html")
    assert failed.exit_code == 2
    assert "a protocol is not here" in flat(failed)
    assert list(tmp_path.iterdir()) == [], "so that the next attempt can write it"


def test_without_the_backbone_the_command_says_what_it_misses(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hindsight, "_DOOR", "services.no_such_module.door")
    result = run(OVER, "why", "CASE", "0")
    assert result.exit_code == 2
    assert "needs the rules and definitions of the backbone" in flat(result)

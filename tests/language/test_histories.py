"""Every golden history, folded by today's code: the same effects, the same end. Later versions may know more, never something else.

What an older version only recorded may have an effect by now: that is knowing more.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from schakel.case_state import Effect, dump, fingerprint, load
from schakel.history import History, Step
from tests.histories.record import MAX_BYTES, RECORDED, choose, shows
from tests.support.histories import FOLDER, Replay, readable, replay, replays

FILES = sorted(FOLDER.glob("*.jsonl"))
WHOLE, OVERTAKES = "the-whole-path", "a-withdrawal-overtakes-a-release"
RECORDED_CASES = [
    (f"{path.parent.name}-{path.stem}", history)
    for path in sorted(RECORDED.rglob("*.jsonl"))
    for history in replays(path)
]


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_golden_history_is_read_as_it_was(path: Path) -> None:
    check(replay(path))


@pytest.mark.parametrize(
    ("name", "history"), RECORDED_CASES, ids=[f"{name}-{n}" for n, (name, _) in enumerate(RECORDED_CASES)]
)
def test_a_case_of_a_recorded_demo_is_read_as_it_was(name: str, history: Replay) -> None:
    check(history)
    assert all(step.entry.envelope.case == history.state.id for step in history.steps)


def test_the_recorded_cases_show_much_of_the_language() -> None:
    steps = [step for _, history in RECORDED_CASES for step in history.steps]
    assert len(RECORDED_CASES) >= 12
    assert len({step.entry.envelope.type for step in steps}) >= 36
    assert {Effect.EFFECTIVE, Effect.RECORDED} <= {step.expected for step in steps}
    assert all(path.stat().st_size <= MAX_BYTES for path in RECORDED.rglob("*.jsonl"))


def test_the_shortest_case_that_shows_most_is_chosen_first_and_none_that_shows_nothing_new() -> None:
    whole, start, other = (_case(replay(FOLDER / f"{name}.jsonl")) for name in (WHOLE, WHOLE, OVERTAKES))
    start.steps = start.steps[:2]
    chosen = choose([start, whole, whole, other], at_most=12)
    assert chosen[0] is whole
    assert len(chosen) <= 3
    everything = shows(start) | shows(whole) | shows(other)
    assert set().union(*map(shows, chosen)) == everything
    assert choose([start, whole, other], at_most=1) == [whole]


def _case(golden: Replay) -> History:
    return History(golden.state, [Step(step.entry, step.found) for step in golden.steps])


def check(history: Replay) -> None:
    """The same effects, the same end."""
    for number, step in enumerate(history.steps, 1):
        more = (
            step.expected is Effect.RECORDED and step.found is Effect.EFFECTIVE
        )  # this version draws something from it
        assert more or step.found is step.expected, f"record {number} ({step.entry.envelope.type}) of '{history.says}'"
    found = readable(history.state)
    assert list(contradictions(history.expected_state, found)) == []
    if found == history.expected_state:
        assert fingerprint(history.state) == history.expected_fingerprint
        assert fingerprint(load(dump(history.state))) == history.expected_fingerprint


def contradictions(expected: Any, found: Any, at: str = "state") -> Iterator[str]:
    """Where `found` says something else than `expected`. New names beside the old ones are no contradiction."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name, value in expected.items():
            yield from contradictions(value, found.get(name), f"{at}.{name}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for number, (before, now) in enumerate(zip(expected, found, strict=True)):
            yield from contradictions(before, now, f"{at}[{number}]")
    elif expected != found:
        yield f"{at} was {expected!r} and is now {found!r}"


def test_the_three_first_histories_are_there() -> None:
    assert {path.stem for path in FILES} >= {
        "the-whole-path",
        "a-withdrawal-overtakes-a-release",
        "an-old-yes-comes-late",
    }


def test_a_different_answer_is_noticed() -> None:
    assert list(contradictions({"a": {"b": 1}}, {"a": {"b": 2, "new": 3}})) == ["state.a.b was 1 and is now 2"]
    assert list(contradictions({"a": {"b": 1}}, {"a": {"b": 1, "new": 3}})) == []
    assert list(contradictions([{"a": 1}], [{"a": 2, "new": 3}])) == ["state[0].a was 1 and is now 2"]
    assert list(contradictions([{"a": 1}], [{"a": 1}, {"a": 2}])) != []

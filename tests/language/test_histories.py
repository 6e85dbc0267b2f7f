"""Every golden history, folded by today's code: the same effects, the same end. Later versions may know more, never something else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from schakel.case_state import dump, fingerprint, load
from tests.support.histories import FOLDER, readable, replay

FILES = sorted(FOLDER.glob("*.jsonl"))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_recorded_history_is_read_as_it_was(path: Path) -> None:
    history = replay(path)
    for number, step in enumerate(history.steps, 1):
        assert step.found is step.expected, f"record {number} ({step.entry.envelope.type}) of '{history.says}'"
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

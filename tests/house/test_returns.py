"""Which bound a return time is held against, and that it is held."""

import json
from pathlib import Path

import pytest

from tests.support import returns
from tests.support.returns import Returns


@pytest.fixture(autouse=True)
def written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(returns, "WRITTEN", tmp_path)
    return tmp_path


@pytest.mark.parametrize(("busy", "bound_s"), [(False, 2.0), (True, 6.0)])
def test_the_promise_holds_where_nobody_else_wants_the_cores(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], written: Path, busy: bool, bound_s: float
) -> None:
    monkeypatch.setattr(returns, "overloaded", lambda: busy)
    found = Returns("a-test", seconds=[0.5, bound_s, 30.0])
    found.check(2.0, loose_s=6.0)
    assert ("the loose bound of 6 s" if busy else "the promised 2 s") in capsys.readouterr().out
    assert json.loads((written / "a-test.json").read_text())["bound_s"] == bound_s
    found.seconds.append(bound_s + 0.1)
    found.seconds.append(bound_s + 0.1)
    with pytest.raises(AssertionError, match="held against"):
        found.check(2.0, loose_s=6.0)


def test_who_is_back_is_noted_once() -> None:
    back = {"a": False, "b": True}
    found = Returns("a-test")
    for who in back:
        found.began(who, lambda who=who: back[who])
    assert not found.look()
    assert (len(found.seconds), list(found.waiting)) == (1, ["a"])
    back["a"] = True
    assert found.look()
    assert len(found.seconds) == 2


def test_nobody_measured_is_no_pass() -> None:
    with pytest.raises(AssertionError, match="nobody was measured"):
        Returns("a-test").check(2.0, loose_s=6.0)

"""Records that nobody waits for gather; one that somebody waits for takes along what has gathered before it."""

from backbone.engine.gathering import HURRIED_S, MANY, Gathering
from backbone.engine.processor import Patience

PLACE, OTHER = ("schakel.ledger", 0), ("schakel.ledger", 1)


def gathering() -> Gathering:
    return Gathering(Patience(0.1, lambda record: record == "urgent"))


def test_one_that_somebody_waits_for_takes_along_what_came_before() -> None:
    heaps = gathering()
    assert heaps.add(PLACE, 1, ["a", "b"], now=0.0) is None
    assert heaps.add(OTHER, 1, ["x"], now=0.0) is None

    assert heaps.add(PLACE, 1, ["c", "urgent", "d"], now=0.05) == ["a", "b", "c", "urgent", "d"]
    assert list(heaps.due(0.05)) == []
    assert list(heaps.due(0.1)) == [(OTHER, 1, ["x"])]
    assert list(heaps.due(9.0)) == []


def test_once_somebody_waits_what_gathers_already_goes_soon() -> None:
    somebody = False
    heaps = Gathering(Patience(0.25, lambda record: False, lambda: somebody))
    heaps.add(PLACE, 1, ["a"], now=0.0)
    assert list(heaps.due(0.1)) == []
    assert heaps.wait_s(0.1, most=0.5) <= HURRIED_S, "nobody wakes it when somebody begins to wait"

    somebody = True
    assert list(heaps.due(0.1)) == [(PLACE, 1, ["a"])]
    heaps.add(PLACE, 1, ["question"], now=0.2)
    assert list(heaps.due(0.21)) == []
    assert heaps.add(PLACE, 1, ["answer"], now=0.2 + HURRIED_S) == ["question", "answer"]


def test_their_time_runs_from_the_first() -> None:
    heaps = gathering()
    heaps.add(PLACE, 1, ["a"], now=0.0)
    heaps.add(PLACE, 1, ["b"], now=0.09)

    assert heaps.wait_s(0.09, most=0.5) < 0.02
    assert list(heaps.due(0.1)) == [(PLACE, 1, ["a", "b"])]
    assert heaps.wait_s(0.1, most=0.5) == 0.5


def test_late_is_now() -> None:
    heaps = gathering()
    heaps.add(PLACE, 1, ["a"], now=0.0)

    assert heaps.add(PLACE, 1, ["b"], now=0.2) == ["a", "b"]


def test_what_was_read_before_a_seek_is_dropped() -> None:
    heaps = gathering()
    heaps.add(PLACE, 1, ["old"], now=0.0)

    assert heaps.add(PLACE, 2, ["urgent"], now=0.0) == ["urgent"]
    heaps.add(PLACE, 1, ["old"], now=0.0)
    heaps.add(PLACE, 2, ["a"], now=0.0)
    assert list(heaps.due(9.0)) == [(PLACE, 2, ["a"])]


def test_many_are_not_kept() -> None:
    heaps = gathering()

    assert heaps.add(PLACE, 1, ["a"] * MANY, now=0.0) == ["a"] * MANY


def test_the_operator_may_make_it_less_and_not_more() -> None:
    patience = Patience(0.1, lambda record: False, lambda: True)

    assert patience.at_most(0.02) == Patience(0.02, patience.waited_for, patience.hurried)
    assert patience.at_most(5.0) == patience
    assert Gathering(patience.at_most(0.0)).add(PLACE, 1, ["a"], now=0.0) == ["a"]


def test_without_patience_nothing_waits() -> None:
    for patience in (Patience(), Patience(0.1), Patience(0.0, lambda record: False)):
        assert Gathering(patience).add(PLACE, 1, ["a"], now=0.0) == ["a"]

"""A ledger read by several processes says what one reader of it says, and what befalls one of them is said by name."""

import os
import signal
from collections.abc import Callable, Iterator

import pytest

from backbone.evaluation.reading import read_trails
from backbone.evaluation.side_by_side import ReaderEnded, deal, read_side_by_side
from backbone.evaluation.trail import Trail
from bench.conformance import records
from schakel.case_state import fingerprint
from schakel.errors import SchakelError
from schakel.record import Raw

CASES, PARTITIONS = 120, 8


def everything(trail: Trail) -> bool:
    return True


def part(*partitions: int) -> Callable[[], Iterator[Raw]]:
    return lambda: records(CASES, list(partitions))


def test_several_processes_find_what_one_finds() -> None:
    one = read_trails(records(CASES, list(range(PARTITIONS))))
    several = read_side_by_side([part(0, 3, 6), part(1, 4, 7), part(2, 5)], everything)
    assert len(one.cases) == CASES
    assert list(several.cases) == sorted(one.cases)
    assert several.until == one.until
    for name, trail in one.cases.items():
        assert fingerprint(several.cases[name].state) == fingerprint(trail.state)
        assert several.cases[name].happened == trail.happened
        assert several.cases[name].without_effect == trail.without_effect


@pytest.mark.parametrize("parts", [[part(*range(8))], [part(0, 1, 2, 3), part(4, 5, 6, 7)]])
def test_only_the_wanted_come_back(parts: list[Callable[[], Iterator[Raw]]]) -> None:
    found = read_side_by_side(parts, lambda trail: trail.id.endswith("1"))
    assert found.cases
    assert all(name.endswith("1") for name in found.cases)


def test_the_moment_at_which_the_records_end_is_of_all_of_them() -> None:
    """What is open at the end is open: also where the newest record is of a case that nobody asked for."""
    found = read_side_by_side([part(0), part(*range(1, 8))], lambda trail: False)
    assert found.until == read_trails(records(CASES, list(range(PARTITIONS)))).until
    assert not found.cases


def test_what_cannot_be_read_is_counted_in_each() -> None:
    def with_noise(partition: int) -> Iterator[Raw]:
        yield from records(CASES, [partition])
        yield Raw("schakel.ledger", partition, 10_000, 0, b"x", b"noise", ())

    assert read_side_by_side([lambda: with_noise(0), lambda: with_noise(1)], everything).unread == 2


def test_an_error_in_one_is_said_in_its_words() -> None:
    def broken() -> Iterator[Raw]:
        yield from records(CASES, [0])
        raise SchakelError("the broker went away; start it again")

    with pytest.raises(ReaderEnded, match="the broker went away; start it again"):
        read_side_by_side([broken, part(1)], everything)


def test_of_an_unforeseen_error_only_the_kind_is_said() -> None:
    def broken() -> Iterator[Raw]:
        raise ValueError("what stood in somebody's record")
        yield

    with pytest.raises(ReaderEnded, match=r"^reading failed \(ValueError\)$"):
        read_side_by_side([broken, part(1)], everything)


def test_a_process_that_is_ended_from_outside_is_no_short_ledger() -> None:
    def killed() -> Iterator[Raw]:
        yield from records(CASES, [0])
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(ReaderEnded, match="ended from outside"):
        read_side_by_side([killed, part(1)], everything)


def test_a_case_in_two_partitions_is_not_read_as_if_it_had_an_order() -> None:
    case = records(1, [0])
    first, *rest = list(case)
    found = read_side_by_side([lambda: iter([first]), lambda: iter(rest)], everything)
    (trail,) = found.cases.values()
    assert trail.state.report is not None
    assert len(trail.happened) + trail.without_effect == 1
    assert found.unread == len(rest)


def test_partitions_are_dealt_out_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores in (1, 2, 5, 64):
        monkeypatch.setattr(os, "sched_getaffinity", lambda pid, cores=cores: set(range(cores)))
        for partitions in (1, 3, 8):
            shares = deal(partitions)
            assert sorted(number for share in shares for number in share) == list(range(partitions))
            assert len(shares) == min(cores, partitions)

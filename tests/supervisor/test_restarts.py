"""The rules for a service that ended."""

import pytest

from backbone.supervisor.restarts import (
    EXIT_GO_ON_AT_CHECKPOINT,
    EXIT_STOPPED_AND_SAYS_WHY,
    LONGEST_DELAY_S,
    QUICK_RESTARTS,
    SETTLED_AFTER_S,
    Record,
    after_exit,
)


def delays(code: int, times: int, ran_s: float = 1.0) -> list[float | None]:
    record, found = Record(), []
    for _ in range(times):
        verdict = after_exit(code, ran_s, record)
        found.append(verdict.delay_s)
        record = verdict.record
    return found


def test_a_gap_in_the_partition_is_answered_at_once() -> None:
    assert delays(EXIT_GO_ON_AT_CHECKPOINT, 3) == [0.0, 0.0, 0.0]


def test_a_gap_that_comes_back_again_and_again_backs_off() -> None:
    assert delays(EXIT_GO_ON_AT_CHECKPOINT, QUICK_RESTARTS + 3)[-3:] == [0.5, 1.0, 2.0]


def test_a_service_that_says_why_it_stopped_is_left_alone() -> None:
    assert delays(EXIT_STOPPED_AND_SAYS_WHY, 1) == [None]


@pytest.mark.parametrize("code", [1, -9, 139, 0])
def test_any_other_end_backs_off_from_half_a_second_to_thirty(code: int) -> None:
    assert delays(code, 9) == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, LONGEST_DELAY_S]


def test_a_service_that_ran_well_is_forgiven_its_earlier_ends() -> None:
    verdict = after_exit(1, SETTLED_AFTER_S + 1, Record(failures=7, quick=QUICK_RESTARTS))
    assert verdict.delay_s == 0.5


def test_the_reason_names_the_signal() -> None:
    assert "signal 9" in after_exit(-9, 1, Record()).reason

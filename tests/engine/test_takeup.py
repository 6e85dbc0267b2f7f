"""Where a partition goes on, and when it does not: pure."""

import re
from pathlib import Path

import pytest

from backbone.engine.errors import Exit, Stop
from backbone.engine.takeup import Log, beginning, first_checkpoints, reached, waits_for_first
from backbone.store.rows import Checkpoint

PLACE = ("schakel.ledger", 2)


def point(at: int, *, digest: bytes | None = b"d", topic_id: str = "t", until: int | None = None) -> Checkpoint:
    return Checkpoint(1, *PLACE, at, topic_id, digest, until)


def test_it_goes_on_at_the_checkpoint_one_record_back_to_compare() -> None:
    found = beginning(point(10), Log("t", 0, 20))
    assert (found.seek, found.position, found.end, found.verified) == (9, 10, 20, False)


def test_at_the_end_of_the_log_there_is_still_a_record_to_compare() -> None:
    assert beginning(point(20), Log("t", 0, 20)).seek == 19


@pytest.mark.parametrize(("at", "digest", "start"), [(0, None, 0), (10, b"d", 10), (10, None, 0)])
def test_without_a_record_or_a_digest_there_is_nothing_to_compare(at: int, digest: bytes | None, start: int) -> None:
    found = beginning(point(at, digest=digest), Log("t", start, 20))
    assert (found.seek, found.verified) == (at, True)


@pytest.mark.parametrize(
    ("at", "log", "reason", "said"),
    [
        (10, Log("new", 0, 20), "recreated", "made anew: its id is new, the database was at offset 10 of t"),
        (21, Log("t", 0, 20), "beyond_end", "at offset 21 of schakel.ledger[2] but the log ends at 20"),
        (10, Log("t", 12, 20), "below_start", "the log begins at 12: 2 records were deleted before they were read"),
        (1, Log("t", 0, 0), "beyond_end", "the log ends at 0"),
    ],
)
def test_a_position_that_does_not_fit_stops_the_service(at: int, log: Log, reason: str, said: str) -> None:
    with pytest.raises(Stop) as stopped:
        beginning(point(at), log)
    assert (stopped.value.code, stopped.value.reason) == (Exit.SAYS_WHY, reason)
    assert said in stopped.value.sentence
    assert "; " in stopped.value.sentence, "what to do"


def test_how_to_give_it_an_empty_database_stands_where_it_says() -> None:
    with pytest.raises(Stop) as stopped:
        beginning(point(10), Log("new", 0, 20))
    said = re.search(r"\((docs/\S+\.md) says how, under '(.+)'\)", stopped.value.sentence)
    assert said
    page = (Path(__file__).parents[2] / said[1]).read_text(encoding="utf-8")
    assert f"\n### {said[2]}\n" in page


def test_what_is_there_already_is_history_where_it_is_history() -> None:
    logs = {("ledger", 0): Log("a", 0, 9), ("ledger", 1): Log("a", 0, 0), ("in", 0): Log("b", 3, 9)}
    made = {(one.topic, one.partition): one for one in first_checkpoints(logs, [], {"ledger"})}
    assert made["ledger", 0].rebuild_until == 9
    assert made["ledger", 1].rebuild_until is None, "there is nothing to read"
    assert (made["in", 0].next_offset, made["in", 0].rebuild_until) == (3, None)
    assert first_checkpoints(logs, list(logs), {"ledger"}) == []


def test_what_comes_first_is_waited_for_until_it_is_reconciled() -> None:
    ends = {("ledger", 0): 5, ("ledger", 1): 0, ("ledger", 2): 5}
    points = {("ledger", 0): point(5), ("ledger", 2): point(5, until=5)}
    assert waits_for_first(ends, points) == {("ledger", 2): 5}
    assert not reached(points["ledger", 2], 5)
    assert reached(point(6), 5)
    assert not reached(point(4), 5)
    assert reached(None, 0), "an empty partition that nobody has taken up yet"

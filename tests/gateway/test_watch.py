"""Who waits at the gateway gets what it waits for, once; nobody else gets it."""

import asyncio

import pytest

from schakel.events.data import DisclosurePermitted
from services.gateway import ledger
from services.gateway.ledger import Answer, Referral, Watch


def permit(request: str, partition: int = 0) -> Answer:
    return Answer(DisclosurePermitted(request=request, scopes=("story",)), partition, 7)


async def test_an_answer_goes_to_the_one_who_asked_and_to_nobody_else() -> None:
    watch = Watch()
    mine, other = watch.expect("mine"), watch.expect("other")
    watch.reached(0, 8, [permit("somebodys"), permit("mine")])
    assert (mine.done(), other.done()) == (True, False)
    assert (await mine).event.request == "mine"


async def test_an_answer_is_given_once() -> None:
    watch = Watch()
    first = watch.expect("r")
    watch.reached(0, 8, [permit("r")])
    again = watch.expect("another")
    watch.reached(0, 9, [permit("r")])
    assert (first.done(), again.done()) == (True, False)


async def test_who_has_given_up_gets_nothing() -> None:
    watch = Watch()
    asker = watch.expect("r")
    watch.forget("r")
    watch.reached(0, 8, [permit("r")])
    assert not asker.done()


async def test_an_answer_to_whoever_was_cancelled_harms_nobody() -> None:
    watch = Watch()
    watch.expect("r").cancel()
    watch.reached(0, 8, [permit("r")])


async def test_waiting_for_a_position_ends_there_and_not_before_and_not_on_another_partition() -> None:
    watch = Watch()
    watch.begin({0: 5, 1: 5})
    await watch.folded(0, 5)
    waiting = asyncio.create_task(watch.folded(0, 7))
    for partition, position in ((1, 9), (0, 6)):
        await asyncio.sleep(0)
        watch.reached(partition, position, ())
        await asyncio.sleep(0)
        assert not waiting.done()
    watch.reached(0, 7, ())
    await asyncio.wait_for(waiting, 5)


async def test_a_partition_that_was_never_read_is_waited_for() -> None:
    watch = Watch()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(watch.folded(3, 1), 0.05)
    await watch.folded(3, 0)


async def test_a_position_never_goes_back() -> None:
    """Of a transaction that another process had moved on already."""
    watch = Watch()
    watch.reached(0, 9, ())
    watch.reached(0, 4, ())
    await watch.folded(0, 9)


async def test_where_a_reference_leads_is_at_hand_and_the_oldest_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "_REFERRALS_AT_HAND", 2)
    watch, three = Watch(), [Referral(name, "case", 0, False) for name in "abc"]
    watch.leads(three)
    assert [watch.leads_to(name) for name in "abcx"] == [None, *three[1:], None]

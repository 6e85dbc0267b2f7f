"""What the client sends once more by itself, on a slow day, is no message without an answer."""

from collections.abc import Sequence

from backbone.demo.checks import every_message_answered
from backbone.demo.collect import asked_again
from backbone.demo.evidence import Answer, Evidence, Sent
from schakel.messages import Position, Receipt, ReceiptStatus
from schakel.record import Raw

BY = "coc-amsterdam"
IDS = [f"00000000-0000-7000-8000-{number:012d}" for number in range(3)]
ACTS = [Sent(BY, IDS[0], True), Sent(BY, IDS[1], False), Sent(BY, IDS[1], False, again=True)]


def topic(*ids: str | None) -> list[Raw]:
    return [
        Raw(f"schakel.in.{BY}", 0, offset, 0, None, b"", (("ce_id", one.encode()),) if one else ())
        for offset, one in enumerate(ids)
    ]


def answered(records: Sequence[Raw], *offsets: int) -> list[str]:
    """What the check finds wrong when these messages have a receipt of their own."""
    answers = [
        Answer(
            BY,
            Receipt(
                about=dict(records[offset].headers)["ce_id"].decode(),
                status=ReceiptStatus.ACCEPTED,
                position=Position(partition=0, offset=offset),
                in_offset=offset,
            ),
        )
        for offset in offsets
    ]
    sent = [*ACTS, *asked_again(ACTS, {BY: records})]
    return list(every_message_answered(Evidence(sent, answers, in_records={BY: len(records)})).wrong)


def test_only_what_stands_there_more_often_than_it_was_told() -> None:
    assert asked_again(ACTS, {BY: topic(IDS[0], IDS[1], IDS[1], None)}) == []
    more = asked_again(ACTS, {BY: topic(IDS[0], IDS[1], IDS[1], IDS[0], IDS[0], IDS[2])})
    assert more == [Sent(BY, IDS[0], True, again=True)] * 2, "what nobody told is not excused"


def test_it_may_share_the_answer_of_the_first_and_no_other_may() -> None:
    records = topic(IDS[0], IDS[1], IDS[1], IDS[0])
    assert answered(records, 0, 1) == []
    assert answered(records, 0, 1, 2, 3) == []
    assert answered(topic(IDS[0], IDS[1], IDS[1], IDS[2]), 0, 1) == [f"{BY} sent 4 messages and 2 were answered"]

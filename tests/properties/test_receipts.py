"""Whatever partners send, how often, and who dies meanwhile: an answer to every message, one effect, one place, and replay is live.

What is promised for a message that is sent again stands in docs/partners.md ("Ids, and sending again") and docs/adr/0012.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, note

from schakel import codec
from schakel.case import apply
from schakel.case_state import Effect, State
from schakel.entry import Entry
from schakel.messages import Receipt, ReceiptStatus
from tests.properties.effort import effort
from tests.properties.mail import Mail, Sent, Step, plots
from tests.support.truths import Evidence, all_faults

Answers = Sequence[tuple[int, Receipt]]
"""Receipts on one partner's `out` topic, with where each stands."""


@effort(40)
@given(plots())
def test_one_answer_one_place_one_effect_and_replay_is_live(plot: list[Step]) -> None:
    with TemporaryDirectory() as folder:
        mail = Mail.opened(Path(folder))
        try:
            for step in plot:
                note(repr(step))
                mail.play(step)
            mail.cluster.settle()
            evidence = Evidence.read(mail.cluster.topics)
            wrong = [*wrong_answers(mail, evidence), *wrong_effects(evidence)]
            assert wrong == []
            assert all_faults(evidence, mail.cluster.desks()) == []
        finally:
            mail.cluster.close()


# --- one answer -------------------------------------------------------------------------------------------------------


def wrong_answers(mail: Mail, evidence: Evidence) -> Iterator[str]:
    """Every message has its answer, no answer is without its message, and none comes twice but by a death."""
    for by in sorted({one.by for one in mail.sent}):
        mine = [one for one in mail.sent if one.by == by]
        said = [
            (place, message)
            for place, raw in enumerate(mail.cluster.topics[f"schakel.out.{by}", 0])
            if isinstance(message := codec.decode_message(raw.value), Receipt)
        ]
        for _, receipt in said:
            if receipt.in_offset >= len(mine) or receipt.about != mine[receipt.in_offset].id:
                yield f"{by}: an answer about {receipt.about} to message {receipt.in_offset}, which is another or none"
        standing = places_of(by, evidence)
        for one in mine:
            own = [receipt for _, receipt in said if receipt.in_offset == one.offset]
            entry = standing.get((one.source, one.id))
            for problem in wrong_answer(one, mine, own, said, entry):
                yield f"{by}: message {one.offset} ({one.id}): {problem}"
            times = len(own) - mail.cluster.repeated[by, one.offset]
            first = mine[came_as(entry)] if entry else None
            least = one.answered_anew if first and follows(one, first) else 1
            if not least <= times <= one.answered_anew + 1:
                yield f"{by}: message {one.offset} ({one.id}) was answered {times} times"


def follows(one: Sent, first: Sent) -> bool:
    """Whether it says once more what was let in. If that was on its way to the ledger, its receipt answers both."""
    return one.offset > first.offset and one.says == first.says


def wrong_answer(
    one: Sent, mine: Sequence[Sent], own: Sequence[Receipt], said: Answers, entry: Entry | None
) -> Iterator[str]:
    """own: the answers to this very sending. entry: where what was told under its id stands in the ledger."""
    if len({receipt.model_dump_json() for receipt in own}) > 1:
        yield "its answers differ"
    refused = [receipt.refusal for receipt in own if receipt.refusal]
    first = mine[came_as(entry)] if entry else None
    about = [(place, receipt.status) for place, receipt in said if receipt.about == one.id]
    if first is None or one.offset < first.offset:
        if not refused:
            yield "it was not let in, and was not refused"
    elif one.offset == first.offset or follows(one, first):
        if refused:
            yield f"it was let in, and is refused ({refused[0].code})"
        if not any(place >= one.read_before and status is ReceiptStatus.ACCEPTED for place, status in about):
            yield "no receipt has come since it was sent"
    elif not refused:
        yield "its id stands for something else, and it was not refused"
    elif (
        one.event is not None
        and refused[0].code != "id.already_used"
        and any(place < one.read_before and status is ReceiptStatus.ACCEPTED for place, status in about)
    ):
        yield f"its id was known to be used, and it is refused with {refused[0].code}"
    for receipt in own:
        position = receipt.position and (receipt.position.partition, receipt.position.offset)
        if receipt.status is ReceiptStatus.ACCEPTED and (
            entry is None or (receipt.case, position) != (entry.envelope.case, (entry.partition, entry.offset))
        ):
            yield f"its receipt names {receipt.case} at {position}, where it does not stand"


def places_of(by: str, evidence: Evidence) -> dict[tuple[str, str], Entry]:
    """What this partner told, by source and id, as it first stands in the ledger. What intake told in a second case has no receipt."""
    found: dict[tuple[str, str], Entry] = {}
    for entry in evidence.ledger:
        if entry.envelope.partner == by and not entry.envelope.causation:
            found.setdefault((entry.envelope.source, entry.id), entry)
    return found


def came_as(entry: Entry) -> int:
    """Which message of its sender this was."""
    return int((entry.envelope.position or "").rpartition("/")[2])


# --- one effect -------------------------------------------------------------------------------------------------------


def wrong_effects(evidence: Evidence) -> Iterator[str]:
    """Once folded for each source and id, however often it stands in the ledger."""
    counts: Counter[tuple[str, str]] = Counter()
    for case_id, history in evidence.histories().items():
        case = State(id=case_id)
        for entry in history:
            counts[entry.envelope.source, entry.id] += apply(case, entry) is not Effect.DUPLICATE
    yield from (
        f"{event_id} of {source} counts {number} times" for (source, event_id), number in counts.items() if number != 1
    )

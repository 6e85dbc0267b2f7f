"""Whatever partners send, how often, and who dies meanwhile: an answer to every message, one effect, one place, and replay is live.

What is promised for a message that is sent again stands in docs/partners.md ("Ids, and sending again") and docs/adr/0012.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, note

from schakel import codec
from schakel.case import apply
from schakel.case_state import Effect, State
from schakel.chain import apply as apply_to_chain
from schakel.chain_state import ChainState
from schakel.entry import Entry
from schakel.events.case import TrendSignalled
from schakel.events.report import ReportReceived
from schakel.messages import Receipt, ReceiptStatus
from tests.properties.effort import effort
from tests.properties.mail import (
    LINK,
    NOW,
    TRENDS,
    WORDS,
    Again,
    Loses,
    Mail,
    Passes,
    Says,
    Sent,
    Step,
    Turns,
    plots,
    take_back_a_link,
)
from tests.support.telling import CITY, COC, POLICE, Tell, facts
from tests.support.truths import Evidence, all_faults

TWO = {
    "two words": (Tell(POLICE, WORDS[0]), Tell(CITY, WORDS[1])),
    "a link second": (Tell(CITY, WORDS[1]), Tell(POLICE, LINK)),
    "a link first": (Tell(POLICE, LINK), Tell(CITY, WORDS[1])),
    "a link taken back second": (Tell(POLICE, LINK), Tell(CITY, WORDS[1]), Tell(POLICE, take_back_a_link)),
    "two trends": (Tell(COC, TRENDS[0]), Tell(CITY, TRENDS[1])),
}
Answers = Sequence[tuple[int, Receipt]]
"""Receipts on one partner's `out` topic, with where each stands."""


@effort(40)
@given(plots())
def test_one_answer_one_place_one_effect_and_replay_is_live(plot: list[Step]) -> None:
    played(plot, tell=note)


@pytest.mark.parametrize("early", [True, False], ids=["at the same moment", "one after the other"])
@pytest.mark.parametrize("loses", [True, False], ids=["intake loses its database", "and keeps it"])
@pytest.mark.parametrize("which", [*TWO])
def test_two_partners_with_one_id_in_one_case_or_chain_are_both_answered(early: bool, loses: bool, which: str) -> None:
    """What the plots hold at times, here for certain: only what was on its way at the same moment stands in the ledger without effect."""
    report = Says(Tell(POLICE, ReportReceived(reported_at=NOW, facts=facts())), 0)
    rest: list[Step] = [Passes(0)]
    *before, one, other = TWO[which]
    plot = [
        report,
        report,
        *rest,
        *[step for told in before for step in (Says(told, 0), *rest)],
        Says(one, 0),
        *([] if early else rest),
        Says(other, 0, under=0),
        *[Turns("intake", 0, 500)] * 2,
        Again(0),
        *([Loses("intake")] if loses else []),
        Again(0),
        *rest,
    ]
    assert len(played(plot).seconds()) == early


def played(plot: Sequence[Step], tell: Callable[[str], None] = lambda _: None) -> Evidence:
    """What came of it, when all is as it was promised."""
    with TemporaryDirectory() as folder:
        mail = Mail.opened(Path(folder))
        try:
            for step in plot:
                tell(repr(step))
                mail.play(step)
            mail.cluster.settle()
            evidence = Evidence.read(mail.cluster.topics)
            wrong = [*wrong_answers(mail, evidence), *wrong_effects(evidence)]
            wrong += [*wrong_links(evidence), *wrong_trends(evidence)]
            assert wrong == []
            assert all_faults(evidence, mail.cluster.desks()) == []
            return evidence
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
        standing, seconds = places_of(by, evidence), evidence.seconds()
        for one in mine:
            own = [receipt for _, receipt in said if receipt.in_offset == one.offset]
            entry = standing.get((one.source, one.id))
            second = entry is not None and (by, one.id) in seconds
            for problem in (wrong_no if second else wrong_answer)(one, mine, own, said, entry):
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


def wrong_no(
    one: Sent, mine: Sequence[Sent], own: Sequence[Receipt], said: Answers, entry: Entry | None
) -> Iterator[str]:
    """The same of what was let in and came into the case behind another partner's event of its id: a no, whenever it is sent."""
    assert entry is not None
    first = mine[came_as(entry)]
    noes = [place for place, receipt in said if receipt.about == one.id and receipt.refusal]
    if any(receipt.refusal is None for receipt in own):
        yield "it has no effect, and is accepted"
    if one.offset == first.offset and [receipt.refusal and receipt.refusal.code for receipt in own[:1]] != [
        "id.already_used"
    ]:
        yield "another's event of its id came first, and that is not what it hears"
    if not own and not (follows(one, first) and any(place >= one.read_before for place in noes)):
        yield "it has no effect, and no no has come since it was sent"


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


def wrong_links(evidence: Evidence) -> Iterator[str]:
    """A link stands in both cases or in neither."""
    words = {
        (case_id, link.other_case, link.kind, link.by)
        for case_id, case in evidence.replayed().items()
        for link in case.links.values()
    }
    for case_id, other, kind, by in words:
        if (other, case_id, kind, by) not in words:
            yield f"{by} linked {case_id} to {other}, and that is said in one of them only"


def wrong_trends(evidence: Evidence) -> Iterator[str]:
    """Each that is no second is a trend of the chain, with its own words; a second is none."""
    chain = ChainState(name="amsterdam")
    for entry in evidence.ledger:
        if not entry.event.IN_CASE:
            apply_to_chain(chain, entry)
    found = {(trend.by, trend.id) for trend in chain.trends}
    told = {(entry.author, entry.id) for entry in evidence.ledger if isinstance(entry.event, TrendSignalled)}
    if found != told - evidence.seconds():
        yield f"the chain has the trends {found}, and {told} were signalled"


def wrong_effects(evidence: Evidence) -> Iterator[str]:
    """Once folded for each source and id, however often it stands in the ledger; what came second under an id in its case not at all."""
    counts: Counter[tuple[str, str]] = Counter()
    seconds = evidence.seconds()
    due: dict[tuple[str, str], int] = {}
    for case_id, history in evidence.histories().items():
        case = State(id=case_id)
        for entry in history:
            counts[key := (entry.envelope.source, entry.id)] += apply(case, entry) is not Effect.DUPLICATE
            due[key] = int((entry.author, entry.id) not in seconds)
    yield from (
        f"{event_id} of {source} counts {counts[source, event_id]} times, not {number}"
        for (source, event_id), number in due.items()
        if counts[source, event_id] != number
    )

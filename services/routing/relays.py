"""What a told event brings to another partner: a question, its answer, an advice, a word that somebody has to look. Pure.

It goes out when the event has been read back from the ledger. Codes and ids only; case facts go with a request for advice where her
consent, or another basis, covers that, and never a label that she refused.
"""

from collections.abc import Callable, Iterator

from backbone.chains import Chain, Chains
from backbone.desk.items import lacking_items
from backbone.desk.who import adviser, chain_for, district, gets_advice, may_ask, takes_grievance
from backbone.protocols import Protocols
from schakel.case import facts_to_tell
from schakel.case_needs import noted
from schakel.case_state import State
from schakel.entry import Entry
from schakel.events import Event
from schakel.events.contact import ComplaintTaken, TreatmentComplaint
from schakel.events.partners import AdviceGiven, AdviceRequested, InquiryAnswered, InquiryRequested
from schakel.events.report import ReportLinked, Residence
from schakel.events.vocab import InquiryAnswer, LinkKind, Purpose
from schakel.messages import Attention, ColleagueAsks, ColleagueSays, Message

Sent = Iterator[tuple[str, Message]]


def relay(case: State, entry: Entry, chains: Chains, protocols: Protocols) -> Sent:
    """(partner, message) for what was told. case: as it stands now, which may be later than the event."""
    way, taken = _WAYS.get(type(entry.event)), isinstance(entry.event, ComplaintTaken)
    if case.history or not (way or taken) or (chain := chain_for(case, chains)) is None:
        return
    if way:
        yield from way(case, entry, chain)
    elif lacking_items(case, chain, protocols):
        yield entry.author, Attention(case=case.id, concerning=entry.id, reason="items_missing")


def _question(case: State, entry: Entry, chain: Chain) -> Sent:
    """Only while her word for it stands: between the question and its way out she may have taken it back."""
    event: InquiryRequested = entry.event  # type: ignore[assignment]
    if may_ask(case, event.to, Purpose.INQUIRY):
        yield (
            event.to,
            ColleagueAsks(
                asked=entry.id,
                case=case.id,
                from_partner=entry.author,
                question=event.question,
                district=district(case),
            ),
        )


def _answer(case: State, entry: Entry, chain: Chain) -> Sent:
    """A yes reaches the asker only while her word for it stands; else it is what any other answer is: nothing to share."""
    event: InquiryAnswered = entry.event  # type: ignore[assignment]
    asked = noted(case).inquiries.get(event.inquiry)
    if asked is None:
        return
    allowed = may_ask(case, asked.to, Purpose.INQUIRY)
    answer = event.answer if allowed else InquiryAnswer.NOTHING_TO_SHARE
    yield (
        asked.by,
        ColleagueSays(said=entry.id, case=case.id, from_partner=entry.author, asked=asked.id, answer=answer),
    )


def _advice_wanted(case: State, entry: Entry, chain: Chain) -> Sent:
    event: AdviceRequested = entry.event  # type: ignore[assignment]
    to = adviser(case, chain, event.to, entry.author)
    if to is None:
        return
    facts = None
    if may_ask(case, to, Purpose.CONSULTATION):
        facts = facts_to_tell(case).model_copy(update={"residence": Residence()})
    yield (
        to,
        ColleagueAsks(asked=entry.id, case=case.id, from_partner=entry.author, role=event.to, facts=facts),
    )


def _advice(case: State, entry: Entry, chain: Chain) -> Sent:
    event: AdviceGiven = entry.event  # type: ignore[assignment]
    if to := gets_advice(case, chain, entry.author, event.request):
        yield (
            to,
            ColleagueSays(
                said=entry.id,
                case=case.id,
                from_partner=entry.author,
                asked=event.request,
                advises=event.advises,
            ),
        )


def _grievance(case: State, entry: Entry, chain: Chain) -> Sent:
    """To whoever takes it up; to the partner that it is about only that one was handed in."""
    event: TreatmentComplaint = entry.event  # type: ignore[assignment]
    if to := takes_grievance(case, chain, event.about):
        yield to, Attention(case=case.id, concerning=entry.id, reason="treatment")
    if event.handed_in:
        yield event.about, Attention(case=case.id, concerning=entry.id, reason="treatment_handed_in")


def _place(case: State, entry: Entry, chain: Chain) -> Sent:
    """That there is a history at this place; not who lived there, nor what happened (scenarios.md, WON-4)."""
    event: ReportLinked = entry.event  # type: ignore[assignment]
    if event.kind is LinkKind.SAME_PLACE and case.coordinator:
        yield case.coordinator, Attention(case=case.id, concerning=entry.id, reason="history_at_this_place")


_WAYS: dict[type[Event], Callable[[State, Entry, Chain], Sent]] = {
    InquiryRequested: _question,
    InquiryAnswered: _answer,
    AdviceRequested: _advice_wanted,
    AdviceGiven: _advice,
    TreatmentComplaint: _grievance,
    ReportLinked: _place,
}

"""What the desks tell of their own work: needs, hearing both sides, a settlement, a complaint about a partner. Pure."""

from collections.abc import Iterator

from backbone.chains import Chains, Partner
from backbone.desk.who import chain_for
from schakel.case_needs import noted
from schakel.case_state import State
from schakel.events import Event
from schakel.events.contact import ActionAgreed, NeedsRecorded, TreatmentComplaint
from schakel.events.report import SettlementChosen
from schakel.events.vocab import ActionType, Need
from schakel.messages import Refusal
from services.intake import colleagues


def objections(event: Event, case: State | None, sender: Partner, chains: Chains) -> Iterator[Refusal]:
    """Why it does not fit the case, the first thing wrong first."""
    if isinstance(event, NeedsRecorded):
        yield from _needs(event)
    elif isinstance(event, SettlementChosen):
        yield from _settlement(event, case)
    elif isinstance(event, ActionAgreed):
        yield from _hearing(event)
    if case is None or not case.report or (chain := chain_for(case, chains)) is None:
        return
    if isinstance(event, TreatmentComplaint) and not chain.roles_of(event.about):
        yield Refusal(
            code="treatment.about_whom",
            field="about",
            found=event.about,
            expected=f"a member of the chain {chain.name}",
            remedy="use the partner's id as in its topics; a complaint about anybody else goes to that organisation itself",
        )
    yield from colleagues.objections(event, case, sender, chain)


def _needs(event: NeedsRecorded) -> Iterator[Refusal]:
    """An empty form is no record, and she cannot both need nothing and something."""
    if not (event.needs or event.cannot_be_met or event.wishes or event.no_wish):
        yield Refusal(
            code="needs.empty",
            field="needs",
            found="none",
            expected="at least one need, hope or wish; `nothing` when she needs nothing",
            remedy="ask her, and record what she says; leave it out while nobody asked",
        )
    if Need.NOTHING in event.needs and len(event.needs) > 1:
        yield Refusal(
            code="needs.contradict",
            field="needs",
            found=", ".join(event.needs),
            expected="`nothing` alone, or needs without it",
            remedy="leave out what she did not say",
        )
    if both := sorted(set(event.wishes) & set(event.no_wish)):
        yield Refusal(
            code="needs.contradict",
            field="wishes",
            found=", ".join(both),
            expected="each role in one of the two lists",
            remedy="ask her again, and leave the role out of the list that is wrong",
        )


def _settlement(event: SettlementChosen, case: State | None) -> Iterator[Refusal]:
    """A choice against her wish says why (domain-detail A15), and a wish that is named was recorded."""
    if event.departs_from_wish and event.motive is None:
        yield Refusal(
            code="motive.missing",
            field="motive",
            expected="why the settlement departs from the reporter's wish",
            remedy="send the motive as a short code, or choose in accordance with the wish",
        )
    if event.wish and case is not None and event.wish not in noted(case).needs:
        yield Refusal(
            code="wish.unknown",
            field="wish",
            expected="the id of a needs.recorded in this case",
            remedy="record what the reporter wants first, and name that event; leave the field out when nobody asked",
        )


def _hearing(event: ActionAgreed) -> Iterator[Refusal]:
    """«Bespreken vervolgprocedure volgens principe hoor-wederhoor» [0 p. 60]: with the reporter, before the other side hears of it."""
    if event.action is ActionType.HEARING_BOTH_SIDES and not event.wanted_by_person:
        yield Refusal(
            code="hearing.not_agreed",
            field="wanted_by_person",
            found="false",
            expected="true: the reporter agreed that the other side is heard",
            remedy="discuss it with the reporter first; while there is no yes, the other side is not approached",
        )

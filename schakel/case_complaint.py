"""The criminal complaint from appointment to end, the way of settling beside her wish, and complaints about a partner.

Told as it comes: an end without a beginning is accepted, and marked (`schakel.case_otherwise`).
"""

from schakel.case_desk_state import Complaint, Grievance, Needs, Settlement
from schakel.case_needs import desk_of, newest_needs, noted, times_explained, wishes
from schakel.case_otherwise import mark
from schakel.case_state import Effect, State
from schakel.entry import Entry, folds
from schakel.events.contact import ComplaintAppointed, ComplaintSettled, ComplaintTaken, TreatmentComplaint
from schakel.events.report import SettlementChosen
from schakel.events.vocab import ComplaintOutcome, InformationTopic, Need, Role

OUT_OF_ORDER = "told_out_of_order"
_WITHOUT_TRIAL = (ComplaintOutcome.DISMISSED.value, ComplaintOutcome.NO_SUSPECT.value)
_WHY = (InformationTopic.DISMISSAL.value, InformationTopic.WHAT_HAPPENS_NEXT.value)


def _complaint(case: State) -> Complaint:
    desk = desk_of(case)
    if desk.complaint is None:
        desk.complaint = Complaint()
    return desk.complaint


@folds(ComplaintAppointed)
def _appointed(case: State, entry: Entry) -> Effect:
    event: ComplaintAppointed = entry.event  # type: ignore[assignment]
    complaint = _complaint(case)
    complaint.appointed, complaint.appointed_on = entry.id, event.appointed_on
    return Effect.EFFECTIVE


@folds(ComplaintTaken)
def _taken(case: State, entry: Entry) -> Effect:
    """A supplement adds to the complaint; it is none of its own."""
    event: ComplaintTaken = entry.event  # type: ignore[assignment]
    complaint = _complaint(case)
    complaint.items.extend(item for item in event.items if item not in complaint.items)
    if event.supplement:
        complaint.supplements += 1
    if not event.supplement or complaint.taken is None:
        complaint.taken, complaint.taken_on, complaint.taken_by = entry.id, event.taken_on, entry.author
    return Effect.EFFECTIVE


@folds(ComplaintSettled)
def _settled(case: State, entry: Entry) -> Effect:
    event: ComplaintSettled = entry.event  # type: ignore[assignment]
    complaint = _complaint(case)
    if complaint.taken is None:
        mark(case, entry, OUT_OF_ORDER, expected="complaint.taken")
    complaint.settled, complaint.settled_by = entry.id, entry.author
    complaint.outcome, complaint.reason = event.outcome.value, event.reason
    complaint.settlements += event.outcome.value in _WITHOUT_TRIAL
    return Effect.EFFECTIVE


@folds(SettlementChosen)
def _chosen(case: State, entry: Entry) -> Effect:
    event: SettlementChosen = entry.event  # type: ignore[assignment]
    desk_of(case).settlements[entry.id] = Settlement(
        entry.id,
        entry.author,
        entry.envelope.logged_at,
        event.settlement.value,
        wish=event.wish,
        departs_from_wish=event.departs_from_wish,
        motive=event.motive,
        explained_before=times_explained(case, *_WHY),
    )
    return Effect.EFFECTIVE


@folds(TreatmentComplaint)
def _treated(case: State, entry: Entry) -> Effect:
    """About one partner, of one partner that passes it on: told again, it is the same one, handed in by now."""
    event: TreatmentComplaint = entry.event  # type: ignore[assignment]
    desk = desk_of(case)
    for known in desk.grievances.values():
        if (known.by, known.about) == (entry.author, event.about) and not known.handed_in:
            known.handed_in = event.handed_in
            return Effect.EFFECTIVE if event.handed_in else Effect.RECORDED
    desk.grievances[entry.id] = Grievance(
        entry.id, entry.author, event.about, entry.envelope.logged_at, event.handed_in
    )
    return Effect.EFFECTIVE


def wish_for_complaint(case: State) -> Needs | None:
    """The first record in which she said so, as long as she has not said the opposite since."""
    if not wished_complaint(case):
        return None
    records = noted(case).needs.values()
    return next((one for one in records if Need.CRIMINAL_PROCESS in one.needs or Role.POLICE in one.wishes), None)


def wished_complaint(case: State) -> bool:
    """Whether she said that she wants the criminal process, or to be brought in touch with the police, and not the opposite since."""
    wanted, _ = wishes(case)
    asked = any(Need.CRIMINAL_PROCESS in record.needs for record in newest_needs(case))
    return asked or Role.POLICE in wanted


def end_not_explained(case: State) -> bool:
    """A complaint ended without a trial, and nobody explained why to her: each such end once (domain-detail A35)."""
    complaint = noted(case).complaint
    return complaint is not None and times_explained(case, InformationTopic.DISMISSAL) < complaint.settlements


def departure_not_explained(case: State) -> Settlement | None:
    """The settlement that holds, when it departs from her wish and nobody has told her why."""
    chosen = list(noted(case).settlements.values())[-1:]
    if not chosen or not chosen[0].departs_from_wish:
        return None
    return chosen[0] if times_explained(case, *_WHY) <= chosen[0].explained_before else None


def missing_items(case: State, required: tuple[str, ...]) -> tuple[str, ...]:
    """What a complaint that was taken lacks of what it needs. Nothing while none was taken."""
    complaint = noted(case).complaint
    if complaint is None or complaint.taken is None:
        return ()
    return tuple(item for item in required if item not in complaint.items)

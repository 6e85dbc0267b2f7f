"""What changed in a case since a list or an agenda was last issued, and how partners chose together to settle it, beside her wish.

Pure. Words of closed lists and days: nothing of what was said, and nothing that points to her (scenarios.md, ACT-3).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from backbone.protocols.cooperation import Cooperation
from backbone.protocols.overviews import Overview
from backbone.protocols.rhythm_moments import turns
from schakel.calendar import Calendar
from schakel.case_needs import noted
from schakel.case_state import State
from schakel.events.contact import ComplaintSettled, ComplaintTaken


class What(StrEnum):
    """What happened in a case, as a line of a list says it."""

    REPORT = "report"
    CONTACT = "contact"
    DELIVERED = "delivered"
    TAKEN_UP = "taken_up"
    COMPLAINT_TAKEN = "complaint_taken"
    COMPLAINT_SETTLED = "complaint_settled"
    SETTLEMENT = "settlement"
    CLOSED = "closed"


@dataclass(frozen=True, order=True)
class Change:
    """`on`: the day of the log, of a contact its own, in UTC as every day of a line."""

    on: date
    what: What


@dataclass(frozen=True)
class Joint:
    """The settlement that holds: chosen jointly, by or against what she said that she wants. `wish` is empty when no wish was named."""

    settlement: str
    on: date
    told_by: str
    wish: tuple[str, ...]
    departs_from_wish: bool
    motive: str | None


def issued_before(here: Cooperation, overview: Overview, calendar: Calendar, now: datetime) -> datetime | None:
    """The issue before the one that holds at `now`, by the list's own rhythm; None for the first one, and for a list without a rhythm."""
    for rhythm in here.rhythms:
        if rhythm.of == overview.id and rhythm.every is not None and rhythm.starting is not None:
            begin = datetime.min.replace(tzinfo=now.tzinfo)
            came = [turn.at for turn in turns(rhythm, calendar, begin, now)]
            return came[-2] if len(came) > 1 else None
    return None


def changes(group: Sequence[State], since: datetime | None) -> tuple[Change, ...]:
    """What came to be known of an incident since then, oldest first, each kind once a day. Everything, for a first issue."""
    found = ((at, what) for case in group for at, what in _happened(case) if since is None or at > since)
    return tuple(sorted({Change(at.date(), what) for at, what in found}))


def _happened(case: State) -> Iterator[tuple[datetime, What]]:
    if case.reported_at is not None:
        yield case.reported_at, What.REPORT
    for contact in case.contacts:
        if contact.made:
            yield contact.at, What.CONTACT
    for referral in case.referrals.values():
        if referral.delivered_at is not None:
            yield referral.delivered_at, What.DELIVERED
        if referral.accepted_at is not None:
            yield referral.accepted_at, What.TAKEN_UP
    for mark in case.marks:
        if mark.what in _COMPLAINT:
            yield mark.at, _COMPLAINT[mark.what]
    for chosen in noted(case).settlements.values():
        yield chosen.at, What.SETTLEMENT
    if case.closed and case.closed_at is not None:
        yield case.closed_at, What.CLOSED


_COMPLAINT = {ComplaintTaken.TYPE: What.COMPLAINT_TAKEN, ComplaintSettled.TYPE: What.COMPLAINT_SETTLED}


def joint(group: Sequence[State]) -> Joint | None:
    """The newest choice of all cases of the incident; None while nobody has chosen."""
    chosen = [(one.at, one.id, one, case) for case in group for one in noted(case).settlements.values()]
    if not chosen:
        return None
    *_, newest, case = max(chosen, key=lambda found: found[:2])
    said = noted(case).needs.get(newest.wish or "")
    return Joint(
        newest.settlement,
        newest.at.date(),
        newest.by,
        tuple(said.needs) if said else (),
        newest.departs_from_wish,
        newest.motive,
    )

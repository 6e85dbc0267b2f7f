"""When a partner is at work, by the hours in the chain's file: now or not, until when, and when again. Pure: the moment is given.

By the clock on the wall of the chain. A general holiday of its calendar is a Sunday here: who works on Sundays works then, by those hours.
Shown, and nothing more: no clock waits for it, and nobody is passed over for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from backbone.chains.candidates import candidates
from backbone.chains.chain import Chain
from backbone.chains.terms import DAYS
from schakel.calendar import Calendar
from schakel.events.vocab import Role

_AHEAD = timedelta(days=31)
"""Whoever works on one day of the week may find it a holiday twice in a row, at the turn of the year."""
_SUNDAY = 6


@dataclass(frozen=True, slots=True)
class AtWork:
    """Whether it is open at a moment. Open: `until` is when it closes, None round the clock. Shut: `again` is when it opens next."""

    now: bool
    until: datetime | None = None
    again: datetime | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """A partner that is asked for a role: its hours as the file writes them, none when it says nothing, and what they come to."""

    partner: str
    hours: tuple[str, ...]
    at_work: AtWork | None
    full: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Who is asked for a role in a district, in order. `instead`: nobody holds it there, and these act in its place."""

    district: str
    role: Role
    holders: tuple[Holder, ...]
    instead: bool


def hours_of(chain: Chain, partner: str, role: Role | None = None, on: date | None = None) -> tuple[str, ...]:
    """What the file says of the partner's hours, in this role and on this day; by default in any, on any."""
    lines = (m for m in chain.members if m.partner == partner and (role is None or role in m.roles) and m.holds_on(on))
    return tuple(dict.fromkeys(text for line in lines for text in line.hours))


def at_work(hours: tuple[str, ...], calendar: Calendar, at: datetime) -> AtWork | None:
    """What these hours come to at a moment that carries a time zone. None without hours: nothing was said, and nothing is guessed."""
    if not hours:
        return None
    day = calendar.local_day(at)
    last = day + _AHEAD
    for begins, ends in _joined(_stretches(hours, calendar, day - timedelta(days=2), last)):
        if begins <= at < ends:
            return AtWork(True, until=ends if ends < calendar.end_of_day(last) else None)
        if begins > at:
            return AtWork(False, again=begins)
    return AtWork(False)


def directory(chain: Chain, at: datetime, district: str | None = None) -> list[Place]:
    """Every role that somebody of the chain has, by district, with who is asked for it on the day of `at`. An empty place is shown."""
    roles = sorted(
        {role for member in chain.members for role in member.roles} | {one.role for one in chain.file.instead}
    )
    on, calendar = chain.day_of(at), chain.calendar()
    found = []
    for place in chain.districts if district is None else (district,):
        for role in roles:
            held = {partner.id for partner in chain.partners_for(role, place, on)}
            asked = candidates(chain, role, place, on)
            holders = []
            for partner in asked:
                hours = hours_of(chain, partner, role if partner in held else None, on)
                holders.append(Holder(partner, hours, at_work(hours, calendar, at), partner in chain.full))
            found.append(Place(place, role, tuple(holders), bool(asked) and not held))
    return found


def _stretches(
    hours: tuple[str, ...], calendar: Calendar, first: date, last: date
) -> Iterator[tuple[datetime, datetime]]:
    """Each stretch of work of these days, in UTC, in order. One that ends no later than it began ends on the next day."""
    zone = ZoneInfo(calendar.time_zone)
    week = [_read(text) for text in hours]
    day = first
    while day <= last:
        weekday = _SUNDAY if calendar.is_holiday(day) else day.weekday()
        for begins, ends in sorted((begins, ends) for days, begins, ends in week if weekday in days):
            start = datetime.combine(day, begins, zone)
            end = datetime.combine(day if ends > begins else day + timedelta(days=1), ends, zone)
            yield start.astimezone(UTC), end.astimezone(UTC)
        day += timedelta(days=1)


def _joined(stretches: Iterator[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    """Those that touch, as one."""
    held: tuple[datetime, datetime] | None = None
    for begins, ends in stretches:
        if held and begins <= held[1]:
            held = held[0], max(held[1], ends)
            continue
        if held:
            yield held
        held = begins, ends
    if held:
        yield held


def _read(text: str) -> tuple[frozenset[int], time, time]:
    """`ma-vr 09:00-17:00` as days of the week (Monday 0) and the two times; `24:00` is the midnight that ends the day."""
    days, _, clock = text.partition(" ")
    first, _, last = days.partition("-")
    begin, end = DAYS.index(first), DAYS.index(last or first)
    wanted = frozenset((begin + step) % 7 for step in range((end - begin) % 7 + 1))
    begins, _, ends = clock.partition("-")
    return wanted, time.fromisoformat(begins), time(0) if ends == "24:00" else time.fromisoformat(ends)

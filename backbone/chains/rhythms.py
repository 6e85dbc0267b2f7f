"""Every moment at which a chain has something due: turns of rhythms, ends of terms, reviews and ends of agreements, events ahead. Pure.

Follow-up asks what is due by the watermark; intake asks for the next one, so that it logs a watermark behind it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from backbone.chains.chain import Chain
from backbone.chains.occasions import CALENDAR, Occasion, Reminder
from backbone.protocols.agreements import SignedAgreement
from backbone.protocols.cooperation import Cooperation
from backbone.protocols.rhythm_moments import Term, Turn, months_later, terms, turns
from backbone.protocols.rhythms import Rhythm
from schakel.calendar import Calendar, Limit, Unit
from schakel.events.vocab import ClockKind, Role

FAR = timedelta(days=4 * 366)
"""No scheme waits longer than this for its next moment; a longer one is looked for again then."""


@dataclass(frozen=True, slots=True)
class Announced:
    """Something that comes round: `name` is a rhythm's id, or an agreement's with `-review` or `-end` behind it, or an event's with its
    year.

    scheme: the file that says so, or for the chain's own calendar of events `<chain>@events`.
    """

    scheme: str
    name: str
    turn: Turn
    tell: tuple[Role, ...]
    over: datetime | None = None
    """From when on it helps nobody any more; None: it always does."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A term of a rhythm that is over: time to see whether it was kept."""

    scheme: str
    rhythm: Rhythm
    term: Term


def kept_since(chain: Chain) -> Iterator[tuple[str, Cooperation, datetime]]:
    """The schemes that the chain names, each with the moment from which it keeps it."""
    for scheme in chain.file.schemes:
        yield scheme.use, chain.schemes[scheme.use].cooperation, _morning(scheme.since, chain.calendar())


def _rhythms(chain: Chain) -> Iterator[tuple[str, Cooperation, Rhythm, datetime]]:
    """Their rhythms, each with the moment from which the chain keeps it: that of its scheme, or its own when a later version added it."""
    for scheme in chain.file.schemes:
        here = chain.schemes[scheme.use].cooperation
        for rhythm in here.rhythms:
            yield scheme.use, here, rhythm, _morning(scheme.later.get(rhythm.id, scheme.since), chain.calendar())


def announced(chain: Chain, until: datetime) -> Iterator[Announced]:
    """What came round up to a moment: overviews, reviews of agreements, the warning before an end, an event that is ahead."""
    calendar = chain.calendar()
    for ref, here, rhythm, since in _rhythms(chain):
        if here.overview(rhythm.of) and rhythm.promise is not ClockKind.MEASURED:
            for turn in turns(rhythm, calendar, since - timedelta(microseconds=1), until):
                yield Announced(ref, rhythm.id, turn, rhythm.tell)
    for scheme in chain.file.schemes:
        for agreement in chain.schemes[scheme.use].cooperation.agreements:
            just_before = _morning(scheme.later.get(agreement.id, scheme.since), calendar) - timedelta(microseconds=1)
            for name, turn in _of_agreement(agreement, calendar, just_before, until):
                yield Announced(scheme.use, name, turn, agreement.tell or agreement.parties)
    yield from _of_occasions(chain, until)


def reminded_since(chain: Chain) -> Iterator[tuple[Occasion, Reminder, datetime]]:
    """The events of the chain's calendar of which somebody is reminded, each with the moment from which that is done."""
    for occasion in chain.file.occasions:
        if occasion.remind is not None:
            yield occasion, occasion.remind, _morning(occasion.remind.since, chain.calendar())


def _of_occasions(chain: Chain, until: datetime) -> Iterator[Announced]:
    """Once for each time that there is such an event, on the morning so long before its first day."""
    for occasion, remind, since in reminded_since(chain):
        for one in occasion.times():
            at = _morning(_later(one.days.first, remind.before, -1), chain.calendar())
            if since <= at <= until:
                over = _morning(one.days.end + timedelta(days=1), chain.calendar())
                yield Announced(f"{chain.name}@{CALENDAR}", one.name, Turn(1, at, one.days.first), remind.tell, over)


def ended(chain: Chain, until: datetime) -> Iterator[Ended]:
    """The terms that are over by a moment, of what partners promised to do themselves. A term that began before the chain kept the scheme
    is not counted, and what is only measured accuses nobody."""
    calendar = chain.calendar()
    for ref, here, rhythm, since in _rhythms(chain):
        if rhythm.promise is ClockKind.MEASURED or here.overview(rhythm.of):
            continue
        first_day = calendar.local_day(since)
        for term in terms(rhythm, calendar, since, until):
            if term.first >= first_day or (rhythm.within is not None and not rhythm.again):
                yield Ended(ref, rhythm, term)


def next_moment(chain: Chain, after: datetime) -> datetime | None:
    """The first moment behind `after` at which something comes round or a term is over; None when nothing does in the next years."""
    until = after + FAR
    found = [one.turn.at for one in announced(chain, until) if one.turn.at > after]
    found += [one.term.ends_at for one in ended(chain, until) if one.term.ends_at > after]
    return min(found, default=None)


def begins(chain: Chain) -> datetime | None:
    """The moment from which something can be due: the first scheme, or reminder of an event. None for a chain that has neither."""
    moments = [since for _, _, since in kept_since(chain)] + [since for _, _, since in reminded_since(chain)]
    return min(moments, default=None)


def _of_agreement(
    agreement: SignedAgreement, calendar: Calendar, after: datetime, until: datetime
) -> Iterator[tuple[str, Turn]]:
    """Reviews every so many months while it is in force, and one warning before it ends."""
    if agreement.in_force is None:
        return
    if (every := agreement.review_every) is not None:
        nth, day = 1, _later(agreement.in_force, every, 1)
        while (at := _morning(day, calendar)) <= until and (agreement.until is None or day <= agreement.until):
            if at > after:
                yield f"{agreement.id}-review", Turn(nth, at, day)
            nth += 1
            day = _later(agreement.in_force, every, nth)
    if agreement.until is not None and agreement.warn_before is not None:
        day = _later(agreement.until, agreement.warn_before, -1)
        if after < (at := _morning(day, calendar)) <= until:
            yield f"{agreement.id}-end", Turn(1, at, day)


def _later(day: date, limit: Limit, times: int) -> date:
    if limit.unit is Unit.MONTHS:
        return months_later(day, limit.amount * times)
    return day + timedelta(days=limit.amount * times * (7 if limit.unit is Unit.WEEKS else 1))


def _morning(day: date, calendar: Calendar) -> datetime:
    return datetime.combine(day, time(0), ZoneInfo(calendar.time_zone)).astimezone(UTC)

"""The clocks of a list, counted straight from its CSV: which clocks run for which rows, when each is due, and what is breached.

Other code than the backbone's: it knows no protocol file, no calendar and no rule. What the documents promise stands in `CLOCKS`, read from
them by hand; the days off are computed here from the Algemene termijnenwet.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.acceptance import story
from tests.acceptance.counts import PLACES, against_a_person, first

TORONTO = ZoneInfo("America/Toronto")


@dataclass(frozen=True)
class Row:
    """What of a row a clock may depend on."""

    number: int
    reported: datetime
    person: bool
    """The offence was aimed at a person."""
    place: str


@dataclass(frozen=True)
class Timed:
    """One clock of one row."""

    start: datetime
    due: datetime
    stop: datetime | None = None

    def runs(self, until: datetime) -> bool:
        return self.start <= until

    def breached(self, until: datetime) -> bool:
        """Due by then, and not stopped before."""
        return self.due <= until and (self.stop is None or self.stop > self.due)


def rows(path: Path) -> Iterator[Row]:
    """Each row: day and hmm of Toronto's wall, in UTC."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 1):
            clock = int(row["REPORTED_TIME"])
            local = datetime.fromisoformat(row["REPORTED_DATE"]).replace(hour=clock // 100, minute=clock % 100)
            reported = local.replace(tzinfo=TORONTO).astimezone(UTC)
            person, place = against_a_person(row["PRIMARY_OFFENCE"]), first(PLACES, row["LOCATION_TYPE"], "?")
            yield Row(number, reported, person, place)


# --- days off and terms -----------------------------------------------------------------------------------------------


def easter(year: int) -> date:
    """Easter Sunday, by the anonymous Gregorian algorithm."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), g = divmod(b, 4), (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (a + 11 * h) // 319
    r = (2 * e + 2 * i - k - h + m + 32) % 7
    month = (h - m + r + 90) // 25
    return date(year, month, (h - m + r + month + 19) % 32)


@cache
def days_off(year: int) -> frozenset[date]:
    """Art. 3 of the Algemene termijnenwet, besides Sundays: general holidays, and Good Friday, which counts as one."""
    sunday, king = easter(year), date(year, 4, 27)
    moving = {sunday + timedelta(days=days) for days in (-2, 1, 39, 50)}
    return frozenset(
        moving
        | {date(year, 1, 1), date(year, 5, 5), date(year, 12, 25), date(year, 12, 26)}
        | {king - timedelta(days=king.isoweekday() == 7)}
    )


def works(day: date) -> bool:
    return day.isoweekday() <= 5 and day not in days_off(day.year)


def working_days(moment: datetime, amount: int) -> datetime:
    """The midnight after the amount-th working day behind the day of this moment."""
    return _midnight(_nth(_day(moment), amount))


def days(moment: datetime, amount: int) -> datetime:
    """The midnight after the day that lies so many days later, moved on as art. 1 and 2 say."""
    first = _day(moment)
    return _midnight(_moved(first, first + timedelta(days=amount)))


def months(moment: datetime, amount: int) -> datetime:
    """The same for months; the day after the last of a short month is that last day."""
    first = _day(moment)
    month = first.month + amount - 1
    begin = date(first.year + month // 12, month % 12 + 1, 1)
    ends = (begin + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return _midnight(_moved(first, min(begin + timedelta(days=first.day - 1), ends)))


def _moved(first: date, last: date) -> date:
    """On a working day (art. 1); of three days or more, two at least are working days (art. 2)."""
    behind = _nth(first, 2) if (last - first).days >= 3 else last
    while not works(last):
        last += timedelta(days=1)
    return max(last, behind)


def _nth(day: date, amount: int) -> date:
    while amount:
        day += timedelta(days=1)
        amount -= works(day)
    return day


def _day(moment: datetime) -> date:
    return moment.astimezone(TORONTO).date()


def _midnight(last: date) -> datetime:
    day = last + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=TORONTO).astimezone(UTC)


# --- which clock runs from when to when -------------------------------------------------------------------------------


def _then(moment: datetime | None, after: story.After, number: int) -> datetime | None:
    later = after(number) if moment else None
    return moment + later if moment and later is not None else None


def word(*kinds: story.After) -> Callable[[Row], Iterator[Timed]]:
    """48 hours to the first word of these kinds for whoever reported."""

    def timed(row: Row) -> Iterator[Timed]:
        words = (_then(row.reported, kind, row.number) for kind in kinds)
        yield Timed(row.reported, row.reported + timedelta(hours=48), min(filter(None, words), default=None))

    return timed


def contact(row: Row) -> Iterator[Timed]:
    """Two working days to a talk with whoever reported; what was written is none."""
    yield Timed(row.reported, working_days(row.reported, 2), _then(row.reported, story.contact_after, row.number))


def answer(row: Row) -> Iterator[Timed]:
    """Two working days to an answer, from when it reached whoever was asked."""
    if asked := _then(row.reported, story.referred_after, row.number):
        yield Timed(asked, working_days(asked, 2), _then(asked, story.answered_after, row.number))


def answer_and_desk(row: Row) -> Iterator[Timed]:
    """Noord-Nederland: what was aimed at a person goes to the region's desk besides, and she says yes to both at once."""
    for one in answer(row):
        yield one
        if row.person:
            yield Timed(one.start, one.due, _then(one.stop, story.second_answered_after, row.number))


def around_home(row: Row) -> Iterator[Timed]:
    """The same where a case opens for what happens at home or in the street alone."""
    if row.place in ("home", "street", "unknown"):
        yield from answer(row)


def adviser(row: Row) -> Iterator[Timed]:
    """Utrecht: there, and aimed at a person."""
    if row.person:
        yield from around_home(row)


def area_manager(row: Row) -> Iterator[Timed]:
    """Utrecht: from when the adviser took it up."""
    for one in adviser(row):
        if one.stop:
            yield Timed(one.stop, working_days(one.stop, 2), _then(one.stop, story.second_answered_after, row.number))


def action(row: Row) -> Iterator[Timed]:
    """To the end of the day that was agreed."""
    if agreed := _then(row.reported, story.agreed_after, row.number):
        by = _day(agreed) + timedelta(days=story.due_days(row.number))
        yield Timed(agreed, _midnight(by), _then(agreed, story.done_after, row.number))


def evaluation(row: Row) -> Iterator[Timed]:
    """Three months from the closing."""
    if closed := _then(row.reported, story.closed_after, row.number):
        yield Timed(closed, months(closed, 3), _then(closed, story.evaluated_after, row.number))


def rhythm(row: Row) -> Iterator[Timed]:
    """What was agreed with her: from there to the next word, and from that word to one that never comes."""
    agreed = _then(row.reported, story.rhythm_after, row.number) if row.person else None
    if agreed:
        word, within = _then(agreed, story.word_after, row.number), story.rhythm_days(row.number)
        yield Timed(agreed, days(agreed, within), word)
        if word:
            yield Timed(word, days(word, within))


@dataclass(frozen=True)
class Own:
    """A clock with a limit, of each version of a protocol from `since` on, up to `last` where it changed then."""

    protocol: str
    clock: str
    since: str
    timed: Callable[[Row], Iterator[Timed]]
    last: str | None = None

    @property
    def name(self) -> str:
        return f"{self.protocol}/{self.clock}"

    def of(self, protocol: str, version: str) -> bool:
        """Whether this version has it."""
        within = _order(self.since) <= _order(version) <= _order(self.last or version)
        return protocol == self.protocol and within


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


CLOCKS = (
    Own("actieplan-veiligheid", "antwoord", "2020.2", answer),
    Own("amsterdam-handelingskader", "afgesproken-contact", "2023.3", rhythm),
    Own("amsterdam-treiteraanpak", "bericht", "2013.1", word(story.attempt_after, story.contact_after), last="2013.1"),
    Own("amsterdam-treiteraanpak", "bericht", "2013.2", word(story.notice_after, story.contact_after)),
    Own("amsterdam-treiteraanpak", "contact", "2013.1", contact),
    Own("groningen-protocolkaart", "eerste-gesprek", "2017.4", contact),
    Own("handreiking-negen-stappen", "actie", "2017.1", action),
    Own("handreiking-negen-stappen", "antwoord", "2017.3", answer),
    Own("handreiking-negen-stappen", "contact-met-melder", "2017.1", word(story.contact_after)),
    Own("handreiking-negen-stappen", "evaluatie", "2017.1", evaluation),
    Own("noord-nederland-alliantie", "antwoord", "2016.3", answer_and_desk),
    Own("utrecht-alert", "antwoord-adviseur", "2017.3", adviser),
    Own("utrecht-alert", "antwoord-gebiedsmanager", "2017.3", area_manager),
    Own("versterkte-aanpak", "antwoord", "2026.2", answer),
    Own("voorbeeldaanpak-woonomgeving", "antwoord", "2017.3", around_home),
    Own("zwb-aanspreekpunt", "antwoord", "2017.3", answer),
)
"""All that a case of the list may start, of all case protocols."""

NEVER = frozenset({"handreiking-negen-stappen/stilte-naar-melder"})
"""Has a limit only where one was agreed with whoever reported, as the victim: the list does not say who reported."""

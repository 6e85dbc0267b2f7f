"""How often she is to hear something, as it was agreed with her, and the clock of a protocol that follows it (docs/adr/0061).

A clock that follows it times words towards her. A rhythm that was agreed is its limit, in days, and promised; where none holds, the file's
own. Another rhythm than the one before begins the silence anew. Follow-up reads the ledger in order: it knew what stood before the word
that a clock began with, and may have known what came between that and the clock.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from auditor.definitions import Rule
from auditor.events import Event

HER, LONGEST_DAYS = "victim", 366


@dataclass(frozen=True)
class Agreed:
    """Another rhythm than the one before. days: 0 when nothing is agreed any more."""

    word: Event
    days: int
    at: datetime
    """From when on: behind each word that had been told."""


def agreed(told: Iterable[Event]) -> list[Agreed]:
    """Each of them, in the order of the log."""
    found, heard = list[Agreed](), dict[str, Event]()
    for event in told:
        if event.type in ("report.received", "contact.made"):
            heard[event.id] = event
        elif event.type == "statement.retracted":
            said = heard.get(event["event"])
            if said and said.author == event.author and said.type == "contact.made":
                del heard[said.id]
        elif event.type == "contact.preference_set" and event.get("whom", HER) == HER:
            days = event.get("contact_every_days")
            if days is not None and (days := min(days, LONGEST_DAYS)) != (found[-1].days if found else 0):
                behind = (moment(one) + timedelta(milliseconds=1) for one in heard.values())
                found.append(Agreed(event, days, max((event.at, *behind))))
    return found


def terms(rule: Rule, begins: Event | None, clock: Event, said: Sequence[Agreed]) -> list[tuple[str, str | None]]:
    """(promise, limit) that a clock may have been started with, given the word that it begins with. said: what it follows, if anything."""
    since = begins.offset if begins else -1
    before = [one for one in said if one.word.offset <= since][-1:]
    known = [*before, *(one for one in said if since < one.word.offset < clock.offset)]
    own = [] if before and before[0].days else [(rule.promise, rule.limit)]
    own += [(rule.promise, rule.limit) for one in known if not one.days]
    return own + [("promised", f"{one.days} dagen") for one in known if one.days and one.word.id in clock.premises]


def words(
    clock: Event, told: Mapping[str, Event], whom: set[str], said: Sequence[Agreed]
) -> Iterator[tuple[datetime, Event]]:
    """(moment, word) of each word towards her behind the one that a clock began with. said: what it follows; empty for other clocks."""
    began = (clock["started_at"], clock.get("about") or "")
    heard = [one for one in told.values() if one.type in ("contact.made", "information.given") and one["whom"] in whom]
    moments = [(moment(one), one) for one in heard] + [(one.at, one.word) for one in said]
    yield from ((at, one) for at, one in moments if (at, one.id) > began)


def moment(word: Event, said: Sequence[Agreed] = ()) -> datetime:
    """When a word was heard: a contact says so itself, a report when it was made."""
    if word.type == "report.received":
        reported: datetime = word["reported_at"]
        return reported
    at: datetime = word["at"] if word.type == "contact.made" else word.at
    return next((one.at for one in said if one.word.id == word.id), at)


def never_timed(said: Sequence[Agreed], clocks: Iterable[Event]) -> Event | None:
    """The rhythm that holds, where no clock of the rule began with it or behind it."""
    if not said or not said[-1].days:
        return None
    newest = said[-1]
    return None if any(clock["started_at"] >= newest.at for clock in clocks) else newest.word

"""What starts, stops and holds a clock, and the watermarks of a log: tables and values, no judgement."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from auditor.definitions import Rule
from auditor.events import Event
from auditor.rhythm import agreed, moment
from auditor.terms import Calendar

STANDS_STILL = {
    "case_closed": {"case.closed"},
    "reopened": {"case.reopened"},
    "erasure_requested": {"erasure.requested"},
    "erased": {"subject.erased"},
    "referral_ended": {
        "referral.accepted",
        "referral.declined",
        "referral.completed",
        "referral.revoked",
        "referral.exhausted",
    },
    "start_taken_back": {"statement.retracted", "report.corrected", "label.withdrawn", "label.refused", "level.set"},
    "waits_for_person": {"contact.attempted"},
    "protocol_moved": {"protocol.moved"},
}
"""What must have been said before a clock may stand still for a reason. For `no_longer_applies` its rule is asked."""
STOPS = {
    "answered": ("referral.accepted", "referral.declined", "referral.completed"),
    "advised": ("advice.given",),
    "appointed": ("complaint.appointed", "complaint.taken"),
    "settled": ("complaint.settled",),
    "handed_in": ("treatment.complaint",),
    "aftercare": ("aftercare.answered",),
    "evaluated": ("evaluation.recorded",),
    "agreed": ("action.agreed",),
    "done": ("action.done",),
}
_ABOUT = {"answered": "referral", "advised": "request", "done": "agreed"}
"""In which field these name what the clock is about."""


@dataclass
class Watermarks:
    """The watermarks of a partition, and how far follow-up has shown that it read them. whole: the bundle holds all of them. latest: it
    holds those that came last."""

    whole: bool
    latest: bool
    passed: list[tuple[int, datetime]] = field(default_factory=list)
    acted: datetime | None = None
    """The newest watermark that a conclusion of follow-up names."""

    @classmethod
    def of(cls, events: Iterable[Event], *, whole: bool, latest: bool) -> "Watermarks":
        found = cls(whole, latest)
        for event in events:
            if event.type == "watermark.passed":
                found.passed.append((event.offset, event["at"]))
            elif event.source == "urn:schakel:followup" and event.get("watermark"):
                found.acted = max(found.acted or event["watermark"], event["watermark"])
        return found

    @property
    def newest(self) -> datetime | None:
        return max((at for _, at in self.passed), default=None)

    def where(self, at: datetime, before: int) -> int | None:
        """The offset of the watermark of this moment that stands before an offset; None: there is none."""
        return next((offset for offset, moment in self.passed if moment == at and offset < before), None)


@dataclass
class Clock:
    """One clock as the case tells it."""

    event: Event
    rule: Rule | None
    due_at: datetime | None
    state: str = "running"
    breached: bool = False
    ever_breached: bool = False
    since: datetime | None = None
    ran: int = 0
    """The offset behind which it last began to run."""
    still: Event | None = None
    """What made it stand still, as long as it does."""
    word: str | None = None
    """The word that stopped or corrected it: taken back, it runs again."""

    @property
    def about(self) -> str | None:
        about: str | None = self.event.get("about")
        return about


def counts(rule: Rule, clock: Clock, event: Event, whom: set[str]) -> bool:
    """Whether an event stops a clock by its rule, whoever told it and whenever."""
    if event.type in ("contact.made", "contact.attempted"):
        made = event.type == "contact.made"
        word = made or event.get("outcome") in ("left_details", "postponed")
        return rule.on in ("attempted",) + ("notice",) * word + ("made",) * made and event["whom"] in whom
    if event.type == "information.given":
        return rule.on == "notice" and event["whom"] in whom
    if rule.on == "ended":
        return event.type in ("referral.completed", "thread.closed")
    if rule.actions and event.get("action") not in rule.actions:
        return False
    if rule.on == "handed_in" and not event.get("handed_in"):
        return False
    about = _ABOUT.get(rule.on)
    return event.type in STOPS.get(rule.on, ()) and (about is None or event[about] == clock.about)


def begins(
    rule: Rule, cause: Event, clock: Event, told: Event, by_id: Mapping[str, Event], calendar: Calendar
) -> Iterator[datetime]:
    """When a clock of this rule may begin, by this cause. told: the report; by_id: all that stands before the clock."""
    if rule.starts == "occurrence":
        day = _occurrence(told, by_id)
        if day:
            yield calendar.end_of(day - timedelta(days=1))
    elif rule.starts.startswith("referral."):
        reached = ("referral.delivered", "referral.accepted") if rule.starts == "referral.delivered" else (rule.starts,)
        about = [one for one in by_id.values() if one.type in (*reached, "referral.declined")]
        yield from (one.at for one in about if one["referral"] == cause.id)
    elif rule.starts == "last_news":
        yield clock["started_at"]  # nothing is promised: it measures
    elif rule.starts == "last_word":
        yield from [moment(cause, agreed(by_id.values()))] if cause.id == clock.get("about") else []
    elif cause.id == told.id and rule.starts == "report.received":
        yield told["reported_at"]
    else:
        yield cause.at


def _occurrence(told: Event, by_id: Mapping[str, Event]) -> date | None:
    said = [told, *(one for one in by_id.values() if one.type == "report.corrected")]
    when = [one["facts"]["occurrence"] for one in said if one is told or "occurrence" in one["replaces"]][-1]
    day: date | None = when.get("last_day") or when.get("first_day")
    return day


def to_ms(moment: datetime) -> datetime:
    """To the millisecond, as the ledger keeps moments."""
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

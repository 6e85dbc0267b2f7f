"""The figures of overviews once more, by other code: from the bytes of the ledger, and the small logic that stands here.

Nothing of the overviews and nothing of the fold is used. What her words allowed at its place (a release, a delivery, an erasure), and what
stands of consents and referrals, says the auditor, which shares no code with the backbone (docs/adr/0036). `retold` reads a case,
`incidents` puts together what is about one incident, `words_of` says in which words it counts, by the definitions that are printed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from auditor.consent import Partition, audit
from auditor.events import Event, Schemas
from auditor.formats import open_bundle
from auditor.history import Case
from auditor.report import Report
from schakel import codec
from schakel.entry import Entry
from tests.auditor.writer import Ledger, in_memory, record_of

ZONE = ZoneInfo("Europe/Amsterdam")
BY_MONTH = ("incidents", "nature", "place_type", "channel")
GO_ON = ("contact", "referral", "consent", "aftercare", "closed")
DONE = (*GO_ON, "stopped", "recovered")
BY_QUARTER = ("ground", "day_part", "weekday", *DONE)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
THE_LABEL = {"sexual_orientation", "gender_identity"}
NOT_OWED = {"case_closed", "no_longer_applies", "referral_ended", "start_taken_back", "reopened", "erased"}
NOT_OWED |= {"erasure_requested"}
STOPS_A_CLOCK = {
    *("advice.given", "advice.requested", "aftercare.answered", "complaint.settled", "complaint.taken"),
    *("contact.made", "contact.attempted", "escalation.requested", "evaluation.recorded", "information.given"),
    *("level.set", "needs.recorded", "referral.accepted", "referral.completed", "referral.declined", "thread.closed"),
    *("action.agreed", "action.done"),
}
"""What its author may take back together with what a clock made of it."""


@dataclass
class Clock:
    rule: tuple[str, str, str | None]
    state: str = "running"
    breached: bool = False
    word: str | None = None
    why: str | None = None


@dataclass
class Told:
    """One case, as far as figures need it."""

    id: str
    drill: bool = False
    report: Event | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    chain: str | None = None
    label_refused: bool = False
    yes: bool = False
    no: bool = False
    asked: bool = False
    referred: set[str] = field(default_factory=set)
    delivered: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    links: dict[str, tuple[str, str]] = field(default_factory=dict)
    aftercare: dict[str, str] = field(default_factory=dict)
    outcome: dict[str, str] = field(default_factory=dict)
    closed: str | None = None
    to_close: str | None = None
    to_reopen: str | None = None
    clocks: dict[str, Clock] = field(default_factory=dict)
    words: dict[str, Event] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    erased: bool = False

    @property
    def order(self) -> tuple[Any, str]:
        assert self.report is not None
        return self.report["reported_at"], self.id


@cache
def _schemas() -> Schemas:
    return Schemas(open_bundle(in_memory(Ledger({0: []}).export())))


def retold(ledger: Iterable[Entry]) -> list[Told]:
    """Every case with a report, from the records of a ledger in their order."""
    events: dict[str, dict[tuple[str, str], Event]] = {}
    drills = set()
    every = []
    for offset, entry in enumerate(ledger):
        event = _schemas().read(record_of(entry, offset, codec.encode(entry.event)))
        every.append(event)
        if event.case:
            events.setdefault(event.case, {}).setdefault(event.key, event)
            if entry.envelope.drill:
                drills.add(event.case)
    beside = Partition.of(every)
    told = [_case(case, list(mine.values()), beside) for case, mine in events.items()]
    for one in told:
        one.drill = one.id in drills
    return [one for one in told if one.report is not None]


def _case(case_id: str, events: list[Event], beside: Partition) -> Told:
    told, hers = Told(case_id), Case()
    counted = audit(events, beside, Report("recount", "ledger"))
    for event, counts in zip(events, counted, strict=True):
        if not counts or told.gone & set(event.premises):
            hers.pass_over(event)
            continue
        before = {one.id: one.state for one in hers.referrals.values()}
        hers.hear(event)
        told.words[event.id] = event
        _hear(told, event, before)
        told.yes |= any(one.basis == "consent" and one.side == "hers" for one in hers.yes.values())
        for one in hers.referrals.values():
            told.referred |= one.answers
            if one.answers or one.id in told.delivered:
                told.referred.add("delivered")
    waiting = {one.id for one in hers.referrals.values() if one.state == "proposed"}
    told.referred |= {"held"} if told.held & waiting else set()
    told.erased = hers.erased
    return told


def _hear(told: Told, event: Event, before: Mapping[str, str]) -> None:
    match event.type:
        case "report.received" if told.report is None:
            told.report, told.facts = event, dict(event["facts"])
        case "report.corrected" if told.report:
            told.facts.update({name: event["facts"][name] for name in event["replaces"] if name in event["facts"]})
        case "case.opened" if told.report and told.chain is None:
            told.chain = event["chain"]
        case "label.refused":
            told.label_refused = True
        case "consent.asked":
            told.asked |= event["terms"]["given_by"] != "offender"
        case "consent.refused":
            told.no |= event["refused_by"] != "offender"
        case "consent.withdrawn":
            told.no |= event["withdrawn_by"] != "offender"
        case "referral.delivered":
            told.delivered.add(event["referral"])
        case "referral.held" if before.get(event["referral"]) == "proposed":
            told.held.add(event["referral"])
        case "report.linked" if told.report and event["kind"] == "same_incident":
            told.links[event.id] = (event["other_case"], event.author)
        case "aftercare.answered" if event["answer"] != "unknown":
            told.aftercare[event["of"]] = event["answer"]
        case "statement.retracted":
            _take_back(told, event["event"], event.author)
        case "thread.closed":
            _outcome(told, event)
        case "close.requested" | "reopen.requested" | "case.closed" | "case.reopened":
            _closing(told, event)
        case _ if event.type.startswith("clock."):
            _clock(told, event)


def _outcome(told: Told, event: Event) -> None:
    for name in ("situation_stopped", "recovered"):
        if event[name] != "unknown":
            told.outcome[name] = event[name]


def _closing(told: Told, event: Event) -> None:
    """Who asks for the opposite before it was done takes the first back; a request that changes nothing says nothing."""
    match event.type:
        case "close.requested" if told.report and not told.closed:
            told.to_close = event.id
            _outcome(told, event)
        case "close.requested" if told.report and told.to_reopen:
            told.to_reopen = None
            _outcome(told, event)
        case "reopen.requested" if told.closed:
            told.to_reopen = event.id
        case "reopen.requested":
            told.to_close = None
        case "case.closed" if told.chain and not told.closed and event["requested"] == told.to_close:
            told.closed, told.to_close, told.to_reopen = event.id, None, None
        case "case.reopened" if told.closed and event["requested"] == told.to_reopen:
            told.closed, told.to_close, told.to_reopen = None, None, None


def _take_back(told: Told, event_id: str, author: str) -> None:
    said = told.words.get(event_id)
    if event_id in told.links and told.links[event_id][1] == author:
        del told.links[event_id]
    if said is None or said.author != author or said.type not in STOPS_A_CLOCK or event_id in told.gone:
        return
    told.gone.add(event_id)
    if said.type == "aftercare.answered":
        told.aftercare.pop(said["of"], None)
    for clock in told.clocks.values():
        if clock.word == event_id:
            clock.breached = clock.breached or clock.state == "corrected"
            clock.state, clock.word = "breached" if clock.breached else "running", None


def _clock(told: Told, event: Event) -> None:
    if event.type == "clock.started":
        rule = (f"{event['protocol']['name']}@{event['protocol']['version']}", event["clock"], event["about"])
        if all(one.rule != rule for one in told.clocks.values()):
            told.clocks[event.id] = Clock(rule)
        return
    clock = told.clocks.get(event["clock"])
    if clock is None:
        return
    words = [one for one in event.premises if one in told.words and told.words[one].type in STOPS_A_CLOCK]
    match event.type, clock.state:
        case "clock.stopped", "running" | "suspended" | "breached":
            clock.state, clock.word, clock.why = "stopped", next(iter(words), None), None
        case "clock.corrected", "breached" | "stopped" if clock.breached:
            clock.state, clock.breached, clock.word = "corrected", False, next(iter(words), None)
        case "clock.breached", "running":
            clock.state, clock.breached = "breached", True
        case "clock.suspended", "running":
            clock.state, clock.why = "suspended", event["reason"]
        case "clock.resumed", "suspended":
            clock.state, clock.why = "running", None


# --- incidents, and what they count as


def incidents(told: Iterable[Told], chain: str) -> list[list[Told]]:
    """Those that figures count: the reports about one incident together, the oldest first; no drills, nothing less than a report."""
    mine = {one.id: one for one in told if one.chain == chain and not one.drill}
    group_of = {one: {one} for one in mine}
    for one in mine.values():
        for other, _ in one.links.values():
            if other in group_of:
                together = group_of[one.id] | group_of[other]
                group_of.update(dict.fromkeys(together, together))
    groups = {frozenset(group) for group in group_of.values()}
    sorted_groups = [sorted((mine[one] for one in group), key=lambda told: told.order) for group in groups]
    return [group for group in sorted_groups if group[0].facts["record_kind"] == "report"]


def month_of(group: list[Told]) -> str:
    return f"{group[0].order[0].astimezone(ZONE):%Y-%m}"


def row_of(group: list[Told], districts: Iterable[str]) -> str:
    district = group[0].facts["place"]["district"]
    return str(district) if district in districts else "unknown"


def words_of(group: list[Told], timed: set[tuple[str, str]]) -> dict[str, set[str]]:
    """By table. timed: (protocol, clock) of the clocks with a limit that a contact stops."""
    natures = {nature for one in group for nature in one.facts["natures"] if nature != "unknown"}
    found = {
        "incidents": {"all"},
        "nature": natures if natures <= {"hate_speech", "online"} else natures - {"hate_speech"},
        "ground": {motive["ground"] for one in group for motive in one.facts["grounds"]},
    }
    if any(one.label_refused for one in group):
        found["ground"] -= THE_LABEL
    if kept := [one for one in group if not one.erased]:
        facts = kept[0].facts
        found["place_type"] = {facts["place"]["place_type"]}
        found["channel"] = {facts["channel"]}
        found["day_part"] = {facts["occurrence"]["day_part"]}
        first, last = (facts["occurrence"][name] for name in ("first_day", "last_day"))
        if first and last in (None, first) and not facts["occurrence"]["series"]:
            found["weekday"] = {DAYS[date.fromisoformat(str(first)).weekday()]}
        assert all(one.report for one in kept)
        if done := [one for one in kept if one.report and not one.report["history"]]:
            found |= _done(done, timed)
    return {table: (found.get(table, set()) - {"unknown"}) or {"unknown"} for table in (*BY_MONTH, *BY_QUARTER)}


def said_of(group: list[Told], timed: set[tuple[str, str]]) -> dict[str, set[str]]:
    """The same without the tables that have nothing to say of it: most, once everybody in it is erased, or of imported cases."""
    kept = [one for one in group if not one.erased]
    silent = set(DONE) if all(one.report and one.report["history"] for one in kept) else set()
    silent |= set() if kept else {"place_type", "channel", "day_part", "weekday"}
    return {table: words for table, words in words_of(group, timed).items() if table not in silent}


def _done(cases: list[Told], timed: set[tuple[str, str]]) -> dict[str, set[str]]:
    consent = "not_asked"
    for word, by in (("asked", "asked"), ("refused", "no"), ("granted", "yes")):
        consent = word if any(getattr(one, by) for one in cases) else consent
    found = {"consent": {consent}, "contact": {_contact(cases, timed)}}
    found["referral"] = set().union(*(one.referred for one in cases)) or {"none"}
    found["aftercare"] = set([one.aftercare["victim"] for one in cases if "victim" in one.aftercare][:1])
    found["closed"] = {"open" if any(one.closed is None for one in cases) else "closed"}
    for table, name in (("stopped", "situation_stopped"), ("recovered", "recovered")):
        said = {one.outcome.get(name) for one in cases}
        found[table] = set([word for word in ("no", "partly", "yes") if word in said][:1])
    return found


def _contact(cases: list[Told], timed: set[tuple[str, str]]) -> str:
    said = set()
    for one in cases:
        for clock in one.clocks.values():
            if clock.rule[:2] not in timed:
                continue
            over = one.closed is not None and clock.rule[2] != one.closed
            if clock.breached:
                said.add("late")
            elif clock.state == "suspended":
                said.add("ended" if over or clock.why in NOT_OWED else "running")
            else:
                said.add("running" if clock.state == "running" else "in_time")
    return next((word for word in ("late", "running", "ended", "in_time") if word in said), "no_limit")

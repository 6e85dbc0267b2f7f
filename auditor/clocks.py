"""Is no breach missing, and none invented?

A breach says that a promise was not kept, so it is held to everything that it rests on: the clock began when its cause says; its due
moment follows from the limit in the protocol and the calendar; a watermark at or behind that moment stands in the log before it; and
nothing that would have stopped the clock in time had been told before that watermark. The other way round: a clock that nothing
stopped, and that a watermark passed, has its breach.
Calendar and roles are the chain's, in the version that `versions` says.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from auditor import rhythm, versions
from auditor.definitions import Chain, Definitions, Rule, applies, facts_of
from auditor.events import Event
from auditor.report import Report
from auditor.terms import same_limit
from auditor.timing import STANDS_STILL, Clock, Watermarks, begins, counts, to_ms

OVERDUE = timedelta(days=1)
"""So long after the due moment a breach is not on its way any more: it is missing."""
SURE_STARTS = {"case.opened", "action.agreed", "case.closed", "contact.preference_set"}
"""What starts a clock whatever else is told. Of other starts it can only be said that no clock names them."""


def audit(events: Sequence[Event], watermarks: Watermarks, definitions: Definitions, report: Report) -> None:
    """Check the clocks of one case, given the events that count, in order."""
    opened = next((event for event in events if event.type == "case.opened"), None)
    told = next((event for event in events if event.type == "report.received"), None)
    if opened is None or told is None:
        if any(event.type.startswith("clock.") for event in events):
            report.wrong("clocks", "no_case", events[0].place, "clocks run in a case that was never opened")
        return

    def by(chain: Chain) -> Report:
        found = Report(report.bundle, report.kind)
        _Case(events, told, chain, watermarks, definitions, found).audit()
        return found

    versions.judge(by, f"{opened['chain']}@{opened['chain_version']}", opened.place, definitions, report)


def _ref(protocol: Mapping[str, str]) -> str:
    return f"{protocol['name']}@{protocol['version']}"


class _Case:
    def __init__(
        self,
        events: Sequence[Event],
        told: Event,
        chain: Chain,
        marks: Watermarks,
        definitions: Definitions,
        report: Report,
    ) -> None:
        self.events, self.told, self.chain, self.marks, self.report = events, told, chain, marks, report
        self.rules = definitions.rules
        self.by_id: dict[str, Event] = {}
        self.clocks: dict[str, Clock] = {}
        self.retracted: set[str] = set()
        self.closed: str | None = None
        self.forget: set[str] = set()
        self.history = bool(told.get("history"))
        self.moved: dict[str, str] = {}
        self.protocols: dict[str, Event] = {}
        """What the case runs under, and what put it there."""
        self.too_late: set[str] = set()
        """What was told while the case was closed: it starts no clock then."""

    def audit(self) -> None:
        for event in self.events:
            handler = getattr(self, "_on_" + event.type.replace(".", "_"), None)
            if self.closed:
                self.too_late.add(event.id)
            if handler:
                handler(event)
            self.by_id.setdefault(event.id, event)
        self._never_started()
        self._at_the_end()
        self.report.counts["clocks"] += len(self.clocks)

    # -- what else is said ---------------------------------------------------------------------------------------------

    def _on_case_opened(self, event: Event) -> None:
        self.protocols |= {_ref(one): event for one in event["protocols"]}

    def _on_protocol_attached(self, event: Event) -> None:
        self.protocols[_ref(event["protocol"])] = event

    def _on_case_closed(self, event: Event) -> None:
        self.closed = self.closed or event.id

    def _on_case_reopened(self, event: Event) -> None:
        self.closed = None

    def _on_erasure_requested(self, event: Event) -> None:
        if event["subject"] == "victim":
            self.forget.add(event.id)

    def _on_statement_retracted(self, event: Event) -> None:
        said = self.by_id.get(event["event"])
        if said is None or said.author != event.author:
            return
        self.retracted.add(said.id)
        self.forget.discard(said.id)
        for clock in self.clocks.values():
            if clock.word == said.id:
                clock.breached = clock.breached or clock.state == "corrected"
                clock.state, clock.word = "breached" if clock.breached else "running", None

    def _on_protocol_moved(self, event: Event) -> None:
        before, after = _ref(event["before"]), _ref(event["after"])
        self.protocols.pop(before, None)
        self.protocols[after] = event
        for clock in self.clocks.values():
            if self._ref(clock) == before:
                self.moved[clock.event.id] = after
                clock.rule = (self.rules(after) or {}).get(clock.event["clock"])

    def _ref(self, clock: Clock) -> str:
        return self.moved.get(clock.event.id, _ref(clock.event["protocol"]))

    # -- a clock's life ------------------------------------------------------------------------------------------------

    def _on_clock_started(self, event: Event) -> None:
        this = (event["clock"], _ref(event["protocol"]), event.get("about"))
        if any((one.event["clock"], self._ref(one), one.about) == this for one in self.clocks.values()):
            return  # overtaken: it runs already
        rules = self.rules(this[1])
        clock = Clock(event, rules.get(event["clock"]) if rules else None, event.get("due_at"), ran=event.offset)
        self.clocks[event.id] = clock
        if rules is None:
            says = f"the protocol {this[1]} is not in the bundle as it is in force"
            self.report.cannot_tell("clocks", "not_held", event.place, says)
        elif clock.rule is None:
            self._wrong("no_rule", event, f"the protocol has no clock {event['clock']}")
        else:
            self._begun(clock, clock.rule, event)

    def _begun(self, clock: Clock, rule: Rule, event: Event) -> None:
        terms = rhythm.terms(rule, self.by_id.get(event.get("about") or ""), event, self._agreed(rule))
        agree = [limit for kind, limit in terms if kind == event["kind"] and same_limit(event.get("limit"), limit)]
        if not agree:
            self._wrong("limit", event, "its limit or its promise is not the protocol's, nor what was agreed with her")
        causes = [self.by_id[premise] for premise in event.premises if premise in self.by_id]
        began = [
            moment
            for cause in causes
            for moment in begins(rule, cause, event, self.told, self.by_id, self.chain.calendar)
        ]
        if began and to_ms(event["started_at"]) not in [to_ms(moment) for moment in began]:
            self._wrong("start", event, "it does not begin when what it rests on says")
        elif not began:
            self._wrong("start", event, "what it rests on does not stand before it")
        if (due_at := self._due(rule, event, causes, (agree or [event.get("limit")])[0])) != event.get("due_at"):
            self._wrong("due", event, f"its due moment is {event.get('due_at')}, by limit and calendar it is {due_at}")

    def _agreed(self, rule: Rule) -> list[rhythm.Agreed]:
        """What was agreed with her so far of how often she hears something, where a clock of this rule follows that."""
        follows = rule.by_preference and rhythm.HER in self._whom(rule)
        return rhythm.agreed(self.by_id.values()) if follows else []

    def _whom(self, rule: Rule) -> set[str]:
        return {self.told["facts"]["reporter"] if one == "reporter" else one for one in rule.with_}

    def _due(self, rule: Rule, event: Event, causes: Sequence[Event], limit: str | None) -> datetime | None:
        if rule.by_when:
            return next(
                (self.chain.calendar.end_of(one["due_on"]) for one in causes if one.type == "action.agreed"), None
            )
        return self.chain.calendar.add(event["started_at"], limit) if limit else None

    def _clock(self, event: Event, *states: str) -> Clock | None:
        clock = self.clocks.get(event["clock"])
        if clock is None:
            self._wrong("no_clock", event, "no such clock runs")
            return None
        if clock.event.id not in event.premises:
            self._wrong("no_premise", event, "it does not name the clock among what it rests on")
        fell = any(premise in self.retracted for premise in event.premises)
        return clock if clock.state in states and not fell else None  # else it was overtaken on its way

    def _on_clock_suspended(self, event: Event) -> None:
        if clock := self._clock(event, "running"):
            wanted = STANDS_STILL.get(event["reason"])
            if wanted is None:
                self._applies_no_longer(clock, event)
            elif wanted.isdisjoint(one.type for one in self.by_id.values()):
                self._wrong(
                    "stands_still", event, f"nothing stands here that makes it stand still for {event['reason']}"
                )
            clock.state, clock.since, clock.still = "suspended", event.at, event

    def _applies_no_longer(self, clock: Clock, event: Event) -> None:
        """Its rule is asked at every place since it began to run, for it may have been decided at any of them."""
        held = self._held(clock.rule, clock.ran) if clock.rule else {None}
        if held == {True}:
            self._wrong("stands_still", event, f"it stands still for {event['reason']}, and its rule still holds")
        elif False not in held or event["reason"] != "no_longer_applies":
            says = (
                f"it stands still for {event['reason']}: whether its rule still held does not follow from the reports"
            )
            self.report.cannot_tell("clocks", "stands_still", event.place, says)

    def _on_clock_resumed(self, event: Event) -> None:
        if not (clock := self._clock(event, "suspended")):
            return
        due_at, before, since = event.get("due_at"), clock.due_at, clock.since
        clock.state, clock.due_at, clock.ran = "running", due_at or before, event.offset
        limit = clock.rule and (clock.rule.limit or (clock.event.get("limit") if clock.rule.by_preference else None))
        if due_at and before and due_at != before and limit and since:
            told = [one["at"] for one in self.by_id.values() if one.type == "contact.attempted"]
            pause = event.at - min([since, *told]) + OVERDUE
            if not before <= due_at <= self.chain.calendar.later(before, pause, limit):
                self._wrong("due", event, f"it goes on until {due_at}, longer than it stood still")

    def _on_clock_stopped(self, event: Event) -> None:
        if not (clock := self._clock(event, "running", "suspended", "breached")):
            return
        running, rule = clock.state == "running", clock.rule
        self._word(clock, event)
        late = clock.due_at is not None and event["stopped_at"] > clock.due_at
        if running and late and not (self.history or self.closed or self.forget) and rule:
            if rule.starts.startswith("referral.") or self._held(rule) != {True}:
                says = "it was stopped late and without a breach; it may have stood still, for a reason not re-checked here"
                self.report.cannot_tell("clocks", "late_stop", event.place, says)
            else:
                self._wrong("missing", event, "it was stopped after its due moment, and no breach stands before that")
        clock.state = "stopped"

    def _on_clock_corrected(self, event: Event) -> None:
        known = self.clocks.get(event["clock"])
        if known and not known.ever_breached:
            self._wrong("corrected", event, "it corrects a breach that never stood")
        if not (clock := self._clock(event, "breached", "stopped")) or not clock.breached:
            return
        if event["reason"] == "registered_late":
            self._word(clock, event)
            if clock.due_at and event["stopped_at"] > clock.due_at:
                self._wrong("corrected", event, "what was done late does not take a breach back")
        elif "report.corrected" not in {one.type for one in self.by_id.values()}:
            self._wrong("corrected", event, "nobody said that the clock began wrongly")
        clock.state, clock.breached = "corrected", False

    def _word(self, clock: Clock, event: Event) -> None:
        """What stopped it was told, and counts by the rule."""
        words = [premise for premise in event.premises if premise != clock.event.id]
        clock.word = words[0] if words else None
        if clock.rule is None or clock.rule.on == "news":
            return
        found = self._stops(clock, clock.rule, event.offset)
        if to_ms(event["stopped_at"]) not in [to_ms(at) for at, one in found if one.id in words]:
            self._wrong("stop", event, "nothing that stops it by the protocol was told for that moment")

    def _on_clock_breached(self, event: Event) -> None:
        if not (clock := self._clock(event, "running")):
            return
        due_at, watermark = clock.due_at, event["watermark"]
        if due_at is None or event["due_at"] != due_at or watermark < due_at:
            self._wrong("invented", event, "no limit was promised, or its watermark lies before the due moment")
            return
        passed = self.marks.where(watermark, event.offset)
        if passed is None and self.marks.whole:
            self._wrong("invented", event, "the watermark that it names does not stand before it")
            return
        if passed is None:
            says = "the watermark that it names was left out of this bundle, or never logged; a whole export shows it"
            self.report.cannot_tell("clocks", "watermark", event.place, says)
        rule = clock.rule
        if rule and any(at <= due_at for at, _ in self._stops(clock, rule, passed or 0)):
            self._wrong("invented", event, "what was promised had been done in time, and was told before the watermark")
        clock.state, clock.breached, clock.ever_breached = "breached", True, True

    def _stops(self, clock: Clock, rule: Rule, before: int) -> list[tuple[datetime, Event]]:
        """(moment, event) of what was told before an offset, stops this clock by its rule, and has not been taken back so far."""
        whom, found = self._whom(rule), list[tuple[datetime, Event]]()
        if rule.on == "word":
            heard = rhythm.words(clock.event, self.by_id, whom, self._agreed(rule))
            return [(at, one) for at, one in heard if one.offset < before and one.id not in self.retracted]
        for event in self.by_id.values():
            if event.offset < before and event.id not in self.retracted and counts(rule, clock, event, whom):
                at = event["at"] if event.type.startswith("contact.") else event.at
                by_one_of = not rule.by or rule.by & self.chain.roles.get(event.author, frozenset())
                if at >= clock.event["started_at"] and by_one_of:
                    found.append((at, event))
        return found

    # -- what is missing -----------------------------------------------------------------------------------------------

    def _never_started(self) -> None:
        """A promise whose start was told, and that nobody timed. Only where the reports alone say that it was made."""
        opened = next(event for event in self.events if event.type == "case.opened")
        went_on = any(event.source == "urn:schakel:followup" and event.offset > opened.offset for event in self.events)
        for ref, put in self.protocols.items():
            if (rules := self.rules(ref)) is None:
                says = f"the protocol {ref} is not in the bundle as it is in force: a clock may be missing"
                self.report.cannot_tell("clocks", "not_held", put.place, says)
            untimed = [(rule, start) for rule in (rules or {}).values() for start in self._untimed(rule, opened)]
            for rule, start in untimed:
                day_ago = self.marks.newest is not None and self.marks.newest >= max(start.at, put.at) + OVERDUE
                if (day_ago and start.type in SURE_STARTS) or (start is put and went_on):
                    self._wrong("missing", start, f"the clock {rule.id} of the protocol was never started")
                else:
                    says = f"the clock {rule.id} has not been started: on its way, or missing"
                    self.report.cannot_tell("clocks", "on_its_way", start.place, says)

    def _untimed(self, rule: Rule, opened: Event) -> list[Event]:
        """What surely starts a promise, and has no clock. Of a rule that times only some starts, those of the report are known."""
        clocks = [clock for clock in self.clocks.values() if clock.event["clock"] == rule.id]
        if (agreed := self._agreed(rule)) and not (self.forget or self.history) and self._held(rule) == {True}:
            promised = rhythm.never_timed(agreed, [clock.event for clock in clocks])
            return [promised] if promised and promised.id not in self.too_late else []
        if not (rule.limit or rule.by_when) or self.forget or self._held(rule) != {True}:
            return []
        if rule.starts == "report.received":
            return [] if clocks else [opened]
        timed = {name for clock in clocks for name in (clock.about, *clock.event.premises)}
        return [
            event
            for event in self.events
            if event.type == rule.starts
            and not (rule.some or self.history or event.id in self.retracted | self.too_late)
            and timed.isdisjoint((event.id, event.get("referral", event.id)))
            and event.get("action") != "person_acts"  # what she does herself is nobody's term
        ]

    def _held(self, rule: Rule, since: int = -1) -> set[bool | None]:
        """Whether a rule applied, at each place behind an offset; None: what the reports say does not decide it."""
        said = [self.told, *(one for one in self.by_id.values() if one.type == "report.corrected")]
        door = self.chain.roles.get(self.told.author, frozenset())
        ends = [*(one.offset for one in said[1:]), since + 1]
        held = {applies(rule.when, facts_of(said[: n + 1], door)) for n, end in enumerate(ends) if end > since}
        if (
            rule.starts == "case.closed" and rule.on == "attempted"
        ):  # aftercare: she may have said that she wants no call
            closed = [one for one in self.by_id.values() if one.type in ("close.requested", "thread.closed")]
            held |= {False} if any(one["wants_call"] == "no" for one in closed) else set()
        return held

    def _at_the_end(self) -> None:
        newest = self.marks.newest
        if self.history or self.forget:
            return  # nobody is chased over an imported case, nor over one that is to be forgotten
        for clock in self.clocks.values():
            if clock.due_at is None or (self.closed and clock.about != self.closed):
                continue
            if clock.state == "suspended" and clock.still and self._over(clock, clock.still):
                says = f"it stands still for {clock.still['reason']}, and that is over: it goes on soon, or a breach is hidden"
                self.report.cannot_tell("clocks", "stands_still", clock.still.place, says)
            if clock.state != "running":
                continue
            if newest is None or newest < clock.due_at:
                if not self.marks.latest:
                    says = "it runs, and whether a watermark has passed its due moment cannot be seen in this bundle"
                    self.report.cannot_tell("clocks", "watermark", clock.event.place, says)
            else:
                read = self.marks.acted is not None and self.marks.acted >= clock.due_at
                if newest >= clock.due_at + OVERDUE or (read and self._behind(clock)):
                    self._wrong(
                        "missing",
                        clock.event,
                        f"it was due at {clock.due_at}, a watermark has passed that, and no breach stands",
                    )
                else:
                    says = "its due moment has passed and no breach stands yet: on its way, or missing"
                    self.report.cannot_tell("clocks", "on_its_way", clock.event.place, says)

    def _over(self, clock: Clock, still: Event) -> bool:
        """Whether it surely is over what a clock stands still for, in a case that is open and is not to be forgotten: its rule holds, and
        what it begins with cannot be taken back."""
        rule, until, newest = clock.rule, still.get("until"), self.marks.newest
        if rule is None or rule.starts != "report.received" or still["reason"] == "protocol_moved":
            return False
        waits = until is not None and (newest is None or newest < until + OVERDUE)
        return not waits and self._held(rule, self.events[-1].offset) == {True}

    def _behind(self, clock: Clock) -> bool:
        """Whether follow-up concluded something in this case on what stands behind the watermark that the clock waits for."""
        due = min(offset for offset, at in self.marks.passed if clock.due_at and at >= clock.due_at)
        said = (one for one in self.events if one.source == "urn:schakel:followup" and one.offset > due)
        return any(self.by_id[p].offset > due for one in said for p in one.premises if p in self.by_id)

    def _wrong(self, code: str, event: Event, says: str) -> None:
        self.report.wrong("clocks", code, event.place, f"{event.type} {event.get('clock', '')}: {says}")

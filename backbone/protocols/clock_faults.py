"""What must hold of the clocks of one protocol file, and of the ladder above them. Pure: a protocol in, faults out."""

import re
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from itertools import combinations

from backbone.protocols.clock_rules import (
    ANY_STEP,
    DOER,
    OF_REFERRAL,
    REPORTER,
    WITH_A_PERSON,
    ClockRule,
    ClockStart,
    LadderStep,
    StopOn,
    same_kind,
)
from backbone.protocols.model import Protocol
from backbone.protocols.reading import Fault, Level, Location
from schakel.calendar import Unit
from schakel.events.vocab import ActionType, ClockKind, Person, Role, Severity

_QUOTE = re.compile(r"«[^»]+»")
_ONLY_WITH: Mapping[StopOn, tuple[ClockStart, ...]] = {
    StopOn.ANSWERED: OF_REFERRAL,
    StopOn.ENDED: (*OF_REFERRAL, ClockStart.OCCURRENCE),
    StopOn.DONE: (ClockStart.ACTION_AGREED,),
    StopOn.ADVISED: (ClockStart.ADVICE_REQUESTED,),
    StopOn.SETTLED: (ClockStart.COMPLAINT_TAKEN,),
    StopOn.APPOINTED: (ClockStart.COMPLAINT_WISHED,),
    StopOn.HANDED_IN: (ClockStart.TREATMENT_COMPLAINT,),
    StopOn.WORD: (ClockStart.LAST_WORD,),
    StopOn.NEWS: (ClockStart.LAST_NEWS,),
}
"""What can only stop what it is about."""
_ONLY_BY: Mapping[ClockStart, StopOn] = {ClockStart.LAST_WORD: StopOn.WORD, ClockStart.LAST_NEWS: StopOn.NEWS}
_WORDS: Mapping[ClockStart, type[StrEnum]] = {
    ClockStart.LEVEL_SET: Severity,
    ClockStart.ACTION_AGREED: ActionType,
    ClockStart.ADVICE_REQUESTED: Role,
}
"""The words that `of` takes, by what starts the clock."""
_HAS_A_DOER = (
    ClockStart.REPORT_RECEIVED,
    *OF_REFERRAL,
    ClockStart.ACTION_AGREED,
    ClockStart.ADVICE_REQUESTED,
    ClockStart.COMPLAINT_WISHED,
    ClockStart.TREATMENT_COMPLAINT,
)


def clock_faults(protocol: Protocol) -> Iterator[Fault]:
    """Everything that is wrong with its clocks and its ladder."""
    for position, clock in enumerate(protocol.clocks):
        at: Location = ("clocks", position)
        yield from _limit(at, clock)
        yield from _start(at, clock, protocol)
        yield from _stop(at, clock)
        yield from _repeated(at, clock)
        yield from _reminded_too_late(at, clock)
        yield from _by_preference(at, clock)
        yield from _of(at, clock)
    yield from _twice(protocol)
    for position, step in enumerate(protocol.ladder):
        yield from _ladder(("ladder", position), step, protocol)


def _twice(protocol: Protocol) -> Iterator[Fault]:
    """Two clocks that wait for the same thing of one referral: whoever got it is reminded twice, and is late twice."""
    of_referral = [(place, clock) for place, clock in enumerate(protocol.clocks) if clock.starts in OF_REFERRAL]
    for (_, one), (position, other) in combinations(of_referral, 2):
        step = one.of_step == other.of_step or ANY_STEP in (one.of_step, other.of_step)
        if step and same_kind(one, other) and one.when.may_hold_with(other.when):
            yield Fault(
                ("clocks", position),
                f"the clocks `{one.id}` and `{other.id}` may both wait for {other.stops.on} of one referral",
                "one clock of a kind for each referral",
                "drop one of the two, or give them conditions that never hold together",
                Level.WARNING,
            )


def _limit(at: Location, clock: ClockRule) -> Iterator[Fault]:
    """A limit only with its passage, else measured, or marked as our choice (domain-detail B05)."""
    if not clock.has_limit and clock.promise is not ClockKind.MEASURED:
        yield Fault(
            (*at, "promise"),
            f"clock `{clock.id}` is {clock.promise} but has no limit",
            "promise: measured when limit is null",
            "write the limit with its passage, or `promise: measured`",
        )
    if clock.has_limit and clock.promise is ClockKind.MEASURED:
        yield Fault(
            (*at, "promise"),
            f"clock `{clock.id}` is measured but has the limit {clock.limit or 'that is agreed in the action'}",
            "limit: null for what nobody promised",
            "write `limit: null`, or say who promised it (promised, our_choice)",
        )
    if not clock.may_breach and clock.on_breach:
        yield Fault(
            (*at, "on_breach"),
            f"clock `{clock.id}` has no limit, so it never breaches",
            "no on_breach without a limit",
            "drop `on_breach`",
        )
    if clock.promise is ClockKind.PROMISED and not _QUOTE.search(clock.source):
        yield Fault(
            (*at, "source"),
            f"clock `{clock.id}` is promised but its source quotes nothing",
            "the passage that promises the limit, between « and »",
            "quote it, or write `promise: our_choice`",
        )
    if clock.by_when and (clock.limit is not None or clock.starts is not ClockStart.ACTION_AGREED):
        yield Fault(
            (*at, "by_when"),
            f"clock `{clock.id}` takes the day of an action, and starts at {clock.starts} with the limit {clock.limit}",
            "by_when only with `starts: action.agreed` and `limit: null`",
            "drop `by_when`, or the other limit",
        )


def _start(at: Location, clock: ClockRule, protocol: Protocol) -> Iterator[Fault]:
    of_referral = clock.starts in OF_REFERRAL
    may_have_a_step = of_referral or clock.starts is ClockStart.OCCURRENCE
    named = clock.of_step == ANY_STEP or (clock.of_step is not None and protocol.step(clock.of_step) is not None)
    if (of_referral or (may_have_a_step and clock.of_step is not None)) and not named:
        steps = ", ".join(step.id for step in protocol.steps) or "none: add the step first"
        yield Fault(
            (*at, "of_step"),
            f"clock `{clock.id}` starts at {clock.starts} of step `{clock.of_step}`, which is no step of this file",
            f"one of {steps}; or {ANY_STEP}, for every referral",
            "name the step whose referral starts it",
        )
    if clock.of_step is not None and not may_have_a_step:
        yield Fault(
            (*at, "of_step"),
            f"clock `{clock.id}` starts at {clock.starts}, which has no step",
            "of_step only with referral.delivered, referral.accepted or occurrence",
            "drop `of_step`",
        )
    if clock.stops.on is StopOn.ENDED and not of_referral and clock.of_step is None:
        yield Fault(
            (*at, "stops", "on"),
            f"clock `{clock.id}` stops when a referral ends, and is of none",
            "of_step: the step whose referral it is",
            "add `of_step`",
        )
    if clock.responsible == DOER and clock.starts not in _HAS_A_DOER and clock.of_step is None:
        yield Fault(
            (*at, "responsible"),
            f"clock `{clock.id}` leaves it to the doer, and nobody does {clock.starts}",
            f"a role; {DOER} only with {', '.join(_HAS_A_DOER)}, or of a step",
            "name the role that has to act",
        )


def _stop(at: Location, clock: ClockRule) -> Iterator[Fault]:
    """What stops it is about what started it, and a contact is one with somebody."""
    stops, start = clock.stops, clock.starts
    if stops.on in WITH_A_PERSON and not stops.with_:
        yield Fault(
            (*at, "stops"),
            f"clock `{clock.id}` stops on {stops.on} with nobody named",
            "the persons of whom a contact with one counts, such as [reporter]",
            "add `with`",
        )
    if stops.with_ and stops.on not in WITH_A_PERSON:
        yield Fault(
            (*at, "stops", "with"),
            f"clock `{clock.id}` stops on {stops.on}, which is not with a person",
            f"with only for {', '.join(WITH_A_PERSON)}",
            "drop `with`",
        )
    if stops.actions and stops.on is not StopOn.AGREED:
        yield Fault(
            (*at, "stops", "actions"),
            f"clock `{clock.id}` stops on {stops.on}, which is no agreement about an action",
            f"actions only with `on: {StopOn.AGREED}`",
            "drop `actions`",
        )
    wanted = _ONLY_WITH.get(stops.on)
    if (wanted and start not in wanted) or _ONLY_BY.get(start, stops.on) is not stops.on:
        by = _ONLY_BY.get(start)
        yield Fault(
            (*at, "stops", "on"),
            f"clock `{clock.id}` starts at {start} and stops on {stops.on}, which is about something else",
            f"stops on {by}" if by else f"starts at {' or '.join(wanted or ())}",
            "change the one or the other",
        )


def _repeated(at: Location, clock: ClockRule) -> Iterator[Fault]:
    if clock.every is not None and (clock.starts is not ClockStart.LAST_NEWS or clock.has_limit or clock.reminders):
        yield Fault(
            (*at, "every"),
            f"clock `{clock.id}` comes back every {clock.every}, and does not only wait for news",
            "every only with `starts: last_news`, without limit and reminders",
            "drop `every`, or write reminders",
        )
    if clock.starts is ClockStart.LAST_NEWS and clock.every is None:
        yield Fault(
            (*at, "starts"),
            f"clock `{clock.id}` starts at {clock.starts} and never comes back",
            "every, such as 1 maand",
            "say how often the case comes back on somebody's list",
        )
    if clock.waits is not None and not clock.of_the_person:
        yield Fault(
            (*at, "waits"),
            f"clock `{clock.id}` waits for the person, and stops on {clock.stops.on}",
            f"waits only with a stop on {', '.join(WITH_A_PERSON)}",
            "drop `waits`",
        )


def _reminded_too_late(at: Location, clock: ClockRule) -> Iterator[Fault]:
    """Both count from the start: whoever writes "24h after the limit" so is told of the breach first, and reminded a day after that."""
    for position, reminder in enumerate(clock.reminders):
        if clock.limit is not None and (reminder == clock.limit or clock.limit.is_shorter_than(reminder)):
            yield Fault(
                (*at, "reminders", position),
                f"clock `{clock.id}` reminds after {reminder}, when its limit of {clock.limit} is over",
                f"reminders before {clock.limit}: they count from the start, as the limit does",
                "remind sooner; for a word after the limit put a step on the ladder",
                Level.WARNING,
            )


def _by_preference(at: Location, clock: ClockRule) -> Iterator[Fault]:
    """What is agreed with her is how long she hears nothing: a number of days, beside which a limit in hours would be another kind."""
    if not clock.by_preference:
        return
    hers = {REPORTER, Person.VICTIM.value} & set(clock.stops.with_)
    if clock.starts is not ClockStart.LAST_WORD or not hers:
        yield Fault(
            (*at, "by_preference"),
            f"clock `{clock.id}` follows what is agreed with her, and does not time how long she hears nothing",
            "by_preference only with `starts: last_word` and `stops: {on: word, with: [victim]}` (or reporter)",
            "drop `by_preference`, or time the longest silence towards her",
        )
    if clock.limit is not None and clock.limit.unit in (Unit.HOURS, Unit.MINUTES):
        yield Fault(
            (*at, "limit"),
            f"clock `{clock.id}` follows what is agreed with her in days, and else has the limit {clock.limit}",
            "a limit in days, working days, weeks or months, or null",
            'write it in days, such as "14 dagen"',
        )


def _of(at: Location, clock: ClockRule) -> Iterator[Fault]:
    words: Collection[str] = tuple(_WORDS[clock.starts]) if clock.starts in _WORDS else ()
    if wrong := [word for word in clock.of if word not in words]:
        yield Fault(
            (*at, "of"),
            f"clock `{clock.id}` is only of {', '.join(wrong)}, which {clock.starts} cannot be",
            f"one of {', '.join(words)}" if words else f"no `of` with {clock.starts}",
            "use one of these words, or drop `of`",
        )


def _ladder(at: Location, step: LadderStep, protocol: Protocol) -> Iterator[Fault]:
    """A rung stands above a breach, so above clocks of this file that can be breached."""
    breakable = [clock.id for clock in protocol.clocks if clock.may_breach]
    if wrong := [clock for clock in step.of if clock not in breakable]:
        yield Fault(
            (*at, "of"),
            f"`{step.id}` stands above {', '.join(wrong)}, which is no clock of this file with a limit",
            f"one of {', '.join(breakable) or 'none: no clock here has a limit'}",
            "name the clocks above which it stands",
        )

"""Was anything delivered or read without a history that permits it?

Everything is asked at two places. *At its own place*: do her words, as they stand there, allow what the event says? Then it counts.
If not, *at the places at which it may have been decided*: a service decides on what it has read, at the latest when its conclusion
lands, at the earliest once everything stands that the conclusion names as its premises. If her words allowed it at one of those places,
something she said overtook it on the way: it has no effect, and is noted. If they allowed it at none, somebody did what nobody had
permitted, and that is a finding.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from auditor.events import Event
from auditor.history import Case
from auditor.report import Report
from auditor.words import AUDIT, FACTS, LAW, RUNNING

WAITING = {"proposed", "revoked"}
NOTHING = "what it rests on does not stand before it"


@dataclass
class Partition:
    """What stands beside the cases in a partition: which partner was suspended or restored, at which offset, in order."""

    standing: list[tuple[int, str, bool]] = field(default_factory=list)

    @classmethod
    def of(cls, events: Iterable[Event]) -> "Partition":
        said = {"partner.suspended": True, "partner.restored": False}
        return cls([(one.offset, one["partner"], said[one.type]) for one in events if one.type in said])

    def away(self, partner: str, offset: int) -> bool:
        away = False
        for at, whom, suspended in self.standing:
            if at < offset and whom == partner:
                away = suspended
        return away


Check = Callable[[Case, Event, Partition], str | None]
"""Why an event may not stand in a case as it is, or None."""


def audit(events: Sequence[Event], partition: Partition, report: Report) -> list[bool]:
    """Check one case, given its events in order, each once. Returns of each whether it counts (False: it was overtaken, or is wrong)."""
    case, counted = Case(), [False] * len(events)
    places = {event.id: index for index, event in enumerate(events)}
    for index, event in enumerate(events):
        why = _stands_on(case, event) or _taken_up(case, event)
        check = CHECKS.get(event.type)
        if why is None and check is not None:
            case.now = max(case.now, event.at) if case.now else event.at
            why = check(case, event, partition)
        if why is None:
            counted[index] = True
            case.hear(event)
            continue
        if check is not None:
            _judge(events, counted, index, places, check, partition, why, report)
        elif why == NOTHING:
            question = "clocks" if event.type.startswith("clock.") else "owners"
            report.wrong(question, "rests_on_nothing", event.place, f"{event.type}: {why}")
        case.pass_over(event)
    return counted


def _stands_on(case: Case, event: Event) -> str | None:
    """What a conclusion rests on stands before it and has not ended."""
    if event.concluded:
        for premise in event.premises:
            if premise in case.lapsed:
                return "what it rests on had ended"
            if premise.partition("#")[0] not in case.seen:
                return NOTHING
    return None


def _taken_up(case: Case, event: Event) -> str | None:
    """Whoever accepts behind another that was asked for the same step takes nothing up."""
    second = event.type == "referral.accepted" and case.taken_by_another(event["referral"])
    return "another had taken it up" if second else None


def _judge(
    events: Sequence[Event],
    counted: Sequence[bool],
    index: int,
    places: dict[str, int],
    check: Check,
    partition: Partition,
    why: str,
    report: Report,
) -> None:
    """Overtaken on the way, or never permitted?"""
    event = events[index]
    first = max((places.get(premise.partition("#")[0], index) for premise in event.premises), default=0)
    case = Case()
    for at in range(index):
        case.hear(events[at]) if counted[at] else case.pass_over(events[at])
        if at >= first and _stands_on(case, event) is None and check(case, event, partition) is None:
            report.noted("consent", "overtaken", event.place, f"{event.type} was overtaken on its way: {why}")
            report.counts["overtaken"] += 1
            return
    report.wrong(
        "consent", event.type.replace(".", "_"), event.place, f"{event.type} without a permitting history: {why}"
    )


# --- what each needs --------------------------------------------------------------------------------------------------


def _released(case: Case, event: Event, partition: Partition) -> str | None:
    """A referral may go out: proposed to just this partner, on words that carry all that goes with it."""
    referral, scopes = case.referrals.get(event["referral"]), set(event["scopes"])
    if referral is None or event["to"] != referral.to:
        return "nobody proposed this referral to this partner"
    if referral.state not in WAITING:
        return f"the referral is {referral.state} already"
    if case.stopped:
        return "she asked to be forgotten"
    if case.history:
        return "an imported case: nothing goes out"
    if partition.away(referral.to, event.offset):
        return "its receiver is suspended"
    if case.forbids(referral):
        return "a rule above all protocols forbids mediation here"
    if event["basis"] == "scheme":
        if event["mode"] != "stripped" or scopes - {FACTS}:
            return "what always goes out goes without anything that points to her"
        return None if case.may_go_nameless(referral) else "she said no to the step, or has not been asked for her name"
    named = [yes for yes in case.carrying(referral) if yes.id in event.premises]
    if not named:
        return "no yes, and no other basis, that it names stands here"
    if not scopes | referral.needs <= case.covered(named):
        return "it carries, or needs, more than what was agreed"
    if event["basis"] not in {yes.basis for yes in named}:
        return f"it does not rest on {event['basis']}"
    if referral.two_sided and not any(yes.id in event.premises for yes in case.other_side_agrees(referral)):
        return "the other side has not agreed"
    return None


def _delivered(case: Case, event: Event, partition: Partition) -> str | None:
    referral = case.referrals.get(event["referral"])
    if referral is None or event["to"] != referral.to:
        return "nobody proposed this referral to this partner"
    if referral.state != "released" or referral.release not in event.premises:
        return "no release stands here on which it rests"
    if case.stopped:
        return "she asked to be forgotten"
    if partition.away(referral.to, event.offset):
        return "its receiver is suspended"
    return None if case.still_allowed(referral) else "what it carries is not allowed any more"


def _permitted(case: Case, event: Event, partition: Partition) -> str | None:
    """A read: asked for by the receiver of a running referral, or by an auditor under its own opening; nothing wider than it may have."""
    request = case.reading.get(event["request"])
    if request is None:
        return "nobody asked for it, or it was answered"
    referral, opening = case.referrals.get(request["referral"]), case.yes.get(request["referral"])
    if referral is not None and (referral.to != request["by"] or referral.state not in RUNNING):
        return "whoever asked has no running referral"
    if referral is None and (opening is None or opening.purpose != AUDIT or opening.basis not in LAW):
        return "no referral, and no auditor's duty by law, stands here to read under"
    if partition.away(request["by"], event.offset):
        return "whoever asked is suspended"
    scopes = set(event["scopes"])
    asked = set(request["scopes"])
    ground = referral.release if referral else request["referral"]
    if not scopes or ground not in event.premises or (asked and not scopes <= asked):
        return "it permits nothing, other data than was asked, or rests on something else"
    if opening is not None:
        return None if scopes <= case.open_to(opening, request["by"]) else "the auditor's opening does not allow it"
    assert referral is not None
    return None if scopes <= case.readable(referral, request["by"]) else "her words do not allow it"


def _reported(case: Case, event: Event, partition: Partition) -> str | None:
    """Word back to whoever referred: that a step is not taken up always, what is done for her only with her yes."""
    if not event["answers"]:
        return "it says nothing"
    for said in event["answers"]:
        referral = case.referrals.get(said["referral"])
        if referral is None or event["to"] != (referral.asked_by or (case.report and case.report.author)):
            return "it goes to somebody who did not refer"
        if said["answer"] not in referral.answers:
            return "it says what nobody told"
        if case.erased or (
            said["answer"] != "declined" and (case.stopped or not case.usable(event["to"], "information"))
        ):
            return "she has not agreed that this partner hears how it went on"
    return None


def _preference_told(case: Case, event: Event, partition: Partition) -> str | None:
    """How she wants to be reached: only to the door, and to who knows her by name."""
    if event["preference"] != case.preference:
        return "it is not her newest word"
    knows = {referral.to for referral in case.referrals.values() if referral.known_by_name}
    door = {case.report.author} if case.report else set()
    return None if event["to"] in knows | door else "this partner does not know her by name"


def _erased(case: Case, event: Event, partition: Partition) -> str | None:
    """Nothing is destroyed while a legal hold stands, nor before a watermark at or behind the end of the term."""
    term = next((case.terms[one] for one in event.premises if one in case.terms), None)
    if term is None or event.get("watermark") is None or event["watermark"] < term:
        return "no term stands that is over"
    held = case.now is not None and any(case.now < _ends(until) for _, until in case.holds.values())
    return "a legal hold stands" if held else None


def _ends(day: object) -> datetime:
    """When a day is over everywhere on earth."""
    try:
        return datetime.combine(day, time.min, UTC) + timedelta(days=1, hours=12)  # type: ignore[arg-type]
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


CHECKS: dict[str, Check] = {
    "referral.released": _released,
    "referral.delivered": _delivered,
    "disclosure.permitted": _permitted,
    "referral.reported": _reported,
    "contact.preference_told": _preference_told,
    "subject.erased": _erased,
}

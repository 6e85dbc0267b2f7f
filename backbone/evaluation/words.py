"""What was asked, explained and answered; how she was reached; checklists; and how the case was closed. Pure."""

from collections.abc import Iterator

from backbone.evaluation.judging import NO_PROTOCOL, Ground, own_wish
from backbone.evaluation.trail import Happened
from backbone.evaluation.verdicts import Finding, Judged, Part, Verdict
from backbone.protocols import Explain
from backbone.protocols.model import COMPLAINT_SETTLED
from backbone.protocols.schemes import STAGES
from schakel.case_hearing import NOT_AGREED
from schakel.case_otherwise import CALLED_AFTER_NO, NEVER_AGREED
from schakel.events.vocab import Check, CloseReason

_HER = "victim"


def checks(ground: Ground) -> Iterator[Judged]:
    """Each question that somebody in the case is to answer; *unknown* is an answer. What the file asks in words of its own is not here."""
    case = ground.case
    there = {role for party in case.parties for role in ground.chain.roles_of(party)}
    answered = {key.rpartition("/")[2] for key in case.assessments} | {one["check"] for one in case.facts["checks"]}
    for rule in ground.protocol.checks:
        if rule.check is Check.OTHER or there.isdisjoint(rule.asked_by) or not rule.when.matches(ground.facts):
            continue
        if rule.check.value in answered:
            yield ground.judged(Part.CHECK, rule.id, case.door, Verdict.DONE)
        elif own_wish(case):
            yield ground.judged(Part.CHECK, rule.id, case.door, Verdict.OWN_WISH)
        else:
            yield ground.judged(Part.CHECK, rule.id, case.door, ground.not_done(), Finding.NOT_ANSWERED)


def explained(ground: Ground) -> Iterator[Judged]:
    """What the person had to be told before or after something that did happen: in its turn, out of it, or not at all."""
    lines = ground.trail.happened
    for duty in ground.protocol.explain:
        if duty.after:
            yield from _explained_after(ground, duty)
            continue
        came = next((n for n, line in enumerate(lines) if _is_what_it_precedes(ground, duty, line)), None)
        if came is None:
            continue
        said = next((n for n, line in enumerate(lines) if duty.topic.value in line.explains), None)
        author = lines[came].by
        partner = author if author in ground.chain.partners else ground.case.door
        if said is None:
            yield ground.judged(Part.EXPLAIN, duty.id, partner, Verdict.SKIPPED, Finding.NOT_EXPLAINED)
        elif said > came:
            yield ground.judged(Part.EXPLAIN, duty.id, partner, Verdict.OUT_OF_ORDER, Finding.EXPLAINED_AFTERWARDS)
        else:
            yield ground.judged(Part.EXPLAIN, duty.id, partner, Verdict.DONE)


def _explained_after(ground: Ground, duty: Explain) -> Iterator[Judged]:
    """What is explained once it has happened: the last time that it did counts, and only where the duty's condition holds."""
    lines = ground.trail.happened
    came = [number for number, line in enumerate(lines) if _is_what_it_follows(ground, duty, line)]
    if not came or not duty.when.matches(ground.facts):
        return
    said = [number for number, line in enumerate(lines) if duty.topic.value in line.explains]
    author = lines[came[-1]].by
    partner = author if author in ground.chain.partners else ground.case.door
    if not said:
        yield ground.judged(Part.EXPLAIN, duty.id, partner, Verdict.SKIPPED, Finding.NOT_EXPLAINED)
    elif said[-1] < came[-1]:
        yield ground.judged(Part.EXPLAIN, duty.id, partner, Verdict.OUT_OF_ORDER, Finding.BEFORE_ITS_TURN)
    else:
        yield ground.judged(Part.EXPLAIN, duty.id, partner, Verdict.DONE)


def _is_what_it_follows(ground: Ground, duty: Explain, line: Happened) -> bool:
    if duty.after == COMPLAINT_SETTLED:
        return line.type == "complaint.settled"
    return _is_release_of(ground, duty.after, line)


def _is_release_of(ground: Ground, step: str | None, line: Happened) -> bool:
    referral = ground.case.referrals.get(line.about or "")
    here = referral is not None and (referral.protocol, referral.step) == (ground.protocol.ref, step)
    return line.type == "referral.released" and here


def _is_what_it_precedes(ground: Ground, duty: Explain, line: Happened) -> bool:
    case, report = ground.case, line.type == "report.received"
    match duty.before:
        case "consent":
            at_the_door = report and any(grant.partition("#")[0] == line.id for grant in case.grants)
            return at_the_door or line.type in ("consent.asked", "consent.granted", "consent.refused")
        case "label":
            at_the_door = report and any(label.id == line.id for label in case.labels)
            return at_the_door or line.type in ("label.given", "label.refused")
        case "complaint":
            return line.type in ("complaint.appointed", "complaint.taken")
        case "hearing_both_sides":
            hearing = case.desk.hearing if case.desk else None
            return hearing is not None and line.id == hearing.agreed
        case step:
            return _is_release_of(ground, step, line)


def lines(ground: Ground) -> Iterator[Judged]:
    """Checklists that are open in this case, and the stages of a scheme whose stages come in order."""
    protocol, marks = ground.protocol, ground.case.scheme.lines if ground.case.scheme else {}
    wanted = [
        (one.id, [line.id for line in one.lines])
        for one in protocol.scheme.checklists
        if one.when.matches(ground.facts)
    ]
    if protocol.scheme.stages:
        wanted.append((STAGES, [stage.id for stage in protocol.scheme.stages]))
    for checklist, names in wanted:
        for name in names:
            mark = marks.get(f"{protocol.protocol}/{checklist}/{name}")
            if mark:
                yield ground.judged(Part.LINE, f"{checklist}/{name}", mark.by, Verdict.DONE)
            else:
                verdict = Verdict.OWN_WISH if own_wish(ground.case) else ground.not_done()
                findings = (Finding.NOT_ANSWERED,) if verdict is Verdict.SKIPPED else ()
                yield ground.judged(Part.LINE, f"{checklist}/{name}", None, verdict, *findings)


def closing(ground: Ground) -> Iterator[Judged]:
    """Closed by whom the protocol names, for a reason that it names; that she wants no help is always one."""
    case, rule = ground.case, ground.protocol.closing
    if not rule.by and not rule.reasons:
        return
    if not ground.over:
        yield ground.judged(Part.CLOSING, "closing", case.coordinator, Verdict.NOT_YET_DUE)
        return
    asked = [line for line in ground.trail.happened if line.type == "close.requested"]
    partner = asked[-1].by if asked else None
    if case.close_reason == CloseReason.NO_HELP_WANTED:
        yield ground.judged(Part.CLOSING, "closing", partner, Verdict.OWN_WISH)
        return
    findings = []
    if rule.reasons and case.close_reason not in {one.reason.value for one in rule.reasons}:
        findings.append(Finding.REASON_NOT_IN_PROTOCOL)
    if rule.by and partner and rule.by not in ground.chain.roles_of(partner):
        findings.append(Finding.BY_ANOTHER)
    yield ground.judged(Part.CLOSING, "closing", partner, Verdict.OTHERWISE if findings else Verdict.DONE, *findings)


def reached(ground: Ground) -> Iterator[Judged]:
    """Each contact with her after she said how she wants to be reached, and any that a lock-down forbids; and what was done otherwise than
    agreed. Asked once a case."""
    case = ground.case
    wants = case.preferences
    against = set(wants.broken) | {key.partition("/")[2] for key in wants.found} if wants else set()
    called = {mark.id for mark in case.desk.marks if mark.kind == CALLED_AFTER_NO} if case.desk else set()
    said = False
    hers = {contact.id for contact in case.contacts if contact.whom == _HER}
    for line in ground.trail.happened:
        if line.type == "contact.preference_set":
            said = True
        if line.id not in against and (line.id not in hers or not (said or line.id in called)):
            continue
        findings = [Finding.AGAINST_PREFERENCE] if line.id in against else []
        findings += [Finding.CALLED_AFTER_NO] if line.id in called else []
        verdict = Verdict.NOT_ALLOWED if findings else Verdict.DONE
        yield ground.judged(Part.CONTACT, "her-preference", line.by, verdict, *findings, protocol=NO_PROTOCOL)
    for mark in case.desk.marks if case.desk else ():
        if mark.kind == NEVER_AGREED:
            yield ground.judged(
                Part.ACTION, "done", mark.by, Verdict.OTHERWISE, Finding.NOT_AGREED, protocol=NO_PROTOCOL
            )
        elif mark.kind == NOT_AGREED:
            yield ground.judged(
                Part.ACTION, "hearing", mark.by, Verdict.OUT_OF_ORDER, Finding.NOT_AGREED, protocol=NO_PROTOCOL
            )

"""Steps and what their receivers did with them; who was informed. Pure.

A step is whoever is in touch with her, who asks, and the backbone, which lets it go; taking it up is its receiver's. They are judged
apart: a partner that was never reached is not late, and one that lets a referral lie does not hide behind the step that was done.
"""

from collections.abc import Iterator

from backbone.chains import candidates, candidates_at_home
from backbone.evaluation.judging import NO_PROTOCOL, Ground, out_of_reach, own_wish
from backbone.evaluation.verdicts import Finding, Judged, Part, Verdict
from backbone.protocols import Inform, Step, Where
from schakel.case_mediation import is_mediation, mediation_objection
from schakel.case_needs import wishes
from schakel.case_state import Referral, ReferralState
from schakel.events.vocab import DeclineReason, HoldReason, Role

BY_HAND = "by-hand"

_HERS = {
    HoldReason.REFUSED: Finding.REFUSED,
    HoldReason.WITHDRAWN: Finding.WITHDRAWN,
    HoldReason.TOO_NARROW: Finding.TOO_NARROW,
    HoldReason.OTHER_SIDE: Finding.OTHER_SIDE,
    HoldReason.ERASURE_REQUESTED: Finding.ERASURE,
    HoldReason.ERASED: Finding.ERASURE,
}
_HER_DECLINES = (DeclineReason.PERSON_DOES_NOT_WANT.value, DeclineReason.ALREADY_KNOWN.value)

Said = tuple[Verdict, tuple[Finding, ...]]


def steps(ground: Ground) -> Iterator[Judged]:
    """Each step that was taken, or that the facts call for."""
    for step in ground.protocol.steps:
        mine = [
            one for one in ground.case.referrals.values() if (one.protocol, one.step) == (ground.protocol.ref, step.id)
        ]
        if mine:
            yield _taken(ground, step, mine)
        elif step.when.matches(ground.facts):
            yield from _lacking(ground, step)


def uptakes(ground: Ground) -> Iterator[Judged]:
    """What the receiver of each referral of this protocol did."""
    for referral in ground.case.referrals.values():
        if referral.protocol == ground.protocol.ref and referral.step and referral.delivered_at:
            verdict, findings = _taken_up(ground, referral)
            yield ground.judged(Part.UPTAKE, referral.step, referral.to, verdict, *findings)


def by_hand(ground: Ground) -> Iterator[Judged]:
    """Referrals that somebody asked for, whatever a protocol says; and those of doors. Asked once a case."""
    known = set(ground.case.protocols)
    for referral in ground.case.referrals.values():
        if referral.protocol in known:
            continue
        verdict, findings = _went(ground, referral)
        yield ground.judged(
            Part.STEP, BY_HAND, _asker(ground, referral), verdict, *findings, protocol=referral.protocol or NO_PROTOCOL
        )
        if referral.delivered_at:
            verdict, findings = _taken_up(ground, referral)
            yield ground.judged(
                Part.UPTAKE, BY_HAND, referral.to, verdict, *findings, protocol=referral.protocol or NO_PROTOCOL
            )


def informs(ground: Ground) -> Iterator[Judged]:
    """Who was told that something happened, and what was told because something came before its turn."""
    case, ref = ground.case, ground.protocol.ref
    for inform in ground.protocol.informs:
        for role in inform.inform:
            if any(key.startswith(f"{ref}/{inform.id}/{role}/") for key in case.informed):
                yield ground.judged(Part.INFORM, inform.id, None, Verdict.DONE)
            elif inform.when.matches(ground.facts):
                yield _not_informed(ground, inform, role)
    for key in case.informed:
        protocol, _, rest = key.partition("/")
        name = rest.partition("/")[0]
        if protocol == ref and name.startswith("out-of-order-"):
            part = name.removeprefix("out-of-order-")
            yield ground.judged(Part.LINE, part, None, Verdict.OUT_OF_ORDER, Finding.BEFORE_ITS_TURN)


def _not_informed(ground: Ground, inform: Inform, role: Role) -> Judged:
    case = ground.case
    on = ground.chain.day_of(case.time) if case.time else None
    somebody = candidates(ground.chain, role, case.facts["place"]["district"], on)
    why = Finding.NOT_INFORMED if somebody else Finding.NOBODY_HOLDS_ROLE
    return ground.judged(Part.INFORM, inform.id, None, ground.not_done(), why)


# --- a step -------------------------------------------------------------------------------------------------------------------


def _taken(ground: Ground, step: Step, mine: list[Referral]) -> Judged:
    """Of several for one step (the next candidate after a no) the one that came furthest counts."""
    reached = [one for one in mine if one.delivered_at]
    referral = (reached or mine)[-1]
    verdict, findings = _went(ground, referral)
    if step.after and not _taken_before(ground, step.after):
        verdict, findings = Verdict.OUT_OF_ORDER, (*findings, Finding.BEFORE_ITS_TURN)
    return ground.judged(Part.STEP, step.id, _asker(ground, referral), verdict, *findings)


def _taken_before(ground: Ground, step_id: str) -> bool:
    before = (one for one in ground.case.referrals.values() if one.protocol == ground.protocol.ref)
    return any(one.step == step_id and one.accepted_at for one in before)


def _lacking(ground: Ground, step: Step) -> Iterator[Judged]:
    """The facts call for it and nobody proposed it: why?"""
    case, door = ground.case, ground.case.door
    found = _receivers(ground, step)
    if found and found[0] == door:
        return  # the door is the receiver: she is there already
    if is_mediation(step.refer.to, step.refer.purpose) and mediation_objection(case):
        return  # a rule above all files forbids it
    if step.after and not _taken_before(ground, step.after):
        if not ground.over:
            yield ground.judged(Part.STEP, step.id, door, Verdict.NOT_YET_DUE)
        return
    for other in case.referrals.values():
        if (other.to, other.purpose) in {(to, step.refer.purpose.value) for to in found}:
            verdict, findings = _went(ground, other)  # she is contacted once, by whichever step
            yield ground.judged(Part.STEP, step.id, _asker(ground, other), verdict, *findings)
            return
    if own_wish(case):
        yield ground.judged(Part.STEP, step.id, door, Verdict.OWN_WISH)
        return
    why = Finding.NOT_PROPOSED if found else Finding.NOBODY_HOLDS_ROLE
    yield ground.judged(Part.STEP, step.id, door, ground.not_done(), why)


def _receivers(ground: Ground, step: Step) -> list[str]:
    case = ground.case
    on = ground.chain.day_of(case.time) if case.time else None
    if step.refer.where is Where.INCIDENT:
        return candidates(ground.chain, step.refer.to, case.facts["place"]["district"], on)
    home = case.facts["residence"]
    return [] if home["abroad"] else candidates_at_home(ground.chain, step.refer.to, home["municipality"], on)


def _asker(ground: Ground, referral: Referral) -> str | None:
    """Who was to ask her: as consent said, else whoever took the report."""
    asked = (one for one in ground.trail.happened if one.type == "consent.needed" and one.about == referral.id)
    needed = next(asked, None)
    return needed.to if needed else ground.case.door


def _went(ground: Ground, referral: Referral) -> Said:
    """Whether it went out; and when it did not, whose word or silence that was."""
    if referral.state is ReferralState.REVOKED or not referral.delivered_at:
        return _held(ground, referral)
    if referral.state is ReferralState.EXHAUSTED or (referral.given_up and not referral.accepted_at):
        return Verdict.DONE, (Finding.NOBODY_TOOK_IT_UP,)
    return Verdict.DONE, ()


def _held(ground: Ground, referral: Referral) -> Said:
    case, reason = ground.case, referral.hold_reason
    for hers, finding in _HERS.items():
        if reason == hers.value:
            return Verdict.OWN_WISH, (finding,)
    if own_wish(case) or referral.role in wishes(case)[1]:
        return Verdict.OWN_WISH, ()
    if reason == HoldReason.NO_ANSWER:
        return (Verdict.NOT_POSSIBLE if ground.over else Verdict.NOT_YET_DUE), (Finding.NO_ANSWER,)
    if reason == HoldReason.NOT_ALLOWED or out_of_reach(case):
        return Verdict.NOT_POSSIBLE, ()
    if reason == HoldReason.PROVISIONAL:
        return ground.not_done(), (Finding.NOT_CONFIRMED,)
    if reason == HoldReason.NOT_ASKED:
        return ground.not_done(), (Finding.NOT_ASKED,)
    return ground.not_done(), ()


def _taken_up(ground: Ground, referral: Referral) -> Said:
    """Taken up, or answered with a no and its reason: both are an answer. Silence is none."""
    if referral.accepted_at:
        return Verdict.DONE, ()
    if referral.declined_at:
        if referral.decline_reason in _HER_DECLINES:
            return Verdict.OWN_WISH, (Finding.DECLINED,)
        return Verdict.DONE, (Finding.DECLINED,)
    if referral.state is ReferralState.REVOKED:
        forbidden = referral.hold_reason == HoldReason.NOT_ALLOWED
        return (Verdict.NOT_POSSIBLE if forbidden else Verdict.OWN_WISH), ()
    if referral.id in ground.case.silent or referral.given_up:
        return Verdict.LATE, (Finding.NO_ANSWER_OF_RECEIVER,)
    if own_wish(ground.case):
        return Verdict.OWN_WISH, ()
    silent = (Finding.NO_ANSWER_OF_RECEIVER,) if ground.over else ()
    return ground.not_done(), silent

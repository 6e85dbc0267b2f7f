"""Intake's rules for erasure: whom one may ask to forget, the proof, holds, and what may still be told of a person who was erased. Pure."""

from collections.abc import Iterator
from datetime import datetime

from schakel.case_consent import HER
from schakel.case_erasure import end_of, may_ask, proof
from schakel.case_state import State
from schakel.events import Event, Told
from schakel.events.data import ErasureRequested, HoldLifted, HoldPlaced
from schakel.messages import Refusal


def objections(event: Event, case: State, partner: str, now: datetime) -> Iterator[Refusal]:
    """Why this cannot be taken in, the first thing wrong first. partner: who tells it."""
    if isinstance(event, ErasureRequested):
        yield from _request(event, case, partner)
    elif isinstance(event, HoldPlaced) and end_of(event.until) <= now:
        yield Refusal(
            code="hold.ended",
            field="until",
            expected="a last day that has not passed",
            remedy="send the day until which the law obliges to keep it; a hold that has ended stands in nobody's way",
        )
    elif isinstance(event, HoldLifted) and not _own_hold(case, event.hold, partner):
        yield Refusal(
            code="hold.not_yours",
            field="hold",
            expected="the id of a hold that you placed in this case and that stands",
            remedy="send the ce_id under which you placed it; only who placed a hold lifts it, and it ends by itself on its last day",
        )
    if isinstance(event, Told):
        yield from _about_the_erased(event, case)


def _request(event: ErasureRequested, case: State, partner: str) -> Iterator[Refusal]:
    subject, asked = event.subject, case.erasures.get(event.subject)
    if not may_ask(subject, event.requested_by):
        yield Refusal(
            code="erasure.not_theirs",
            field="requested_by",
            found=event.requested_by,
            expected=f"{subject} in person, or a representative or professional who passes on what that person asked",
            remedy="a person asks for himself alone: whoever wants himself forgotten is told under his own handle",
        )
    if subject in case.erased:
        yield Refusal(
            code="subject.erased_already",
            field="subject",
            found=subject,
            expected="a person of whom something is still kept",
            remedy="nothing more is to be done: this person was erased from the case, and the key destroyed",
        )
    if subject != HER and subject not in case.subjects:
        yield Refusal(
            code="subject.unknown",
            field="subject",
            found=subject,
            expected=f"a person of whom something sealed was told in this case: {', '.join(sorted({HER, *case.subjects}))}",
            remedy="send the handle under which the sealed part was told",
        )
    if asked and (proof(case, asked.asked) or _adds_nothing(event, asked.asked[0].by, partner)):
        yield Refusal(
            code="erasure.already_requested",
            field="second_proof",
            expected="a first request, or its proof: the second message, from another partner or with second_proof",
            remedy="the request stands, and reads have stopped; to confirm it say in second_proof how you made sure who asks",
        )


def _adds_nothing(event: ErasureRequested, first: str, partner: str) -> bool:
    return partner == first and event.second_proof is None


def _own_hold(case: State, hold_id: str, partner: str) -> bool:
    hold = case.holds.get(hold_id)
    return hold is not None and hold.by == partner


def _about_the_erased(event: Told, case: State) -> Iterator[Refusal]:
    for part in event.sealed:
        if part.subject in case.erased:
            yield Refusal(
                code="sealed.subject_erased",
                field="sealed",
                found=f"a sealed part about {part.subject}, who was erased from this case",
                expected="no personal data of a person who was erased",
                remedy="send the event without this part; for another person, use another handle",
            )

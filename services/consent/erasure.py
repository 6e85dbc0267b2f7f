"""When somebody is forgotten: the term begins, a legal hold refuses, the time has come. Reads like the policy.

Two ways lead there. It was asked, twice, and the cooling-off period is over; or the case was closed and the term for keeping is over.
`now` is the watermark: all that was sent before it stands in the ledger, a change of mind and a hold included. Pure.
"""

from collections.abc import Iterator
from datetime import datetime

from backbone.case_facts import chain_of
from backbone.chains import Chains
from schakel.calendar import Limit
from schakel.case_erasure import hold_in_force, proof
from schakel.case_state import Erasure, State
from schakel.events import Derived
from schakel.events.base import kind_of
from schakel.events.data import ErasureRefused, ErasureScheduled, SubjectErased
from schakel.events.vocab import ErasureGround

LEGAL_HOLD = "legal_hold"


def owed(case: State, chains: Chains, now: datetime | None) -> Iterator[Derived]:
    """What `case` lacks about erasure at the watermark `now`; None while none was seen."""
    assert case.time is not None
    at = max(case.time, now) if now else case.time
    for subject, asked in case.erasures.items():
        yield from _refuse(case, asked.asked[0].id, asked, at)
        yield from _requested(case, chains, subject, asked, at, now)
    if case.closed and case.chain:
        for subject in case.subjects:
            if subject not in case.erased:
                yield from _kept(case, chains, subject, at, now)


def _requested(
    case: State, chains: Chains, subject: str, asked: Erasure, at: datetime, now: datetime | None
) -> Iterator[Derived]:
    """The cooling-off period begins with the proof. Until it is over she may change her mind."""
    second = proof(case, asked.asked)
    if second is None or not case.chain:
        return
    first = asked.asked[0]
    if asked.term is None:
        limit = chain_of(case, chains).erasure.cooling_off
        yield _schedule(case, chains, subject, limit, second.at, (first.id, second.id), request=first.id)
    elif _over(case, asked, at, now):
        yield SubjectErased(
            subject=subject,
            request=first.id,
            ground=ErasureGround.REQUEST,
            watermark=now,
            premises=(first.id, second.id, asked.term.id),
        )


def _kept(case: State, chains: Chains, subject: str, at: datetime, now: datetime | None) -> Iterator[Derived]:
    """What is about this kind of person is kept so long after the closing. Reopening ends the term, a hold stands in its way."""
    assert case.closed is not None
    assert case.time is not None
    kept = case.terms.get(subject)
    if kept is None:
        if rule := chain_of(case, chains).retention_of(kind_of(subject)):
            closed_at = (
                case.closed_at or case.time
            )  # a state from before this was remembered: rather later than earlier
            yield _schedule(case, chains, subject, rule.term, closed_at, (case.closed,), request=None)
        return
    assert kept.term is not None
    if now is not None and now >= kept.term.due_at:
        yield from _refuse(case, kept.term.id, kept, at)
    if _over(case, kept, at, now):
        yield SubjectErased(
            subject=subject,
            request=kept.term.id,
            ground=ErasureGround.RETENTION_TERM,
            watermark=now,
            premises=(case.closed, kept.term.id),
        )


def _over(case: State, plan: Erasure, at: datetime, now: datetime | None) -> bool:
    """The term is over, as a watermark says, and no hold stands."""
    assert plan.term is not None
    return now is not None and now >= plan.term.due_at and hold_in_force(case, at) is None


def _refuse(case: State, request: str, plan: Erasure, at: datetime) -> Iterator[ErasureRefused]:
    """The answer to whoever asked; once for each hold that stands in the way."""
    hold = hold_in_force(case, at)
    if hold is not None and plan.refused != hold.id:
        yield ErasureRefused(
            request=request, reason=LEGAL_HOLD, hold=hold.id, until=hold.until, premises=(request, hold.id)
        )


def _schedule(
    case: State,
    chains: Chains,
    subject: str,
    limit: Limit,
    begins: datetime,
    premises: tuple[str, ...],
    *,
    request: str | None,
) -> ErasureScheduled:
    chain = chain_of(case, chains)
    calendar = chain.calendar()
    return ErasureScheduled(
        subject=subject,
        ground=ErasureGround.REQUEST if request else ErasureGround.RETENTION_TERM,
        term=str(limit),
        due_at=calendar.add(begins, limit),
        calendar=calendar.version,
        chain=chain.name,
        chain_version=chain.version,
        request=request,
        premises=premises,
    )

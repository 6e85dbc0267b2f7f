"""What a partner sees of a case that it is party to: how far the case is, and its own part in it. Pure.

Nothing that is sealed and no fact of what happened: those came with the referral, or are read under its reference, each read an event.
Nothing of what other partners do, either: of that a referrer hears by the feedback that was agreed.
"""

from datetime import date, datetime

from schakel.case_consent import HER, stopped, to_be_told
from schakel.case_loop import owner_of
from schakel.case_state import Referral, ReferralState, State
from schakel.events.base import Model
from schakel.events.vocab import HoldReason

_RUNS = (ReferralState.DELIVERED, ReferralState.ACCEPTED, ReferralState.COMPLETED)


class OwnReferral(Model):
    """A referral that reached it. `state`: `revoked` when it was told to stop."""

    referral: str
    role: str
    purpose: str
    protocol: str | None
    step: str | None
    mode: str | None
    state: str
    delivered_at: datetime
    accepted_at: datetime | None
    completed_at: datetime | None


class OwnClock(Model):
    """A clock that waits for it."""

    clock: str
    name: str
    state: str
    started_at: datetime
    due_at: datetime | None
    breached: bool


class OwnAction(Model):
    """Something that it is to do, as agreed in the case."""

    agreed: str
    action: str
    due_on: date
    done: bool


class CaseSeen(Model):
    """One case, as one partner may see it. `as_of`: the log time of the newest event that it is told after."""

    case: str
    as_of: datetime
    drill: bool
    chain: str | None
    protocols: tuple[str, ...]
    reported_at: datetime | None
    closed: bool
    looks_after_it: bool
    referrals: tuple[OwnReferral, ...]
    clocks: tuple[OwnClock, ...]
    actions: tuple[OwnAction, ...]


def was_party(case: State, partner: str) -> bool:
    """Whether it ever came to know of the case: it reported it, coordinates it, or a referral of it reached it."""
    return partner in (case.door, case.coordinator) or any(_own(case, partner))


def is_party(case: State, partner: str) -> bool:
    """Whether it still is: whoever was told to stop is not, nor is anybody once she asked to be forgotten."""
    if stopped(case):
        return False
    return partner in (case.door, case.coordinator) or any(one.state in _RUNS for one in _own(case, partner))


def why_not(case: State, partner: str) -> HoldReason:
    """Why somebody who was party sees nothing now: as it was told when it had to stop. `unknown` for who gave its part back itself."""
    if reason := stopped(case):
        return reason
    ended = [one.ended for one in case.known if one.partner == partner and one.ended]
    return to_be_told(HoldReason(ended[-1])) if ended else HoldReason.UNKNOWN


def is_erased(case: State) -> bool:
    """Whether nothing of this may be shown any more."""
    return HER in case.erased


def seen_by(case: State, partner: str) -> CaseSeen:
    """What it sees. Ask `is_party` first."""
    assert case.time is not None
    return CaseSeen(
        case=case.id,
        as_of=case.time,
        drill=case.drill,
        chain=case.chain,
        protocols=tuple(case.protocols),
        reported_at=case.reported_at,
        closed=case.closed is not None,
        looks_after_it=owner_of(case) == partner,
        referrals=tuple(_referral(one, one.delivered_at) for one in _own(case, partner) if one.delivered_at),
        clocks=tuple(
            OwnClock(
                clock=one.id,
                name=one.name,
                state=one.state.value,
                started_at=one.started_at,
                due_at=one.due_at,
                breached=one.breached,
            )
            for one in case.clocks.values()
            if one.responsible == partner
        ),
        actions=tuple(
            OwnAction(agreed=one.id, action=one.type, due_on=one.due_on, done=one.done is not None)
            for one in case.actions.values()
            if one.owner == partner
        ),
    )


def _own(case: State, partner: str) -> list[Referral]:
    return [one for one in case.referrals.values() if one.to == partner and one.delivered_at is not None]


def _referral(one: Referral, delivered_at: datetime) -> OwnReferral:
    return OwnReferral(
        referral=one.id,
        role=one.role,
        purpose=one.purpose,
        protocol=one.protocol,
        step=one.step,
        mode=one.mode,
        state=one.state.value,
        delivered_at=delivered_at,
        accepted_at=one.accepted_at,
        completed_at=one.completed_at,
    )

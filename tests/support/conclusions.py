"""What the backbone may conclude, as tests expect it: a type and the fields that matter, written as a person would say them.

`held(to="slachtofferhulp", reason="not_asked")`. Events about a referral also answer to the referral's `to`, `step` and `purpose`;
events about a clock to its `name`. Moments may be written as Amsterdam time.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schakel.case_state import State
from schakel.entry import Entry
from schakel.events import Derived
from schakel.events.case import CaseClosed, CaseEscalated, CaseReopened
from schakel.events.clock import (
    ClockBreached,
    ClockCorrected,
    ClockReminded,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    ClockSuspended,
)
from schakel.events.consent import ConsentExpired, ConsentNeeded
from schakel.events.contact import AftercareDue
from schakel.events.data import (
    DisclosureDenied,
    DisclosurePermitted,
    ErasureRefused,
    ErasureScheduled,
    SubjectErased,
)
from schakel.events.referral import (
    PartyInformed,
    ReferralDelivered,
    ReferralExhausted,
    ReferralHeld,
    ReferralProposed,
    ReferralReleased,
    ReferralReported,
    ReferralRevoked,
)
from schakel.events.report import CaseOpened, ProtocolAttached
from schakel.events.scheme import CategorySuggested
from tests.support.telling import moment


@dataclass(frozen=True)
class Pattern:
    """One conclusion as expected."""

    model: type[Derived]
    fields: dict[str, Any]

    def fits(self, entry: Entry, case: State) -> bool:
        event = entry.event
        return isinstance(event, self.model) and all(
            _same(_value(event, name, case), value) for name, value in self.fields.items()
        )

    def __repr__(self) -> str:
        return f"{self.model.TYPE}({', '.join(f'{name}={value!r}' for name, value in self.fields.items())})"


def _value(event: Derived, name: str, case: State) -> Any:
    if name in type(event).model_fields:
        return getattr(event, name)
    if referral := case.referrals.get(getattr(event, "referral", "")):
        return getattr(referral, name)
    if clock := case.clocks.get(getattr(event, "clock", "")):
        return getattr(clock, name)
    raise AssertionError(f"{event.TYPE} has no {name!r}, and neither has what it speaks of")


def _same(found: Any, expected: Any) -> bool:
    if isinstance(found, datetime):
        return found == moment(expected)
    if isinstance(found, tuple):
        return sorted(map(str, found)) == sorted(map(str, expected))
    if isinstance(found, str) or found is None or isinstance(found, int):
        return bool(found == expected)
    return str(found) == str(expected)


def opened(**fields: Any) -> Pattern:
    return Pattern(CaseOpened, fields)


def attached(**fields: Any) -> Pattern:
    return Pattern(ProtocolAttached, fields)


def proposed(to: str, **fields: Any) -> Pattern:
    return Pattern(ReferralProposed, {"to": to, **fields})


def informed(role: str, **fields: Any) -> Pattern:
    return Pattern(PartyInformed, {"role": role, **fields})


def exhausted(to: str, **fields: Any) -> Pattern:
    return Pattern(ReferralExhausted, {"to": to, **fields})


def reported(to: str, **fields: Any) -> Pattern:
    return Pattern(ReferralReported, {"to": to, **fields})


def needed(to: str, **fields: Any) -> Pattern:
    return Pattern(ConsentNeeded, {"recipient": to, **fields})


def expired(**fields: Any) -> Pattern:
    return Pattern(ConsentExpired, fields)


def held(to: str, **fields: Any) -> Pattern:
    return Pattern(ReferralHeld, {"to": to, **fields})


def released(to: str, **fields: Any) -> Pattern:
    return Pattern(ReferralReleased, {"to": to, **fields})


def delivered(to: str, **fields: Any) -> Pattern:
    return Pattern(ReferralDelivered, {"to": to, **fields})


def revoked(to: str, **fields: Any) -> Pattern:
    return Pattern(ReferralRevoked, {"to": to, **fields})


def permitted(*scopes: str, **fields: Any) -> Pattern:
    """A read: with scopes just these."""
    return Pattern(DisclosurePermitted, {"scopes": scopes, **fields} if scopes else fields)


def denied(reason: str, **fields: Any) -> Pattern:
    return Pattern(DisclosureDenied, {"reason": reason, **fields})


def scheduled(subject: str, **fields: Any) -> Pattern:
    """From when on somebody may be erased."""
    return Pattern(ErasureScheduled, {"subject": subject, **fields})


def erased(subject: str, **fields: Any) -> Pattern:
    return Pattern(SubjectErased, {"subject": subject, **fields})


def not_erased(**fields: Any) -> Pattern:
    """A hold stands in the way."""
    return Pattern(ErasureRefused, fields)


def clock_started(clock: str, **fields: Any) -> Pattern:
    return Pattern(ClockStarted, {"clock": clock, **fields})


def clock_stopped(name: str, **fields: Any) -> Pattern:
    return Pattern(ClockStopped, {"name": name, **fields})


def reminded(name: str, **fields: Any) -> Pattern:
    return Pattern(ClockReminded, {"name": name, **fields})


def breached(name: str, **fields: Any) -> Pattern:
    return Pattern(ClockBreached, {"name": name, **fields})


def any_breach() -> Pattern:
    return Pattern(ClockBreached, {})


def clock_corrected(name: str, **fields: Any) -> Pattern:
    return Pattern(ClockCorrected, {"name": name, **fields})


def suspended(name: str, **fields: Any) -> Pattern:
    return Pattern(ClockSuspended, {"name": name, **fields})


def resumed(name: str, **fields: Any) -> Pattern:
    return Pattern(ClockResumed, {"name": name, **fields})


def escalated(to: str, **fields: Any) -> Pattern:
    return Pattern(CaseEscalated, {"to": to, **fields})


def aftercare_due(**fields: Any) -> Pattern:
    return Pattern(AftercareDue, fields)


def closed(**fields: Any) -> Pattern:
    return Pattern(CaseClosed, fields)


def reopened(**fields: Any) -> Pattern:
    return Pattern(CaseReopened, fields)


def of_type(model: type[Derived], **fields: Any) -> Pattern:
    """Any conclusion of a type: to say that none was drawn."""
    return Pattern(model, fields)


def suggested(category: str, **fields: Any) -> Pattern:
    return Pattern(CategorySuggested, {"category": category, **fields})

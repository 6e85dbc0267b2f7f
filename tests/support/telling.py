"""What partners tell, for tests: one builder an event, with defaults that make a plain case. People and stories are invented.

A builder gives a `Tell`: who tells what, and when intake logs it. Moments may be written as the chain's wall clock shows them:
`"2026-03-28 12:00"` is Amsterdam time. What refers to a referral or to an earlier word is looked up when it is told.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from schakel.case_state import No, Referral, State
from schakel.events import Told
from schakel.events.base import Sealed
from schakel.events.case import CloseRequested, LevelSet, ReopenRequested, ThreadClosed
from schakel.events.consent import (
    BasisInvoked,
    ConsentAsked,
    ConsentGranted,
    ConsentRefused,
    ConsentTerms,
    ConsentWithdrawn,
)
from schakel.events.contact import ContactAttempted, ContactMade, InformationGiven
from schakel.events.data import ErasureRequested, HoldLifted, HoldPlaced, StatementRetracted
from schakel.events.referral import ReferralAccepted, ReferralCompleted, ReferralDeclined, ReferralRequested
from schakel.events.report import (
    AssessmentRecorded,
    LabelGiven,
    LabelRefused,
    LabelWithdrawn,
    Place,
    ReportCorrected,
    ReportFacts,
    ReportReceived,
    SeverityMark,
)

ZONE = ZoneInfo("Europe/Amsterdam")
SEALED = Sealed(subject="victim", fields=("contact_details", "story"), body=b"sealed bytes that nobody here can read")

POLICE, CITY, ADV = "politie-amsterdam", "gemeente-amsterdam", "discriminatie-nl-amsterdam"
HELP, RITA, COC = "slachtofferhulp", "rita", "coc-amsterdam"
DMG, GRONINGEN = "dmg", "gemeente-groningen"
COC_GRONINGEN, POLICE_NORTH = "coc-groningen", "politie-noord"
AUDITOR = "ketentoezicht"

NAME = ("contact_details", "story")
"""What a person who gives her name to somebody shares."""


@dataclass(frozen=True, slots=True)
class Tell:
    """One told event to come. `event` may be worked out from the case as it stands when it is told."""

    by: str
    event: Told | Callable[[State], Told]
    logged: datetime | None = None
    id: str | None = None
    drill: bool = False


@dataclass(frozen=True, slots=True)
class Watermark:
    """Everything that partners sent before `at` stands in the ledger."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Ask:
    """A partner asks to read under a referral's reference: the number-th that goes to `to`, default its newest.

    scopes: default all that it carries. at: default as for what is told.
    """

    by: str
    to: str
    scopes: tuple[str, ...] = ()
    number: int = -1
    at: datetime | None = None
    id: str | None = None
    reference: str | None = None
    """What to read under instead: the id of an auditor's `basis.invoked`."""


def moment(text: str | datetime) -> datetime:
    """`2026-03-28 12:00` as the clock on the wall in Amsterdam shows it; a datetime with a zone as it is."""
    if isinstance(text, datetime):
        return text
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def passed(at: str | datetime) -> Watermark:
    return Watermark(moment(at))


# --- the report and what is said about it


def facts(**changed: Any) -> ReportFacts:
    """A resident of Amsterdam Oost, known by name, was threatened in the street; `place` may be given in part."""
    place = {"municipality": "amsterdam", "district": "oost", "place_type": "street", **changed.pop("place", {})}
    plain: dict[str, Any] = {"identity": "by_name", "channel": "desk", "natures": ("threat",)}
    return ReportFacts(**{**plain, **changed}, place=Place(**place))


def report(
    by: str = POLICE,
    at: str = "2026-03-02 12:00",
    *,
    consents: tuple[ConsentTerms, ...] = (),
    label: str | None = None,
    history: bool = False,
    logged: str | None = None,
    id: str | None = None,
    **changed: Any,
) -> Tell:
    """A report in Amsterdam unless `place` says otherwise; further words change its facts."""
    event = ReportReceived(
        reported_at=moment(at),
        facts=facts(**changed),
        consents=consents,
        label=label,
        history=history,
        sealed=(SEALED,),
    )
    return Tell(by, event, moment(logged) if logged else moment(at) + timedelta(minutes=5), id)


def report_in_groningen(by: str = GRONINGEN, at: str = "2026-03-02 12:00", **changed: Any) -> Tell:
    """A report in the centre of Groningen."""
    place = {"municipality": "groningen", "district": "centrum", **changed.pop("place", {})}
    return report(by, at, place=place, **changed)


def corrected(by: str = POLICE, **changed: Any) -> Tell:
    """The named facts turned out to be different; a `place` is given whole."""
    told = facts(**changed)
    return Tell(by, ReportCorrected(replaces=tuple(changed), facts=told))


def assessed(by: str, check: str, answer: str, severity: SeverityMark | None = None) -> Tell:
    return Tell(by, AssessmentRecorded(check=check, answer=answer, severity=severity))


def level_set(by: str, level: str) -> Tell:
    return Tell(by, LevelSet(level=level))


def label_given(by: str = POLICE, basis: str = "said_by_victim") -> Tell:
    return Tell(by, LabelGiven(basis=basis))


def label_withdrawn(by: str = POLICE) -> Tell:
    return Tell(by, LabelWithdrawn())


def label_refused(by: str = POLICE) -> Tell:
    return Tell(by, LabelRefused(explained=True))


# --- consent


def terms(
    to: str, *scopes: str, purpose: str = "referral", until: str | datetime | None = None, **more: Any
) -> ConsentTerms:
    """Her yes to one recipient; without scopes to contact details and story."""
    ends = moment(until) if until else None
    return ConsentTerms(recipient=to, purpose=purpose, scopes=scopes or NAME, until=ends, **more)


def asked(to: str, by: str = POLICE, **more: Any) -> Tell:
    return Tell(by, ConsentAsked(terms=terms(to, **more)))


def granted(
    to: str,
    *scopes: str,
    by: str = POLICE,
    supersedes: bool = False,
    id: str | None = None,
    **more: Any,
) -> Tell:
    """`supersedes` names the newest no of the case that concerns this recipient."""
    said = terms(to, *scopes, **more)

    def grant(case: State) -> ConsentGranted:
        no = _newest_no(case, to) if supersedes else None
        return ConsentGranted(terms=said, supersedes=no.id if no else None)

    return Tell(by, grant, id=id)


def _newest_no(case: State, to: str) -> No | None:
    return next((no for no in reversed(case.noes) if no.recipient in (None, to)), None)


def refused(
    to: str, *scopes: str, by: str = POLICE, purpose: str = "referral", person: str = "victim", id: str | None = None
) -> Tell:
    """No to the whole step; with scopes: no to these only. `person` is who says it."""
    return Tell(by, ConsentRefused(recipient=to, purpose=purpose, scopes=scopes, refused_by=person), id=id)


def withdrawn(
    to: str | None = None,
    by: str = POLICE,
    purpose: str | None = None,
    person: str = "victim",
    id: str | None = None,
) -> Tell:
    """From here on no more; without a recipient for everybody."""
    return Tell(by, ConsentWithdrawn(recipient=to, purpose=purpose, withdrawn_by=person), id=id)


def invoked(
    to: str,
    *scopes: str,
    by: str = POLICE,
    basis: str = "vital_interest",
    until: str = "2026-12-31 00:00",
    purpose: str = "referral",
    agreement: str | None = None,
) -> Tell:
    """Another basis than consent, with its motive and its end."""
    event = BasisInvoked(
        basis=basis,
        recipient=to,
        purpose=purpose,
        scopes=scopes or NAME,
        motive="danger",
        until=moment(until),
        agreement=agreement,
    )
    return Tell(by, event)


OPENED = "00000000-0000-7000-8000-0000000a0d17"
"""The id of what an auditor opens in a story, under which it then reads."""


def opened(
    *scopes: str, by: str = AUDITOR, to: str = AUDITOR, basis: str = "legal_duty", until: str = "2026-03-16 12:00"
) -> Tell:
    """An auditor opens these fields, with its motive and its end."""
    event = BasisInvoked(
        basis=basis,
        recipient=to,
        purpose="audit",
        scopes=scopes,
        motive="complaint_about_handling",
        until=moment(until),
    )
    return Tell(by, event, id=OPENED)


def looks(*scopes: str, by: str = AUDITOR, at: str | datetime | None = None, reference: str = OPENED) -> Ask:
    """`by` asks to read what an auditor opened."""
    return Ask(by, by, scopes, at=moment(at) if at else None, reference=reference)


def retracted(event_id: str, by: str = POLICE) -> Tell:
    return Tell(by, StatementRetracted(event=event_id, reason="mistake"))


# --- erasure


def forget(
    subject: str = "victim", by: str = POLICE, person: str = "victim", proof: str | None = None, id: str | None = None
) -> Tell:
    """Somebody wants to be forgotten; `proof` is how it was made sure who asks."""
    return Tell(by, ErasureRequested(subject=subject, requested_by=person, second_proof=proof), id=id)


def hold(until: str = "2026-12-31", by: str = POLICE, id: str | None = None) -> Tell:
    """The law obliges to keep what is here through this day."""
    return Tell(by, HoldPlaced(legal_ground="criminal_case", until=date.fromisoformat(until)), id=id)


def lifted(by: str = POLICE) -> Tell:
    """The newest hold."""
    return Tell(by, lambda case: HoldLifted(hold=list(case.holds)[-1]))


def about(subject: str, by: str = POLICE) -> Tell:
    """Something sealed about this person; nothing else changes."""
    part = SEALED.model_copy(update={"subject": subject})
    return Tell(by, AssessmentRecorded(check="punishable", answer="unknown", sealed=(part,)))


def explained(topic: str, by: str = POLICE, whom: str = "victim", *, logged: str | datetime | None = None) -> Tell:
    return Tell(by, InformationGiven(topic=topic, whom=whom), moment(logged) if logged else None)


# --- referrals


def requested(to: str, by: str = POLICE, role: str = "social_work", purpose: str = "referral", **more: Any) -> Tell:
    event = ReferralRequested(to=to, role=role, purpose=purpose, **{"needs": ("contact_details",), **more})
    return Tell(by, event)


def referral_to(case: State, to: str) -> Referral:
    """The newest referral of the case to this partner."""
    found = [referral for referral in case.referrals.values() if referral.to == to]
    assert found, f"no referral to {to}; there are {[referral.to for referral in case.referrals.values()]}"
    return found[-1]


def accepted(by: str) -> Tell:
    return Tell(by, lambda case: ReferralAccepted(referral=referral_to(case, by).id))


def declined(by: str, reason: str = "not_ours") -> Tell:
    return Tell(by, lambda case: ReferralDeclined(referral=referral_to(case, by).id, reason=reason))


def completed(by: str) -> Tell:
    return Tell(by, lambda case: ReferralCompleted(referral=referral_to(case, by).id))


def reads(by: str, *scopes: str, to: str | None = None, at: str | datetime | None = None, id: str | None = None) -> Ask:
    """`by` asks to read under the newest referral to `to` (default: to itself)."""
    return Ask(by, to or by, scopes, at=moment(at) if at else None, id=id)


# --- contact and the end


def contact_made(
    by: str,
    at: str | datetime,
    whom: str = "victim",
    *,
    logged: str | datetime | None = None,
    listening_ear: bool = False,
    id: str | None = None,
) -> Tell:
    """Logged five minutes after it took place, unless `logged` says when."""
    event = ContactMade(whom=whom, at=moment(at), channel="telephone", listening_ear=listening_ear)
    return Tell(by, event, moment(logged) if logged else moment(at) + timedelta(minutes=5), id)


def contact_attempted(by: str, at: str, whom: str = "victim", outcome: str = "left_details") -> Tell:
    event = ContactAttempted(whom=whom, at=moment(at), channel="telephone", outcome=outcome)
    return Tell(by, event, moment(at) + timedelta(minutes=5))


def thread_closed(by: str, reason: str = "enough_help") -> Tell:
    return Tell(by, ThreadClosed(reason=reason))


def close_requested(by: str = CITY, reason: str = "enough_help", wants_call: str = "unknown") -> Tell:
    return Tell(by, CloseRequested(reason=reason, wants_call=wants_call))


def reopen_requested(by: str = CITY) -> Tell:
    return Tell(by, ReopenRequested(reason="new_facts"))

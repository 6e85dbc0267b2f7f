"""Who asked, who knows, since when: one query per person over a case. Pure: a case (and what was read in it) in, plain values out.

Other grounds than her consent come first, everywhere: what happened without her yes is what she, and an auditor, should see first.
What only the backbone knows (that a question is on its way, why the other side of a talk does not agree) is not in it; that the other side
was asked is: from then on he knows of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from schakel.case_consent import answered, both_must_agree
from schakel.case_erasure import end_of, hold_in_force
from schakel.case_opening import is_opening
from schakel.case_state import Grant, Referral, ReferralState, Side, State
from schakel.entry import Entry
from schakel.events.base import kind_of
from schakel.events.data import DisclosurePermitted, DisclosureRequested
from schakel.events.vocab import Basis, HoldReason, LinkKind, Person, Scope

_HERSELF = Person.VICTIM.value
WAITING = (ReferralState.PROPOSED, ReferralState.HELD, ReferralState.REVOKED)


@dataclass(frozen=True, slots=True)
class Read:
    """A partner fetched data, on a permit of the gate."""

    by: str
    scopes: tuple[str, ...]
    at: datetime
    referral: str


@dataclass(frozen=True, slots=True)
class Knows:
    """What a partner has of her, since when, and on what ground. `until`: from then on it had been told to stop."""

    partner: str
    how: str
    """`door` (she told it there), `referral`, `opening` (an auditor looked), `information` (that it happened, not to whom) or
    `contact` (it spoke with her, and had how to reach her from elsewhere)."""
    scopes: tuple[str, ...]
    since: datetime | None
    basis: str | None = None
    motive: str | None = None
    agreement: str | None = None
    purpose: str | None = None
    named: bool = False
    until: datetime | None = None
    ended: str | None = None
    reads: tuple[Read, ...] = ()


@dataclass(frozen=True, slots=True)
class Agreed:
    """A yes of hers (or of somebody who may speak for her), or another ground; as it was given and as it stands."""

    id: str
    recipient: str
    purpose: str
    scopes: tuple[str, ...]
    """What it named when it was given."""
    left: tuple[str, ...]
    """What is left of it; nothing once it ended."""
    basis: str
    recorded_by: str
    given_by: str
    way: str | None
    wording: str | None
    at: datetime | None
    until: datetime | None
    motive: str | None = None
    agreement: str | None = None
    by_beneficiary: bool = False


@dataclass(frozen=True, slots=True)
class SaidNo:
    """A refusal or a withdrawal. No recipient or purpose: all of them; no scopes: everything."""

    withdrawn: bool
    recipient: str | None
    purpose: str | None
    scopes: tuple[str, ...]
    recorded_by: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Question:
    """Somebody asked her."""

    by: str | None
    recipient: str
    purpose: str
    at: datetime | None
    answered: bool


@dataclass(frozen=True, slots=True)
class OtherAsked:
    """The other side of a talk was asked, and so knows of it. Never what was answered, nor whether it was (domain-detail A51)."""

    by: str | None
    recipient: str
    purpose: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Waits:
    """A step that does not go on, and why; of another person's answer nothing."""

    recipient: str
    purpose: str
    reason: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """She asked to be forgotten, and how far that is. `due`: the end of the time to change her mind; None before a second word confirms it.

    `kept_until`: what the law has to be kept is kept till then; None when nothing has. `done`: it has been carried out.
    """

    by: str | None
    at: datetime | None
    due: datetime | None
    kept_until: datetime | None
    done: bool = False


@dataclass(frozen=True, slots=True)
class Linked:
    """Another case that somebody says has to do with this one. What is known there stands in its own copy."""

    case: str
    kind: str
    by: str
    at: datetime

    @property
    def same_person(self) -> bool:
        return self.kind == LinkKind.SAME_PERSON


@dataclass(frozen=True, slots=True)
class HerCopy:
    """All of it, about one case."""

    case: str
    at: datetime | None
    """Up to when it is complete: the case's own time."""
    knows: tuple[Knows, ...]
    agreed: tuple[Agreed, ...]
    noes: tuple[SaidNo, ...]
    asked: tuple[Question, ...]
    waits: tuple[Waits, ...]
    links: tuple[Linked, ...] = ()
    forgotten: tuple[Forgotten, ...] = ()
    other_side: tuple[OtherAsked, ...] = ()


def who_knows(case: State, reads: Sequence[Read] = ()) -> HerCopy:
    """Who has seen what of her in this case. reads: what partners fetched, when the history is at hand (`reads_in`)."""
    grants = [grant for grant in case.grants.values() if grant.side is Side.HERS]
    return HerCopy(
        case=case.id,
        at=case.time,
        knows=tuple(_first_without_her_yes(_knows(case, reads))),
        agreed=tuple(sorted((_agreed(case, grant) for grant in grants), key=lambda said: said.basis == Basis.CONSENT)),
        noes=tuple(
            SaidNo(no.withdrawn, no.recipient, no.purpose, tuple(no.scopes), no.recorded_by, no.at)
            for no in case.noes
            if no.side is Side.HERS
        ),
        asked=tuple(
            Question(asked.by, asked.recipient, asked.purpose, asked.at, answered(case, asked.recipient, asked.purpose))
            for asked in case.asked
            if asked.side is Side.HERS
        ),
        waits=tuple(_waits(referral) for referral in case.referrals.values() if referral.state in WAITING),
        links=tuple(Linked(link.other_case, link.kind, link.by, link.at) for link in case.links.values()),
        forgotten=tuple(_forgotten(case)),
        other_side=tuple(_other_side(case)),
    )


def reads_in(entries: Iterable[Entry]) -> list[Read]:
    """What partners fetched, from a case's effective or recorded entries: a request that the gate permitted."""
    asked: dict[str, Entry] = {}
    found: list[Read] = []
    for entry in entries:
        event = entry.event
        if isinstance(event, DisclosureRequested):
            asked[entry.id] = entry
        elif isinstance(event, DisclosurePermitted) and (request := asked.get(event.request)):
            wanted = request.event
            assert isinstance(wanted, DisclosureRequested)
            scopes = tuple(scope.value for scope in event.scopes)
            found.append(Read(wanted.by, scopes, entry.envelope.logged_at, wanted.referral))
    return found


def _knows(case: State, reads: Sequence[Read]) -> Iterable[Knows]:
    if case.door:
        yield Knows(case.door, "door", ("all",), case.reported_at)
    for known in case.known:
        grounds = [case.grants[grant] for grant in known.rests_on if grant in case.grants]
        ground = next((grant for grant in grounds if grant.basis == known.basis != Basis.CONSENT), None)
        yield Knows(
            known.partner,
            "referral",
            tuple(known.scopes),
            known.since,
            basis=known.basis,
            motive=ground.motive if ground else None,
            agreement=ground.agreement if ground else None,
            purpose=known.purpose,
            named=known.mode == "by_name",
            until=known.until,
            ended=_why_it_ended(known.ended),
            reads=tuple(read for read in reads if _belongs(read, known.referral, known.since, known.until)),
        )
    for grant in case.grants.values():
        if is_opening(grant.purpose, grant.basis):
            yield from _looked(grant, [read for read in reads if read.referral == grant.id])
    for key in case.informed:
        yield Knows(key.rpartition("/")[2], "information", ("case_facts",), case.informed_at.get(key))
    yield from _spoke(case)


def _spoke(case: State) -> Iterable[Knows]:
    """Who called her without having been sent to her, a coordinator for instance."""
    told = {case.door, *(known.partner for known in case.known)}
    for contact in sorted(case.contacts, key=lambda one: one.at):
        if contact.made and contact.whom == _HERSELF and contact.by not in told:
            told.add(contact.by)
            yield Knows(contact.by, "contact", (), contact.at)


def _looked(opening: Grant, reads: Sequence[Read]) -> Iterable[Knows]:
    """What an auditor has seen: nothing before the first read. That it may look is said among the grounds, read or not."""
    if reads:
        seen = {scope for read in reads for scope in read.scopes}
        yield Knows(
            opening.recipient,
            "opening",
            tuple(sorted(seen)),
            reads[0].at,
            basis=opening.basis,
            motive=opening.motive,
            purpose=opening.purpose,
            named=Scope.CONTACT_DETAILS in seen,
            reads=tuple(reads),
        )


def _belongs(read: Read, referral: str, since: datetime, until: datetime | None) -> bool:
    return read.referral == referral and since <= read.at and (until is None or read.at <= until)


def _first_without_her_yes(knows: Iterable[Knows]) -> list[Knows]:
    return sorted(knows, key=lambda one: one.basis in (None, Basis.CONSENT, Basis.SCHEME))


def _agreed(case: State, grant: Grant) -> Agreed:
    in_force = case.time is not None and grant.in_force(case.time)
    return Agreed(
        id=grant.id,
        recipient=grant.recipient,
        purpose=grant.purpose,
        scopes=tuple(grant.first_scopes or grant.scopes),
        left=tuple(grant.scopes) if in_force else (),
        basis=grant.basis,
        recorded_by=grant.recorded_by,
        given_by=grant.given_by,
        way=grant.way,
        wording=grant.wording,
        at=grant.at,
        until=grant.until,
        motive=grant.motive,
        agreement=grant.agreement,
        by_beneficiary=grant.basis == Basis.CONSENT and grant.by_beneficiary,
    )


def _forgotten(case: State) -> Iterable[Forgotten]:
    """Of herself; whether somebody else in the case asked for it is not hers to know."""
    hold = hold_in_force(case, case.time) if case.time else None
    for subject, erasure in case.erasures.items():
        if kind_of(subject) == _HERSELF and erasure.asked:
            first, due = erasure.asked[0], erasure.term.due_at if erasure.term else None
            yield Forgotten(first.by, first.at, due, end_of(hold.until) if hold else None)
    if any(kind_of(subject) == _HERSELF for subject in case.erased):
        yield Forgotten(None, None, None, None, done=True)


def _other_side(case: State) -> Iterable[OtherAsked]:
    """By talk, the first word that shows it: that somebody asked, or any answer, which look the same here. Also where the talk was stopped
    since (docs/adr/0043): who was asked, was asked.
    """
    asked = [one for one in case.asked if one.side is Side.OTHER]
    yeses = [one for one in case.grants.values() if one.side is Side.OTHER]
    noes = [no for no in case.noes if no.side is Side.OTHER]
    about = [(one.recipient, one.purpose) for one in asked] + [(one.recipient, one.purpose) for one in yeses]
    about += [(no.recipient, no.purpose) for no in noes if no.recipient and no.purpose]
    about += [(talk.to, talk.purpose) for talk in case.referrals.values() if both_must_agree(talk)]
    for to, purpose in dict.fromkeys(about):
        words = [(one.at, one.by) for one in asked if (one.recipient, one.purpose) == (to, purpose)]
        words += [(one.at, one.recorded_by) for one in yeses if (one.recipient, one.purpose) == (to, purpose)]
        words += [(no.at, no.recorded_by) for no in noes if no.concerns(to, purpose)]
        if words:
            at, by = min(words, key=lambda word: (word[0] is not None, word[0] or case.time))
            yield OtherAsked(by, to, purpose, at)


def _waits(referral: Referral) -> Waits:
    reason = referral.hold_reason or HoldReason.NOT_ASKED.value
    return Waits(referral.to, referral.purpose, reason, tuple(referral.missing))


def _why_it_ended(reason: str | None) -> str | None:
    """Where two must agree, neither is told that it was the other who stopped (domain-detail A51)."""
    return None if reason == HoldReason.OTHER_SIDE else reason

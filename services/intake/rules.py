"""Intake's rules: may this message enter the ledger, and if not, why and what can the sender do about it?

Pure. A message is checked in the order in which a person would: can it be read, is it yours to say, does it fit the case, does it fit
the chain. The first thing wrong is the answer. What was said is never judged.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from backbone.case_facts import chain_of
from backbone.chains import Chain, Chains, Partner, Relation
from schakel import case_otherwise, case_scheme
from schakel.case import holds
from schakel.case_clocks import authors as clock_authors
from schakel.case_state import ReferralState, State
from schakel.envelope import Envelope
from schakel.events import TOLD, Event, Told, consent, data, referral, report
from schakel.events.case import CloseRequested
from schakel.events.vocab import Answer, Check, CloseReason
from schakel.ids import partner_source
from schakel.messages import Refusal
from services.intake import bases, closing, desk, doors, erasure, links, mediation, moments, of_chain, schemes, wishes

MAX_EVENT_BYTES = 256 * 1024
_UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
OPENS_CASE = report.ReportReceived
_ANSWERS = referral.ReferralAccepted | referral.ReferralDeclined | referral.ReferralCompleted | referral.FeedbackGiven
_NEVER_SENT = (ReferralState.PROPOSED, ReferralState.HELD)
_WHERE = {
    Relation.NONE: "without being in a case",
    Relation.REPORTER: "in a case that it reported",
    Relation.PARTY: "in a case that it coordinates or was referred",
    Relation.MEMBER: "in any case of its chain",
}
"""What `relation` means in `chains/rights.yaml`, for whoever never saw that file."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A message that could be read, with everything the rules need to judge it."""

    envelope: Envelope
    event: Event
    partner: Partner
    case: State | None
    """What intake's fold knows of the case that it names; null when it names none, or one that is not there."""
    other: State | None = None
    """The same of a second case, which `report.linked` names."""


def refusal(message: Submission, chains: Chains, now: datetime) -> Refusal | None:
    """Why it cannot enter the ledger; None when it can."""
    return next(_objections(message, chains, now), None)


def _objections(message: Submission, chains: Chains, now: datetime) -> Iterator[Refusal]:
    yield from _envelope(message, now)
    yield from _case(message)
    yield from _rights(message, chains)
    yield from moments.objections(message.event, now)
    yield from _chain(message, chains)
    yield from _recipients(message, chains)
    yield from _references(message)
    yield from _links(message)
    if message.case is not None:
        yield from erasure.objections(message.event, message.case, message.partner.id, now)
    yield from _bases(message, chains, now)
    yield from _requested(message, chains)
    yield from _mediation(message)
    yield from _closing(message)
    if message.case is not None:
        yield from closing.objections(message.event, message.case, chains)
    yield from wishes.objections(message.event)
    yield from desk.objections(message.event, message.case, message.partner, chains)
    yield from schemes.checked(message.event, message.case, chains, message.partner.id)
    if not message.event.IN_CASE:
        yield from of_chain.objections(message.event, message.partner, _chains_of(message, chains), now)


def _envelope(message: Submission, now: datetime) -> Iterator[Refusal]:
    envelope, event = message.envelope, message.event
    if envelope.drill and not event.IN_CASE:
        yield Refusal(
            code="drill.no_case",
            field="ce_drill",
            found="true",
            expected="a drill of a case, which is left out wherever cases count",
            remedy="tell it without the header if it is meant: what is told of no case counts at once; rehearse it in a chain of its own",
        )
    if envelope.type != type(event).TYPE:
        yield Refusal(
            code="type.mismatch",
            field="ce_type",
            found=envelope.type,
            expected=type(event).TYPE,
            remedy="send the ce_type that belongs to the schema of the value",
        )
    if not isinstance(event, Told):
        yield Refusal(
            code="type.not_yours",
            field="ce_type",
            found=type(event).TYPE,
            expected="an event that partners tell",
            remedy=f"this is the backbone's own conclusion; partners tell: {', '.join(TOLD)}",
        )
    if not _UUID.match(envelope.id):
        yield Refusal(
            code="id.not_a_uuid",
            field="ce_id",
            expected="a UUID in small letters, a new one for each event",
            remedy="make a UUIDv7 or UUIDv4 for the event and use it again when you send the same event again",
        )
    expected = partner_source(message.partner.oin)
    if envelope.source != expected:
        yield Refusal(
            code="source.not_yours",
            field="ce_source",
            expected=expected,
            remedy="send your own organisation number as ce_source",
        )
    yield from moments.logged(envelope, now)


def _case(message: Submission) -> Iterator[Refusal]:
    named, event = message.envelope.case is not None, message.event
    if isinstance(event, OPENS_CASE) or not event.IN_CASE:
        if named:
            yield Refusal(
                code="case.not_expected",
                field="ce_subject",
                found="a case",
                expected="no ce_subject",
                remedy="a new report gets its case id from the backbone; to add to a case, send another event",
            )
    elif not named:
        yield Refusal(
            code="case.missing",
            field="ce_subject",
            expected="the id of the case, as the receipt of the report gave it",
            remedy="send the case id in ce_subject",
        )


def _rights(message: Submission, chains: Chains) -> Iterator[Refusal]:
    """Who may tell what: type x role x relation to the case. An unknown case and somebody else's get the same answer."""
    event, partner = message.event, message.partner
    held = _held(message, chains)
    may = any(
        chain.may_tell(type(event).TYPE, chain.roles_of(partner.id), held) for chain in _chains_of(message, chains)
    )
    if not held or (held == {Relation.MEMBER} and not may):
        yield Refusal(
            code="case.not_yours",
            field="ce_subject",
            expected="a case that you reported, coordinate, or were referred",
            remedy="check the case id; if you should be in this case, ask the partner that reported it",
        )
    elif not may:
        yield Refusal(
            code="right.missing",
            field="ce_type",
            found=type(event).TYPE,
            expected=f"a partner whose role may tell this {' or '.join(_WHERE[one] for one in sorted(held))}",
            remedy="see 'Who may tell what' in docs/partners.md; the chain's owner sets the rights",
        )


def _held(message: Submission, chains: Chains) -> set[Relation]:
    """The sender's relations to the case that it names; to a case of its chain at least that of a member. Empty: none at all."""
    case, partner = message.case, message.partner
    if message.envelope.case is None:
        return {Relation.NONE}
    held = relations(case, partner.id)
    member = case is not None and case.chain is not None and chain_of(case, chains).roles_of(partner.id)
    return held or ({Relation.MEMBER} if member else set())


def relations(case: State | None, partner_id: str) -> set[Relation]:
    """How a partner stands to a case: it reported it, is party to it (coordinates it, received a referral), or nothing (empty).

    A referral that is on its way counts: the message may arrive before our own record of it, and the receiver may answer at once.
    So does one that reached it although its record landed behind a withdrawal: until it is told to stop, it answers in good faith.
    """
    if case is None or case.report is None:
        return set()
    if case.door == partner_id:
        return {Relation.REPORTER, Relation.PARTY}
    on_its_way = any(
        referral.to == partner_id and referral.state is ReferralState.RELEASED for referral in case.referrals.values()
    )
    has_it = any(known.partner == partner_id for known in case.known)
    return {Relation.PARTY} if on_its_way or has_it or partner_id in case.parties else set()


def _chains_of(message: Submission, chains: Chains) -> list[Chain]:
    if message.case and message.case.chain:
        return [chain_of(message.case, chains)]
    return list(chains.chains_of(message.partner.id))


def _chain(message: Submission, chains: Chains) -> Iterator[Refusal]:
    """The report's place must lie in a chain of this partner, and a corrected place in the chain of the case."""
    event, known = message.event, message.case
    if isinstance(event, report.ReportReceived):
        found = chains.resolve(message.partner.id, event.facts.place.municipality, event.reported_at)
        if isinstance(found, Chain):
            yield from _district(event.facts.place, found)
            yield from doors.objections(event, found, message.partner.id)
        else:
            yield Refusal(
                code="chain.unknown",
                field="facts.place.municipality",
                found=event.facts.place.municipality,
                expected="a municipality that one chain of yours covers",
                remedy=str(found),
            )
    elif isinstance(event, report.ReportCorrected) and "place" in event.replaces and known and known.door:
        before = known.chain or getattr(chains.resolve(known.door, known.facts["place"]["municipality"]), "name", None)
        found = chains.resolve(known.door, event.facts.place.municipality, known.reported_at)
        if isinstance(found, Chain) and found.name == before:
            yield from _district(event.facts.place, found)
        else:
            yield Refusal(
                code="chain.another",
                field="facts.place.municipality",
                found=event.facts.place.municipality,
                expected=f"a municipality of the case's own chain, {before}",
                remedy="an incident in another municipality is a report of its own there; close this one, and link the two",
            )


def _district(place: report.Place, chain: Chain) -> Iterator[Refusal]:
    if not chain.may_name(place.district):
        yield Refusal(
            code="place.unknown_district",
            field="facts.place.district",
            found=place.district,
            expected=f"one of {', '.join(chain.districts)}",
            remedy="use the chain's own names of districts, or leave the district out",
        )


def _recipients(message: Submission, chains: Chains) -> Iterator[Refusal]:
    """A yes or a no to somebody who is not there would be lost without a word."""
    event = message.event
    named: list[tuple[str, str | None]] = []
    if isinstance(event, report.ReportReceived):
        named = [(f"consents.{index}.recipient", terms.recipient) for index, terms in enumerate(event.consents)]
    elif isinstance(event, consent.ConsentAsked | consent.ConsentGranted):
        named = [("terms.recipient", event.terms.recipient)]
    elif isinstance(event, consent.ConsentRefused | consent.ConsentWithdrawn | consent.BasisInvoked):
        named = [("recipient", event.recipient)]
    for field, recipient in named:
        if recipient is not None and chains.partner(recipient) is None:
            yield Refusal(
                code="recipient.unknown",
                field=field,
                found=recipient,
                expected="a partner of the register (chains/partners.yaml), by its id",
                remedy="use the partner's id as in its topics, schakel.out.<id>",
            )


def _requested(message: Submission, chains: Chains) -> Iterator[Refusal]:
    """A referral by hand goes to a member of the case's chain, or of one that it names, in a role that it has there."""
    event, known = message.event, message.case
    if not isinstance(event, referral.ReferralRequested) or known is None or known.chain is None:
        return
    chain = chain_of(known, chains)
    roles = chain.referable(event.to)
    if event.role not in roles:
        yield Refusal(
            code="role.not_held",
            field="role" if roles else "to",
            found=event.role if roles else event.to,
            expected=f"one of its roles: {', '.join(sorted(roles))}"
            if roles
            else f"a member of the chain {chain.name}",
            remedy="refer to a member of the chain, in a role that the chain's file gives it",
        )


def _references(message: Submission) -> Iterator[Refusal]:
    """What it points at must be there: the referral it answers, the statement it takes back."""
    event, known = message.event, message.case
    if known is None:
        return
    if isinstance(event, consent.ConsentGranted) and event.supersedes and not _is_no(known, event):
        yield Refusal(
            code="supersedes.no_such_no",
            field="supersedes",
            expected="the id of a refusal or withdrawal in this case that concerns this recipient and purpose",
            remedy="send the ce_id of the no that she takes back, or leave the field out when there is none",
        )
    if isinstance(event, data.StatementRetracted) and not _own_statement(known, event.event, message.partner.id):
        yield Refusal(
            code="statement.not_yours",
            field="event",
            expected="the id of something that you told in this case",
            remedy="only its author takes a statement back; send the ce_id under which you told it",
        )
    if isinstance(event, _ANSWERS):
        answered = known.referrals.get(event.referral)
        sent = answered is not None and answered.to == message.partner.id and answered.state not in _NEVER_SENT
        if not sent:
            yield Refusal(
                code="referral.not_yours",
                field="referral",
                expected="a referral that was delivered to you in this case",
                remedy="send the id that stands in the referral message",
            )


def _is_no(case: State, grant: consent.ConsentGranted) -> bool:
    terms = grant.terms
    return any(no.id == grant.supersedes and no.concerns(terms.recipient, terms.purpose) for no in case.noes)


def _links(message: Submission) -> Iterator[Refusal]:
    event, known, other = message.event, message.case, message.other
    if isinstance(event, report.ReportLinked) and known is not None:
        partner = message.partner.id
        yield from links.objections(event, known, other, relations(other, partner), partner)


def _own_statement(case: State, event_id: str, partner_id: str) -> bool:
    """Told in this case, and, as far as the fold knows authors, by this partner."""
    authors = {grant.id: grant.recorded_by for grant in case.grants.values()}
    authors |= {contact.id: contact.by for contact in case.contacts}
    authors |= case_otherwise.authors(case)
    authors |= {link.id: link.by for link in case.links.values()}
    authors |= {asking.id: asking.by for plan in case.erasures.values() for asking in plan.asked}
    authors |= {hold.id: hold.by for hold in case.holds.values()} | clock_authors(case) | case_scheme.authors(case)
    return holds(case, event_id) and authors.get(event_id, partner_id) == partner_id


def _bases(message: Submission, chains: Chains, now: datetime) -> Iterator[Refusal]:
    """Another basis than consent is for the roles that the chain's file allows, and limited."""
    if isinstance(message.event, consent.BasisInvoked):
        yield from bases.objections(message.event, message.partner, _chains_of(message, chains), now)


def _mediation(message: Submission) -> Iterator[Refusal]:
    event, known = message.event, message.case
    if isinstance(event, referral.ReferralRequested) and known is not None and known.chain is not None:
        yield from mediation.objections(event, known)


_BOTH = (Check.SUSPICION_REMOVED, Check.REPORTER_CONTENT)


def _closing(message: Submission) -> Iterator[Refusal]:
    """Removed *and* content: the two are assessed apart, and a case does not end so when only one of them holds [0 p. 60]."""
    event, known = message.event, message.case
    if not isinstance(event, CloseRequested) or event.reason is not CloseReason.SUSPICION_REMOVED_AND_CONTENT:
        return
    assessed = known.assessments.items() if known else ()
    said = {key.rpartition("/")[2] for key, answer in assessed if answer == Answer.YES}
    if missing := [check for check in _BOTH if check not in said]:
        yield Refusal(
            code="close.not_yet",
            field="reason",
            found=f"no yes to {' and '.join(missing)}",
            expected=f"assessment.recorded with yes to {' and '.join(_BOTH)}",
            remedy="record the assessment that is missing first; while suspicion remains, discuss the next steps with the reporter",
        )

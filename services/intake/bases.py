"""Intake's rules for another basis than consent: who may invoke it, how long it may last, what an agreement covers. Pure.

The chain's file says which roles may, and for how long at most; nothing it does not name is allowed.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from backbone.chains import Agreement, Chain, Partner
from schakel.case_consent import HERS_ALONE, OTHER_BASES
from schakel.case_opening import FIELDS
from schakel.events.consent import BasisInvoked
from schakel.events.vocab import Basis, Purpose
from schakel.messages import Refusal


def objections(event: BasisInvoked, sender: Partner, chains: Sequence[Chain], now: datetime) -> Iterator[Refusal]:
    """Why this basis cannot be invoked, the first thing wrong first. chains: those that the case may belong to."""
    if event.basis not in OTHER_BASES:
        yield Refusal(
            code="basis.not_one",
            field="basis",
            found=event.basis,
            expected=f"one of {', '.join(sorted(OTHER_BASES))}",
            remedy="her consent is told as consent.granted; what a scheme allows stands in its protocol",
        )
    if event.purpose in HERS_ALONE:
        yield Refusal(
            code="basis.hers_alone",
            field="purpose",
            found=event.purpose,
            expected="a purpose other than " + ", ".join(sorted(HERS_ALONE)),
            remedy="nothing but her own yes opens this: ask her, and send consent.granted",
        )
    if event.purpose is Purpose.AUDIT:
        yield from _opens(event, sender)
    for chain in chains:
        yield from _allowed(event, sender, chain, now)
        if event.basis is Basis.AGREEMENT:
            yield from _agreed(event, sender, chain, now)


def _opens(event: BasisInvoked, sender: Partner) -> Iterator[Refusal]:
    """An auditor opens for itself, and says which fields."""
    if event.recipient != sender.id:
        yield Refusal(
            code="basis.for_another",
            field="recipient",
            found=event.recipient,
            expected=f"{sender.id}, who asks: nobody opens for another",
            remedy="name yourself as recipient; whoever else has to look invokes it with a motive of its own",
        )
    elif not event.scopes or not FIELDS.issuperset(event.scopes):
        yield Refusal(
            code="basis.which_fields",
            field="scopes",
            found=", ".join(event.scopes) or "none",
            expected=f"one or more of {', '.join(sorted(FIELDS))}",
            remedy="name the fields that the audit needs and no others; what else stands in the case is read in the ledger",
        )


def _allowed(event: BasisInvoked, sender: Partner, chain: Chain, now: datetime) -> Iterator[Refusal]:
    """By role, and for a limited time."""
    rule = chain.may_invoke(event.basis, event.purpose, chain.roles_of(sender.id))
    if rule is None:
        named = (other for other in chain.bases if other.basis is event.basis and other.covers(event.purpose))
        roles = sorted({role for other in named for role in other.roles})
        yield Refusal(
            code="basis.not_allowed",
            field="basis",
            found=event.basis,
            expected=f"a partner in one of the roles {', '.join(roles)}"
            if roles
            else f"a basis that {chain.name} allows for the purpose {event.purpose}",
            remedy="ask her, or ask a partner whose role may invoke it; the chain's file says which, under `bases`",
        )
        return
    last = chain.calendar().add(now, rule.at_most)
    if not now < event.until <= last:
        yield Refusal(
            code="basis.too_long" if event.until > last else "basis.ended",
            field="until",
            expected=f"a moment between now and {rule.at_most} from now",
            remedy="give an end within the chain's limit; when it is still needed then, invoke it again with its motive",
        )


def _agreed(event: BasisInvoked, sender: Partner, chain: Chain, now: datetime) -> Iterator[Refusal]:
    """Between parties, for a purpose inside it, on a day on which it is in force, and no longer than it is (domain-detail A82)."""
    agreement = chain.agreement(event.agreement)
    if agreement is None:
        yield Refusal(
            code="agreement.unknown",
            field="agreement",
            found=event.agreement or "none",
            expected=f"one of {', '.join(known.agreement for known in chain.agreements) or 'none: this chain has none'}",
            remedy="name the agreement as the chain's file does, under `agreements`",
        )
        return
    outside = [partner for partner in (sender.id, event.recipient) if partner not in agreement.parties]
    if outside:
        yield Refusal(
            code="agreement.not_party",
            field="recipient" if event.recipient in outside else "agreement",
            found=outside[-1],
            expected=f"two of its parties: {', '.join(agreement.parties)}",
            remedy="ask her, or have the partner join the agreement first",
        )
    if event.purpose not in agreement.purposes:
        yield Refusal(
            code="agreement.another_purpose",
            field="purpose",
            found=event.purpose,
            expected=f"one of its purposes: {', '.join(agreement.purposes)}",
            remedy="an agreement covers what it was made for; for anything else ask her",
        )
    yield from _in_force(event, agreement, chain, now)


def _in_force(event: BasisInvoked, agreement: Agreement, chain: Chain, now: datetime) -> Iterator[Refusal]:
    today, ends = now.astimezone(ZoneInfo(chain.file.time_zone)).date(), agreement.valid_until
    if today < agreement.valid_from or (ends and today > ends):
        yield Refusal(
            code="agreement.not_in_force",
            field="agreement",
            found=agreement.agreement,
            expected=f"a day from {agreement.valid_from} to {ends or 'further notice'}",
            remedy="outside its dates an agreement allows nothing: ask her",
        )
    elif ends and event.until > _end_of(ends, chain):
        yield Refusal(
            code="agreement.ends_before",
            field="until",
            expected=f"no later than the end of {ends}",
            remedy="let it end with the agreement",
        )


def _end_of(day: date, chain: Chain) -> datetime:
    """The midnight after it, in the chain's own time."""
    after = day + timedelta(days=1)
    return datetime(after.year, after.month, after.day, tzinfo=ZoneInfo(chain.file.time_zone)).astimezone(UTC)

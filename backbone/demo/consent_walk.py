"""Walks through one case's history and asks at each step out: who said that this may go? A second opinion beside the gate.

Only the ledger's own words are used: grants, refusals, withdrawals, invoked bases, what was proposed. No fold, no protocol file.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from backbone.demo.evidence import Offer
from schakel.entry import Entry
from schakel.events.consent import BasisInvoked, ConsentGranted, ConsentRefused, ConsentTerms, ConsentWithdrawn
from schakel.events.referral import ReferralDelivered, ReferralProposed, ReferralReleased, ReferralRevoked
from schakel.events.report import ReportReceived
from schakel.events.vocab import Basis, Mode, Scope

Step = tuple[str, str]
"""A recipient and a purpose: what a consent is for."""


@dataclass(slots=True)
class Walk:
    """What was found in one case. released: by referral, every scope that ever went out with a good reason."""

    looked_at: int = 0
    wrong: list[str] = field(default_factory=list)
    released: dict[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _No:
    """A refusal or withdrawal. No recipient or purpose: of everything; no scopes: all of them."""

    id: str
    recipient: str | None
    purpose: str | None
    scopes: frozenset[Scope] = frozenset()

    def concerns(self, step: Step) -> bool:
        return self.recipient in (None, step[0]) and self.purpose in (None, step[1])


@dataclass(slots=True)
class Said:
    """What the person has said so far: scopes that stand, by step; scopes ever granted; her noes; other bases by step."""

    stands: dict[Step, set[Scope]] = field(default_factory=dict)
    ever: dict[Step, set[Scope]] = field(default_factory=dict)
    noes: list[_No] = field(default_factory=list)
    past: set[tuple[str, Step]] = field(default_factory=set)
    """Noes that a later yes to this step has named."""
    bases: dict[Step, set[tuple[Basis, Scope]]] = field(default_factory=dict)

    def yes(self, terms: ConsentTerms, names: str | None) -> None:
        step = (terms.recipient, terms.purpose.value)
        standing = [no for no in self.noes if no.concerns(step) and (no.id, step) not in self.past]
        if standing and names == standing[-1].id:
            self.past.update((no.id, step) for no in standing)
        elif any(not no.scopes or no.scopes & set(terms.scopes) for no in standing):
            return  # an old yes, forwarded late, resurrects nothing
        self.stands.setdefault(step, set()).update(terms.scopes)
        self.ever.setdefault(step, set()).update(terms.scopes)

    def take_back(self, no: _No) -> None:
        self.noes.append(no)
        for step, scopes in self.stands.items():
            if no.concerns(step):
                scopes.difference_update(no.scopes or set(scopes))


def broken_steps(case: str, history: Iterable[Entry]) -> Walk:
    """Every release and delivery of a case that nobody said yes to before it stood there."""
    walk, said = Walk(), Said()
    proposed: dict[str, tuple[Step, bool]] = {}
    out: set[str] = set()
    """Referrals whose newest release had a good reason, and still has."""
    seen: set[str] = set()
    for entry in history:
        if entry.id in seen:
            continue
        seen.add(entry.id)
        event = entry.event
        listen(said, entry)
        if isinstance(event, ReferralProposed):
            proposed[entry.id] = ((event.to, event.purpose.value), event.strip_if_refused)
        elif isinstance(event, ReferralReleased):
            walk.looked_at += 1
            step, strips = proposed.get(event.referral, (("", ""), False))
            good, reason = _may_go(said, event, step, strips)
            if good:
                out.add(event.referral)
                scopes = walk.released.get(event.referral, frozenset())
                walk.released[event.referral] = scopes | {scope.value for scope in event.scopes}
            elif reason:
                walk.wrong.append(f"case {case}: referral {event.referral} to {event.to} was released {reason}")
        elif isinstance(event, ReferralDelivered):
            walk.looked_at += 1
            if event.referral not in out:
                walk.wrong.append(
                    f"case {case}: referral {event.referral} to {event.to} was delivered without a valid release"
                )
        elif isinstance(event, ReferralRevoked):
            out.discard(event.referral)
    return walk


def offers_without_release(offers: Iterable[Offer], released: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """Referrals on `out` topics that no valid release stands for, or that say more than it."""
    for found in offers:
        offer = found.offer
        scopes = {scope.value for scope in offer.scopes}
        if offer.referral not in released:
            yield f"case {offer.case}: {found.partner} was sent referral {offer.referral}, which was never validly released"
        elif scopes - released[offer.referral]:
            yield f"case {offer.case}: {found.partner} was sent more of referral {offer.referral} than was released"
        elif offer.mode is Mode.BY_NAME and scopes == {Scope.CASE_FACTS.value} and offer.basis is Basis.SCHEME:
            yield f"case {offer.case}: {found.partner} was sent referral {offer.referral} by name although it was stripped"


def listen(said: Said, entry: Entry) -> None:
    event = entry.event
    if isinstance(event, ReportReceived):
        for terms in event.consents:
            said.yes(terms, None)
    elif isinstance(event, ConsentGranted):
        said.yes(event.terms, event.supersedes)
    elif isinstance(event, ConsentRefused):
        said.take_back(_No(entry.id, event.recipient, event.purpose.value, frozenset(event.scopes)))
    elif isinstance(event, ConsentWithdrawn):
        purpose = event.purpose.value if event.purpose else None
        said.take_back(_No(entry.id, event.recipient, purpose))
    elif isinstance(event, BasisInvoked):
        bases = said.bases.setdefault((event.recipient, event.purpose.value), set())
        bases.update((event.basis, scope) for scope in event.scopes)


def _may_go(said: Said, release: ReferralReleased, step: Step, strips: bool) -> tuple[bool, str]:
    """Whether it may, and else why not; no reason when it merely came behind her no, and so had no effect."""
    if step[0] != release.to:
        return False, "without having been proposed to this partner"
    wanted = set(release.scopes) - {Scope.CASE_FACTS}
    if release.basis is Basis.SCHEME:
        if strips and not wanted:
            return True, ""
        return False, "on the scheme alone, with more than case facts or where the scheme does not say so"
    if release.basis is Basis.CONSENT:
        granted = said.stands.get(step, set())
        if granted and wanted <= granted:
            return True, ""
        ever = said.ever.get(step, set())
        return False, "" if ever and wanted <= ever else "without her consent in the history before it"
    invoked = {scope for basis, scope in said.bases.get(step, set()) if basis is release.basis}
    if wanted <= invoked and invoked:
        return True, ""
    return False, f"on {release.basis}, which nobody invoked"

"""Wires the gate's rules to the ledger: what goes out beside the events."""

from collections.abc import Collection, Iterable
from datetime import datetime

from backbone.case_rules import TOLD
from backbone.chains import Chains
from schakel.case import facts_to_tell
from schakel.case_consent import to_be_told
from schakel.case_state import Referral, State
from schakel.entry import Entry
from schakel.events import Derived
from schakel.events.clock import CLOCKS
from schakel.events.consent import ConsentNeeded, ConsentTerms
from schakel.events.referral import (
    PartyInformed,
    ReferralDelivered,
    ReferralHeld,
    ReferralProposed,
    ReferralReleased,
    ReferralRevoked,
)
from schakel.events.report import (
    CaseOpened,
    ProtocolAttached,
    ProtocolMoved,
    ProtocolRef,
    ReportFacts,
    ReportReceived,
    Residence,
)
from schakel.events.vocab import Basis, Mode, Purpose, Role, Scope
from schakel.messages import ConsentQuestion, Message, ReferralOffered, ReferralWithdrawn
from services.consent import preferences, rules
from services.consent.calling_back import called_back
from services.consent.erasing import announced


class ConsentRules:
    """See `services.consent.rules`. chains: whose files say how long is waited before somebody is erased."""

    def __init__(self, chains: Chains) -> None:
        self.chains = chains
        self.away: Collection[str] = frozenset()
        """Who is suspended, as far as the partition that is worked on says."""

    ignores = frozenset({CaseOpened, ProtocolAttached, ProtocolMoved, PartyInformed, *CLOCKS})
    """What says nothing about what may go where. Never its own: between a hold and its landing she may have said something else."""

    hastens = TOLD - {ReportReceived} | {ReferralProposed, ReferralReleased}
    """What she says; what is proposed, for its release; what is released, for its delivery. A report asks nothing of the gate."""

    def decide(self, case: State, now: datetime | None) -> Iterable[Derived]:
        return rules.decide(case, self.chains, now, self.away)

    def deliver(self, case: State, event: Derived) -> Iterable[tuple[str, Message]]:
        """The referral stands on the receiver's topic before `referral.delivered` says so."""
        if isinstance(event, ReferralDelivered):
            yield event.to, self._offer(case, case.referrals[event.referral])

    def announce(self, case: State, entry: Entry) -> Iterable[tuple[str, Message]]:
        event = entry.event
        if isinstance(event, ConsentNeeded):
            terms = ConsentTerms(recipient=event.recipient, purpose=event.purpose, scopes=event.scopes)
            yield event.ask, ConsentQuestion(needed=entry.id, case=case.id, of=event.of, terms=terms)
        elif isinstance(event, ReferralRevoked):
            yield event.to, ReferralWithdrawn(referral=event.referral, case=case.id, reason=to_be_told(event.reason))
        elif isinstance(event, ReferralHeld):
            yield from called_back(case, event, self.away)
        else:
            yield from announced(case, entry)
            yield from preferences.announced(case, entry, self.chains)

    def _offer(self, case: State, referral: Referral) -> ReferralOffered:
        """Case facts and a reference; a stripped referral says nothing of where the person lives, or how to reach her."""
        assert case.reported_at is not None
        assert case.door is not None
        mode = Mode(referral.mode or Mode.STRIPPED)
        stripped = mode is Mode.STRIPPED
        asked = preferences.Asked() if stripped else preferences.for_partner(case, referral.to, self.chains)
        name, _, version = (referral.protocol or "").partition("@")
        return ReferralOffered(
            referral=referral.id,
            case=case.id,
            role=Role(referral.role),
            purpose=Purpose(referral.purpose),
            mode=mode,
            basis=Basis(referral.released_basis or Basis.UNKNOWN),
            scopes=tuple(Scope(scope) for scope in referral.scopes),
            facts=_without_residence(facts_to_tell(case)) if stripped else facts_to_tell(case),
            reported_at=case.reported_at,
            from_partner=case.door,
            protocol=ProtocolRef(name=name, version=version) if name else None,
            step=referral.step,
            dataref=f"referrals/{referral.id}",
            wishes=asked.wishes,
            only_by=asked.only_by,
            contact_every_days=asked.contact_every_days,
        )


def _without_residence(told: ReportFacts) -> ReportFacts:
    return told.model_copy(update={"residence": Residence()})

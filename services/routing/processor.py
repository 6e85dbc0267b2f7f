"""Wires routing's rules to the ledger: the chains and protocols they read, and the messages that follow."""

from collections.abc import Iterable
from datetime import datetime

from backbone.chains import Chains
from backbone.protocols import Protocols
from schakel.case import facts_to_tell
from schakel.case_state import State
from schakel.entry import Entry
from schakel.events import Derived
from schakel.events.clock import CLOCKS
from schakel.events.consent import ConsentNeeded
from schakel.events.referral import (
    PartyInformed,
    ReferralDelivered,
    ReferralExhausted,
    ReferralHeld,
    ReferralReleased,
    ReferralRevoked,
)
from schakel.events.report import Residence
from schakel.messages import Attention, Information, Message
from services.routing import rules


class RoutingRules:
    """See `services.routing.rules`."""

    ignores = frozenset({ConsentNeeded, ReferralHeld, ReferralReleased, ReferralDelivered, ReferralRevoked, *CLOCKS})
    """Where a referral stands with the gate, and every clock: routing is done once it has proposed."""

    decides_ahead = True
    """Opening a case and the proposals of its protocol reach the ledger in one go, not one round trip after the other."""

    def __init__(self, chains: Chains, protocols: Protocols) -> None:
        self.chains = chains
        self.protocols = protocols

    def decide(self, case: State, now: datetime | None) -> Iterable[Derived]:
        return rules.decide(case, self.chains, self.protocols)

    def deliver(self, case: State, event: Derived) -> Iterable[tuple[str, Message]]:
        return ()

    def announce(self, case: State, entry: Entry) -> Iterable[tuple[str, Message]]:
        event = entry.event
        if isinstance(event, PartyInformed):
            told = facts_to_tell(case).model_copy(update={"residence": Residence()})
            yield event.to, Information(case=case.id, role=event.role, inform=event.inform, facts=told)
        elif isinstance(event, ReferralExhausted) and event.tell:
            yield event.tell, Attention(case=case.id, concerning=entry.id, reason="referral_exhausted")

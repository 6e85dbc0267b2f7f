"""Wires routing's rules to the ledger: the chains and protocols they read, and the messages that follow."""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import partial

from backbone.case_feedback import feedback_moments
from backbone.case_rules import READS, TOLD
from backbone.casework import CaseProcessor, timers_of
from backbone.chains import Chains
from backbone.chains.terms import How
from backbone.desks import Desk
from backbone.protocols import Protocols
from backbone.store.store import Store
from backbone.store.transaction import Tx
from schakel.case import facts_to_tell
from schakel.case_loop import owner_of, referrer_of
from schakel.case_state import State
from schakel.entry import Entry
from schakel.events import Derived
from schakel.events.clock import CLOCKS, ClockBreached
from schakel.events.consent import ConsentNeeded
from schakel.events.referral import (
    PartyInformed,
    ReferralAccepted,
    ReferralDelivered,
    ReferralExhausted,
    ReferralHeld,
    ReferralReleased,
    ReferralReported,
    ReferralRevoked,
)
from schakel.events.report import Residence
from schakel.events.scheme import CategorySuggested
from schakel.messages import Attention, Information, Message, ReferralFeedback
from services.routing import relays, rules


class RoutingRules:
    """See `services.routing.rules`."""

    ignores = frozenset(
        {ConsentNeeded, ReferralHeld, ReferralReleased, ReferralDelivered, ReferralRevoked, *CLOCKS, *READS}
    ) - {ClockBreached}
    """Where a referral stands with the gate, reads, and clocks: routing waits for an answer, or for a breach that shows that there is
    none."""

    hastens = TOLD - READS
    """A reader waits for the gate alone."""

    decides_ahead = True
    """Opening a case and the proposals of its protocol reach the ledger in one go, not one round trip after the other."""

    def __init__(self, chains: Chains, protocols: Protocols) -> None:
        self.chains = chains
        self.protocols = protocols
        self.away: Collection[str] = frozenset()
        """Who is suspended, as far as the partition that is worked on says."""

    def decide(self, case: State, now: datetime | None) -> Iterable[Derived]:
        return rules.decide(case, self.chains, self.protocols, now, self.away)

    def deliver(self, case: State, event: Derived) -> Iterable[tuple[str, Message]]:
        return ()

    def relay(self, case: State, entry: Entry) -> Iterable[tuple[str, Message]]:
        return relays.relay(case, entry, self.chains, self.protocols)

    def overtaken(self, case: State, entry: Entry) -> Iterable[tuple[str, Message]]:
        """Whoever accepted what somebody else had taken up is told at once, and not who that is: two would call her."""
        event = entry.event
        if isinstance(event, ReferralAccepted):
            yield (
                entry.author,
                Attention(
                    case=case.id,
                    concerning=entry.id,
                    reason="referral_taken_up",
                    referral=event.referral,
                    to=entry.author,
                ),
            )

    def announce(self, case: State, entry: Entry) -> Iterable[tuple[str, Message]]:
        event = entry.event
        if isinstance(event, PartyInformed):
            told = facts_to_tell(case).model_copy(update={"residence": Residence()})
            yield event.to, Information(case=case.id, role=event.role, inform=event.inform, facts=told)
        elif isinstance(event, ReferralExhausted):
            yield from self._came_back(case, event, entry.id)
        elif isinstance(event, ReferralReported):
            yield event.to, ReferralFeedback(case=case.id, answers=event.answers)
        elif isinstance(event, CategorySuggested) and (asked := owner_of(case)):
            yield asked, Attention(case=case.id, concerning=entry.id, reason="category_suggested")

    def _came_back(self, case: State, event: ReferralExhausted, event_id: str) -> Iterable[tuple[str, Message]]:
        """To whoever looks after the case now, and to whoever referred: nobody took it up, why, and with whom it is now."""
        referral = case.referrals[event.referral]
        reason = "referral_unanswered" if referral.given_up else "referral_exhausted"
        for partner in dict.fromkeys((event.tell, referrer_of(case, referral))):
            if partner is not None and partner not in self.away:
                yield (
                    partner,
                    Attention(
                        case=case.id,
                        concerning=event_id,
                        reason=reason,
                        referral=referral.id,
                        to=referral.to,
                        decline=event.reason if referral.declined_at else None,
                        owner=event.tell,
                    ),
                )


class RoutingProcessor(CaseProcessor):
    """Folds the ledger and proposes; keeps an index of the moments at which a digest of answers is due, woken by the watermark."""

    keeps_timers = True
    gives_way = 3  # half of intake's share: a receipt is waited for, what follows from it may come a moment later

    def __init__(self, rules: RoutingRules) -> None:
        super().__init__("routing", rules)
        self.moments = partial(feedback_moments, chains=rules.chains)
        self._digests = any(rule.how is How.DIGEST for chain in rules.chains for rule in chain.file.feedback)

    def saved(self, tx: Tx, desks: dict[str, Desk]) -> None:
        if self._digests:  # else nothing here ever waits
            tx.set_timers({case_id: timers_of(desk.case, self.moments) for case_id, desk in desks.items()})

    def restless(self, store: Store) -> bool:
        """Never: a watermark wakes what waits itself; a tick only goes on with what was too much at once."""
        return False

    def tick(self, tx: Tx, topic: str, partition: int) -> bool:
        """Cases that a watermark woke and that did not fit its transaction. True when there are more."""
        return self.wake(tx, self.now(tx))

"""Wires follow-up's rules to the ledger: timers beside the snapshots, reminders to those who have to act."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from backbone.case_facts import chain_of
from backbone.case_rules import READS
from backbone.casework import CaseProcessor, timers_of
from backbone.chains import Chains
from backbone.desks import Desk
from backbone.protocols import Protocols
from backbone.store.store import Store
from backbone.store.transaction import Tx
from schakel.case_state import Clock, State
from schakel.entry import Entry
from schakel.events import Derived
from schakel.events.case import CaseEscalated
from schakel.events.clock import ClockBreached, ClockReminded
from schakel.events.consent import ConsentNeeded
from schakel.events.contact import AftercareDue
from schakel.events.referral import PartyInformed, ReferralHeld, ReferralProposed, ReferralReleased
from schakel.events.vocab import ClockKind
from schakel.messages import Attention, Message, Reminder
from services.followup import rules
from services.followup.chain_work import ChainWork


class FollowupRules:
    """See `services.followup.rules`."""

    ignores = frozenset({ConsentNeeded, PartyInformed, ReferralProposed, ReferralHeld, ReferralReleased, *READS})
    """No clock starts or stops by these."""

    def __init__(self, chains: Chains, protocols: Protocols) -> None:
        self.chains = chains
        self.protocols = protocols

    def decide(self, case: State, now: datetime | None) -> Iterable[Derived]:
        return rules.decide(case, self.chains, self.protocols, now)

    def deliver(self, case: State, event: Derived) -> Iterable[tuple[str, Message]]:
        return ()

    def announce(self, case: State, entry: Entry) -> Iterable[tuple[str, Message]]:
        event = entry.event
        if isinstance(event, ClockReminded):
            clock = case.clocks[event.clock]
            at = clock.due_at or clock.remind_at[min(event.nth, len(clock.remind_at)) - 1]
            yield event.to, _reminder(case, clock, at, breached=clock.breached)
        elif isinstance(event, ClockBreached):
            clock = case.clocks[event.clock]
            for partner in sorted({*event.tell, *([clock.responsible] if clock.responsible else [])}):
                yield partner, _reminder(case, clock, event.due_at, breached=True)
        elif isinstance(event, AftercareDue):
            clock = next(case.clocks[premise] for premise in event.premises if premise in case.clocks)
            by = chain_of(case, self.chains).calendar().end_of_day(event.due_on)
            yield event.responsible, _reminder(case, clock, by, breached=False)
        elif isinstance(event, CaseEscalated) and event.owner:
            yield event.owner, Attention(case=case.id, concerning=entry.id, reason="case_escalated")


def _reminder(case: State, clock: Clock, due_at: datetime, *, breached: bool) -> Reminder:
    return Reminder(
        case=case.id, clock=clock.id, name=clock.name, kind=ClockKind(clock.kind), due_at=due_at, breached=breached
    )


class FollowupProcessor(CaseProcessor):
    """Folds the ledger, keeps an index of the moments at which clocks want attention, and wakes them by the watermark."""

    keeps_timers = True
    waited_for = None  # type: ignore[assignment]  # nobody waits for what it does
    gather_s = 0.25  # in which most of what follows from one report is in, and takes one loading and saving of its case

    def __init__(self, name: str, rules: FollowupRules) -> None:
        super().__init__(name, rules)
        self.of_chains = ChainWork(rules.chains, self.now)

    def _take(self, tx: Tx, entries: Sequence[Entry]) -> None:
        super()._take(tx, entries)
        self.of_chains.take(tx, entries)

    def caught_up(self, tx: Tx, topic: str, partition: int) -> bool:
        done = super().caught_up(tx, topic, partition)
        if done:
            self.of_chains.caught_up(tx)
        return done

    def saved(self, tx: Tx, desks: dict[str, Desk]) -> None:
        tx.set_timers({case_id: timers_of(desk.case, self.moments) for case_id, desk in desks.items()})

    def restless(self, store: Store) -> bool:
        """Never: a watermark wakes its clocks itself; a tick only goes on with what was too much at once."""
        return False

    def tick(self, tx: Tx, topic: str, partition: int) -> bool:
        """Clocks that a watermark woke and that did not fit its transaction. True when there are more."""
        return self.wake(tx, self.now(tx))

"""Follows the ledger while the month is played: where every case stands, what partners are about to hear, what the display counts."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from backbone.casework import LEDGER
from schakel.case import apply
from schakel.case_clocks import next_moments
from schakel.case_loop import owner_of, referrer_of
from schakel.case_state import Effect, State
from schakel.entry import Entry
from schakel.events.case import CaseEscalated
from schakel.events.chain import NonconformanceFound
from schakel.events.clock import ClockBreached, ClockReminded
from schakel.events.consent import ConsentNeeded
from schakel.events.contact import ContactPreferenceTold
from schakel.events.referral import (
    PartyInformed,
    ReferralDelivered,
    ReferralExhausted,
    ReferralReported,
    ReferralRevoked,
)
from schakel.ids import message_id
from schakel.ledger import understand
from schakel.messages import (
    Attention,
    ConsentQuestion,
    ContactPreference,
    Information,
    ReferralFeedback,
    ReferralOffered,
    ReferralWithdrawn,
    Reminder,
)
from schakel.reading import raw

_READER: dict[str, Any] = {
    "group_id": None,
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
    "max_poll_records": 5_000,
}


class LedgerTail:
    """The ledger as far as it was read. `counts` are effective events by type; `expected` the ids of messages to partners."""

    def __init__(self, connection: Mapping[str, Any]) -> None:
        self.cases: dict[str, State] = {}
        self.counts: Counter[str] = Counter()
        self.events = 0
        self.seen: set[str] = set()
        self.expected: dict[str, str] = {}
        """Message id -> partner, of every message that follows from what stands in the ledger."""
        self._consumer = KafkaConsumer(**connection, **_READER)
        found = self._consumer.partitions_for_topic(LEDGER) or set()
        self.partitions = [TopicPartition(LEDGER, number) for number in sorted(found)]
        self._consumer.assign(self.partitions)
        self._consumer.seek_to_beginning(*self.partitions)
        # On a connection of its own: a question about the end would wait behind the fetch that waits for news.
        self._asker = KafkaConsumer(**connection, **_READER)
        self._asker.assign(self.partitions)

    def close(self) -> None:
        self._consumer.close()
        self._asker.close()

    def poll(self, timeout_s: float) -> bool:
        """Read on; returns whether anything came."""
        batches = self._consumer.poll(timeout_ms=int(timeout_s * 1000))
        for records in batches.values():
            for record in records:
                self._take_in(understand(raw(record)))
        return bool(batches)

    def positions(self) -> dict[int, int]:
        """The next offset, by partition."""
        return {place.partition: self._consumer.position(place) for place in self.partitions}

    def ends(self) -> dict[tuple[str, int], int]:
        """Where the ledger's partitions end now."""
        return {(place.topic, place.partition): end for place, end in self._asker.end_offsets(self.partitions).items()}

    def due(self, until: datetime) -> list[datetime]:
        """Moments up to `until` at which a running clock wants attention, in order."""
        moments = {moment for case in self.cases.values() for _, moment in next_moments(case)[:1]}
        return sorted(moment for moment in moments if moment <= until)

    def _take_in(self, entry: Entry) -> None:
        self.events += 1
        self.seen.add(entry.id)
        case_id = entry.envelope.case
        if case_id is None:
            return
        case = self.cases.setdefault(case_id, State(id=case_id))
        effect = apply(case, entry)
        if effect in (Effect.EFFECTIVE, Effect.RECORDED):
            self.counts[type(entry.event).TYPE] += 1
        if effect is Effect.EFFECTIVE:
            for partner, message in messages_after(case, entry):
                self.expected[message] = partner


def messages_after(case: State, entry: Entry) -> Iterator[tuple[str, str]]:
    """(partner, message id) of what partners hear when this event has taken effect."""
    event = entry.event
    if isinstance(event, ConsentNeeded):
        yield event.ask, message_id(ConsentQuestion.TYPE, event.ask, entry.id)
    elif isinstance(event, ReferralDelivered):
        yield event.to, message_id(ReferralOffered.TYPE, event.to, entry.id)
    elif isinstance(event, ReferralRevoked):
        yield event.to, message_id(ReferralWithdrawn.TYPE, event.to, entry.id)
    elif isinstance(event, PartyInformed):
        yield event.to, message_id(Information.TYPE, event.to, entry.id)
    elif isinstance(event, ReferralExhausted):
        for partner in dict.fromkeys((event.tell, referrer_of(case, case.referrals[event.referral]))):
            if partner:
                yield partner, message_id(Attention.TYPE, partner, entry.id)
    elif isinstance(event, ReferralReported):
        yield event.to, message_id(ReferralFeedback.TYPE, event.to, entry.id)
    elif isinstance(event, ContactPreferenceTold):
        yield event.to, message_id(ContactPreference.TYPE, event.to, entry.id)
    elif isinstance(event, CaseEscalated) and event.owner:
        yield event.owner, message_id(Attention.TYPE, event.owner, entry.id)
    elif isinstance(event, NonconformanceFound) and (owner := owner_of(case)):
        yield owner, message_id(Attention.TYPE, owner, entry.id)
    elif isinstance(event, ClockReminded):
        yield event.to, message_id(Reminder.TYPE, event.to, entry.id)
    elif isinstance(event, ClockBreached):
        responsible = case.clocks[event.clock].responsible
        for partner in {*event.tell, *([responsible] if responsible else [])}:
            yield partner, message_id(Reminder.TYPE, partner, entry.id)

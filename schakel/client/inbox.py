"""The partner's `out` topic as its client sees it: one consumer for receipts, for messages, and for the public definitions.

Until the inbox is asked for, only receipts are of interest: reading begins where the topic ended at the connection. From then on it
goes on at the partner's acknowledged position, and what comes while somebody waits for a receipt is kept for the inbox. Only
`acknowledge` moves the position in Kafka, so whatever was not acknowledged comes again: at least once, nothing lost.
"""

import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import AuthorizationError, CommitFailedError, KafkaError, UnknownMemberIdError
from kafka.structs import OffsetAndMetadata

from schakel import codec
from schakel.client.access import FAILING_OVER, Access
from schakel.client.errors import CannotTell, ClientError, GatewayProblem, NoTopic
from schakel.client.opening import Gateway, PersonalData
from schakel.definitions import TOPIC as DEFINITIONS
from schakel.definitions import Definitions
from schakel.envelope import read_headers
from schakel.errors import SchakelError, Unreadable
from schakel.kafka_errors import BrokerAway
from schakel.messages import Message, Receipt, ReferralOffered
from schakel.reading import ReadingStalled, raw
from schakel.record import Raw

log = logging.getLogger("schakel.client")

KEPT = 5_000
"""Messages kept in memory while receipts are waited for; what comes beyond is read again later."""
REMEMBERED = 10_000
"""Ids of messages shown, so that one delivered twice is shown once."""
_RECEIPTS = 2_000
_COMMIT_EVERY_S = 0.05
_COMMIT_TIMEOUT_MS = 5_000
_SILENT_S = 10.0
_BEGIN_S = 30.0


class InboxTaken(ClientError):
    """A program that shares its work with others (a group member) reads this inbox; the position is not ours to move."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message to this partner.

    body: what it says, or None when this version cannot read it (`problem` says why; a newer client can). id: the same when a
    message is delivered twice. `open` reads what a referral points to.
    """

    id: str
    case: str | None
    type: str
    time: datetime | None
    drill: bool
    offset: int
    body: Message | None
    problem: Unreadable | None = None
    gateway: Gateway | None = field(default=None, repr=False, compare=False)

    def open(self, *scopes: str) -> PersonalData:
        """What this referral points to, now; see `schakel.client.opening.Gateway.open`."""
        if not isinstance(self.body, ReferralOffered):
            raise CannotTell(f"a message of type {self.type} points to nothing that can be read; a referral does")
        if self.gateway is None:
            raise GatewayProblem(
                "this message did not come by a connected partner's inbox; read it there, or use Gateway.open"
            )
        return self.gateway.open(self.body, *scopes)


def read(record: Raw) -> Incoming:
    """The message in a record of an `out` topic; never raises."""
    body: Message | None = None
    try:
        envelope = read_headers(record.headers)
    except Unreadable as problem:
        return Incoming(f"offset-{record.offset}", None, "unknown", None, False, record.offset, None, problem)
    about = (envelope.id, envelope.case, envelope.type, envelope.time, envelope.drill, record.offset)
    try:
        body = codec.decode_message(record.value)
    except Unreadable as problem:
        return Incoming(*about, None, problem)
    return Incoming(*about, body)


class Inbox:
    """See the module's words. Not thread-safe: one thread polls. `claim` gets each receipt and says whether somebody waited for it; `saw`
    gets it with its offset before."""

    def __init__(
        self,
        access: Access,
        topic: str,
        group: str,
        claim: Callable[[Receipt], bool],
        saw: Callable[[Receipt, int], None] = lambda receipt, offset: None,
    ) -> None:
        self.definitions = Definitions()
        self._access = access
        self._claim, self._saw = claim, saw
        self._place = TopicPartition(topic, 0)
        self._consumer = KafkaConsumer(
            **access.kafka(),
            **FAILING_OVER,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=2 * 1024 * 1024,
        )
        self._kept: deque[Incoming] = deque()
        self._shown: OrderedDict[str, None] = OrderedDict()
        self._unacknowledged: deque[int] = deque()
        self._receipts: OrderedDict[str, Receipt] = OrderedDict()
        self._reading = self._only_look = False
        self._with_receipts = False
        self._again_from: int | None = None
        self._next = 0
        self._committed: int | None = None
        self._commit_at = 0.0
        self._polled_at = self._heard_at = self._looked_at = time.monotonic()
        self._away = False
        try:
            with access.clear_errors():
                self._begin()
        except BaseException:
            self.close()
            raise

    def _begin(self) -> None:
        """Assigned, not subscribed: a restart goes on at once instead of waiting until the broker gives up the one before."""
        topics = {}
        for topic in (self._place.topic, DEFINITIONS):
            numbers = self._consumer.partitions_for_topic(topic)
            if not numbers:
                raise NoTopic(
                    f"the broker at {self._access.bootstrap} shows user {self._access.user!r} no topic {topic}; is the "
                    f"partner's name right, and has the operator of the backbone added the partner?"
                )
            topics[topic] = [TopicPartition(topic, number) for number in sorted(numbers)]
        public = topics[DEFINITIONS]
        self._consumer.assign([self._place, *public])
        self._consumer.seek_to_beginning(*public)
        ends = self._consumer.end_offsets([self._place, *public])
        self._next = ends[self._place]
        self._consumer.seek(self._place, self._next)
        # A receipt may carry a signed head: that is judged by the definitions, so nothing is taken in before they were read.
        self._consumer.pause(self._place)
        deadline = time.monotonic() + _BEGIN_S
        while any(self._consumer.position(place) < ends[place] for place in public):
            self.poll(0.2)
            if time.monotonic() > deadline:
                raise ReadingStalled(
                    f"{DEFINITIONS} could not be read to its end in {_BEGIN_S:.0f} s; is the broker well?"
                )
        self._consumer.resume(self._place)

    def close(self) -> None:
        """Leave, with what was acknowledged on record. Does not wait long for a broker that is away, and does not raise."""
        try:
            self._commit(at_once=True)
        except SchakelError as problem:
            log.warning(
                "the position of %s is not on record, so that messages come again: %s", self._place.topic, problem
            )
        self._consumer.close(timeout_ms=_COMMIT_TIMEOUT_MS)

    # --- receipts ----------------------------------------------------------------------------------------------------------

    def receipt(self, event_id: str) -> Receipt | None:
        """A receipt that came while nobody waited for it."""
        return self._receipts.pop(event_id, None)

    # --- messages ----------------------------------------------------------------------------------------------------------

    def start_reading(self, *, receipts: bool, only_look: bool) -> None:
        """From now on messages are kept: those after the acknowledged position, from the oldest when there is none.

        receipts: also those that nobody waited for. only_look: the position in Kafka stays where it is.
        """
        self._with_receipts, self._only_look = receipts, only_look
        if self._reading:
            return
        with self._access.clear_errors():
            self._committed = self._consumer.committed(self._place)
            if self._committed is None:
                self._next = self._consumer.beginning_offsets([self._place])[self._place]
            else:
                self._next = self._committed
            self._consumer.seek(self._place, self._next)
        self._reading = True

    def take(self, timeout_s: float) -> Incoming | None:
        """The next message, or None when none came in time. It counts as shown, not as acknowledged."""
        deadline = time.monotonic() + timeout_s
        while not self._kept:
            self._commit()
            if self._again_from is not None:
                self._next, self._again_from = self._again_from, None
                self._consumer.seek(self._place, self._next)
            left_s = deadline - time.monotonic()
            if left_s < 0:
                return None
            self.poll(min(left_s, 1.0))
        message = self._kept.popleft()
        self._unacknowledged.append(message.offset)
        return message

    def acknowledge(self, message: Incoming, *, at_once: bool = False) -> None:
        """This message and all shown before it are done with. at_once: on record in Kafka when this returns."""
        while self._unacknowledged and self._unacknowledged[0] <= message.offset:
            self._unacknowledged.popleft()
        if at_once or time.monotonic() - self._commit_at > _COMMIT_EVERY_S:
            self._commit(at_once=at_once)

    def poll(self, timeout_s: float) -> None:
        """Take in what has come, or what comes within `timeout_s`. Raises NotAllowed, and other errors that will not pass."""
        with self._access.clear_errors():
            batches = self._consumer.poll(timeout_ms=int(timeout_s * 1000))
        self._polled_at = time.monotonic()
        for place, records in batches.items():
            if place == self._place:
                for record in records:
                    self._take_in(raw(record))
            else:
                self.definitions.learn(raw(record) for record in records)
        self._look_whether_broker_is_there(bool(batches))

    def refresh(self) -> None:
        """Public keys may have changed since the last poll, when that was long ago."""
        if time.monotonic() - self._polled_at > _SILENT_S:
            self.poll(0.05)

    def _take_in(self, record: Raw) -> None:
        if record.offset < self._next:
            return  # fetched before we went elsewhere
        self._next = record.offset + 1
        message = read(record)
        if isinstance(message.body, Receipt):
            self._saw(message.body, record.offset)
        if isinstance(message.body, Receipt) and not self._wants(message.id, message.body):
            return
        if not self._reading or self._again_from is not None or message.id in self._shown:
            return
        if len(self._kept) >= KEPT:
            self._again_from = record.offset
            return
        self._kept.append(message)
        self._remember(message.id)

    def _wants(self, message_id: str, receipt: Receipt) -> bool:
        """Whether the receipt is also a message for the inbox."""
        if self._claim(receipt):
            self._remember(message_id)
            return False
        if receipt.about:
            self._receipts[receipt.about] = receipt
            _forget(self._receipts, _RECEIPTS)
        return self._with_receipts

    def _remember(self, message_id: str) -> None:
        self._shown[message_id] = None
        _forget(self._shown, REMEMBERED)

    # --- the position in Kafka ---------------------------------------------------------------------------------------------

    def _done_up_to(self) -> int:
        """The first offset that is not done with."""
        if self._unacknowledged:
            return self._unacknowledged[0]
        if self._kept:
            return self._kept[0].offset
        return self._next if self._again_from is None else self._again_from

    def _commit(self, *, at_once: bool = False) -> None:
        if not self._reading or self._only_look or self._done_up_to() == self._committed:
            return
        position = self._done_up_to()
        self._commit_at = time.monotonic()
        try:
            self._consumer.commit({self._place: OffsetAndMetadata(position, "", -1)}, timeout_ms=_COMMIT_TIMEOUT_MS)
            self._committed = position
        except (CommitFailedError, UnknownMemberIdError) as error:
            raise InboxTaken(
                f"another program reads {self._place.topic} as a member of the same consumer group, so that this one cannot say how far it "
                f"is; stop one of the two, or give it a group of its own"
            ) from error
        except AuthorizationError as error:
            raise self._access.meaning(error) from error
        except KafkaError as error:
            if at_once:
                raise self._access.meaning(error) from error
            log.warning(
                "position %s of %s is not yet on record (%s); it is tried again", position, self._place.topic, error
            )

    def _look_whether_broker_is_there(self, heard: bool) -> None:
        """Silence is normal; when it lasts, see whether the broker still lets us in.

        Says once that it is away, and raises what will not pass.
        """
        now = time.monotonic()
        if heard:
            self._heard_at = now
        elif now - max(self._heard_at, self._looked_at) < _SILENT_S:
            return
        self._looked_at = now
        try:
            if not heard:
                self._access.check()
            away = False
        except BrokerAway:
            away = True
        if away != self._away:
            self._away = away
            if away:
                log.warning("the broker at %s is away; waiting for it, nothing is lost", self._access.bootstrap)
            else:
                log.info("the broker at %s is back", self._access.bootstrap)


def _forget(remembered: OrderedDict[str, Any], most: int) -> None:
    """The oldest beyond `most`."""
    while len(remembered) > most:
        remembered.popitem(last=False)

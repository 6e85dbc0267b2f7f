"""The gateway's two ways to the ledger while somebody waits: it appends the request, and it waits for what it reads there.

Everything here runs in the main loop; only whether anybody waits is looked at from the thread that fetches. Waiting is for a position or an
answer that comes; nothing is asked again and again.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from backbone.kafka.connection import connection
from backbone.records import LEDGER, ledger_record
from backbone.settings import Settings
from schakel.entry import Entry
from schakel.events.data import DisclosureDenied, DisclosurePermitted

_REFERRALS_AT_HAND = 10_000
"""Some megabytes. Others are looked up."""


@dataclass(frozen=True, slots=True)
class Referral:
    """Where a reference leads: a referral, or what an auditor opened."""

    id: str
    case: str
    partition: int
    drill: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The gate's answer as it was read back, effective, at this place of the ledger."""

    event: DisclosurePermitted | DisclosureDenied
    partition: int
    offset: int


class Watch:
    """How far the ledger has been folded, where the newest references in it lead, and who waits for what. An answer is given to the one who
    waits for it, once, or to nobody."""

    def __init__(self) -> None:
        self._positions: dict[int, int] = {}
        self._askers: dict[str, asyncio.Future[Answer]] = {}
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._referrals: dict[str, Referral] = {}
        self.coming: Callable[[int, int], object] = lambda partition, offset: None
        """Called when somebody waits for an answer and one, perhaps theirs, stands at this place of the ledger, before it is folded."""

    @property
    def busy(self) -> bool:
        """Whether anybody waits."""
        return bool(self._askers or self._waiting)

    @property
    def waits_for_a_place(self) -> bool:
        """Whether anybody waits for a partition to be folded up to a place."""
        return bool(self._waiting)

    def begin(self, positions: Mapping[int, int]) -> None:
        """How far each partition had been folded when we began."""
        for partition, position in positions.items():
            self.reached(partition, position, ())

    def reached(self, partition: int, position: int, answers: Sequence[Answer]) -> None:
        """This partition is folded and committed up to `position`; these answers were among it."""
        self._positions[partition] = max(position, self._positions.get(partition, 0))
        for answer in answers:
            asker = self._askers.pop(answer.event.request, None)
            if asker is not None and not asker.done():
                asker.set_result(answer)
        left = []
        for waiting in self._waiting:
            if waiting[0] == partition and waiting[1] <= position and not waiting[2].done():
                waiting[2].set_result(None)
            elif not waiting[2].done():
                left.append(waiting)
        self._waiting = left

    def leads(self, referrals: Iterable[Referral]) -> None:
        """Where these references lead, for ever: what is read is mostly what was just proposed, and need not be looked up then."""
        for referral in referrals:
            self._referrals[referral.id] = referral
            if len(self._referrals) > _REFERRALS_AT_HAND:
                del self._referrals[next(iter(self._referrals))]

    def leads_to(self, referral_id: str) -> Referral | None:
        """Where this one leads, if it is at hand."""
        return self._referrals.get(referral_id)

    def expect(self, request: str) -> asyncio.Future[Answer]:
        """The answer to this request, once it has been read back. Ask before the request is appended."""
        asker = self._askers[request] = asyncio.get_running_loop().create_future()
        return asker

    def forget(self, request: str) -> None:
        """Nobody waits any more: an answer that comes later is given to nobody."""
        self._askers.pop(request, None)

    async def folded(self, partition: int, position: int) -> None:
        """Return when this partition has been folded up to `position`."""
        if self._positions.get(partition, 0) < position:
            reached: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append((partition, position, reached))
            await reached


class LedgerAway(Exception):
    """The ledger does not take what is appended, or does not say so in time. It may stand there all the same."""


class Appender:
    """Appends what the gateway observes, acknowledged by all replicas.

    A record that reaches the ledger twice has one id and counts once, so the producer need not number its writes.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = connection(settings.bootstrap, settings.credentials(), ca_file=settings.ca_file)
        self._producer: Any = None

    async def start(self) -> None:
        """Connect. Raises KafkaError."""
        producer = AIOKafkaProducer(**self._settings, client_id="schakel-gateway", acks="all", request_timeout_ms=5_000)
        await producer.start()
        self._producer = producer

    async def append(self, entry: Entry, partition: int, case_id: str) -> int:
        """Returns the offset at which it stands. Raises LedgerAway."""
        record = ledger_record(entry, partition, case_id)
        try:
            placed = await self._producer.send_and_wait(
                LEDGER, record.value, record.key, partition=partition, headers=list(record.headers)
            )
        except KafkaError as error:
            raise LedgerAway(type(error).__name__) from error
        return int(placed.offset)

    async def close(self) -> None:
        """Let go of the connection, whatever is still on its way."""
        if self._producer is not None:
            producer, self._producer = self._producer, None
            await producer.stop()

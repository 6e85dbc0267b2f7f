"""Questions to Kafka beside the stream of records: is it there, which topics has it, where do their logs begin and end.

One connection of its own, in the main loop. Every answer may be BrokerAway.
"""

import asyncio
import random
import uuid
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import GroupAuthorizationFailedError, KafkaError, UnknownTopicOrPartitionError, for_code
from aiokafka.protocol.coordination import FindCoordinatorRequest
from aiokafka.protocol.offset import OffsetRequest

from backbone.engine.errors import BrokerAway, Exit, Stop
from backbone.engine.processor import Place
from backbone.engine.topic_ids import TopicsRequest
from backbone.kafka.connection import connection
from backbone.settings import Settings
from schakel import kafka_errors

T = TypeVar("T")
_ANSWER_WITHIN_S = 5.0
_BEGIN, _END = -2, -1
_READ_UNCOMMITTED = 0


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as Kafka has it. leaders: the broker that leads each partition."""

    id: str
    leaders: tuple[int, ...]


class Broker:
    """See the module's words. Not to be used from another thread."""

    def __init__(self, settings: Settings) -> None:
        self.address = settings.bootstrap
        self._who = settings.credentials()
        self._settings = connection(settings.bootstrap, self._who, ca_file=settings.ca_file)
        self._client: AIOKafkaClient | None = None
        self._topics: dict[str, Topic] = {}

    async def connect(self) -> None:
        """Sign on. Raises BrokerAway, and Stop when waiting cannot help (wrong password, no Kafka at that address)."""
        await self.close()
        if self._who:
            await asyncio.to_thread(self._check_sign_on)
        client = AIOKafkaClient(**self._settings, client_id="schakel-engine", request_timeout_ms=10_000)
        try:
            await self._answered(client.bootstrap())
        except BrokerAway:
            await client.close()
            raise
        self._client = client

    async def may_join(self, group: str) -> None:
        """Raises Stop when our user may not use this consumer group: Kafka's client would only say so in its own log."""
        answer = await self._any_answers(lambda: FindCoordinatorRequest(group, 0))
        if for_code(answer.error_code) is GroupAuthorizationFailedError:
            raise Stop(
                Exit.SAYS_WHY,
                "rights",
                f"Kafka does not let {self._user} use the consumer group {group}; give each service the user that is its own",
            )

    async def has(self, names: Collection[str]) -> None:
        """Raises BrokerAway when one of these topics does not exist, or we may not know that it does."""
        if missing := set(names) - (await self.topics(names)).keys():
            raise BrokerAway(
                f"Kafka has no topic {', '.join(sorted(missing))} that {self._user} may read; make the topics with "
                "'backbone topics', and see that the user has its rights"
            )

    @property
    def _user(self) -> str:
        return f"user {self._who.username}" if self._who else "us"

    async def close(self) -> None:
        """Let go of the connection."""
        client, self._client = self._client, None
        if client:
            await client.close()

    async def topics(self, names: Collection[str]) -> Mapping[str, Topic]:
        """These topics, as far as they exist and we may see them."""
        answer = await self._any_answers(lambda: TopicsRequest(sorted(names)))
        found = {}
        for code, name, topic_id, _, partitions, *_ in answer.topics:
            if code == 0:
                leaders = {number: leader for _, number, leader, *_ in partitions}
                found[name] = Topic(
                    str(uuid.UUID(bytes=topic_id)), tuple(leaders[number] for number in sorted(leaders))
                )
        self._topics |= found
        return found

    async def log_ends(self, topics: Iterable[str]) -> Mapping[Place, int]:
        """Where the log of each partition of these topics ends: the offset that its next record will get."""
        known = await self._known(topics)
        return await self._offsets([(topic, n) for topic in known for n in range(len(known[topic].leaders))], _END)

    async def ends(self, places: Collection[Place]) -> Mapping[Place, int]:
        """The same for these partitions alone."""
        return await self._offsets(places, _END)

    async def starts(self, places: Collection[Place]) -> Mapping[Place, int]:
        """The oldest offset that each partition still has."""
        return await self._offsets(places, _BEGIN)

    async def _offsets(self, places: Collection[Place], which: int) -> Mapping[Place, int]:
        client = await self._connected()
        known = await self._known({topic for topic, _ in places})
        by_leader: dict[int, dict[str, list[tuple[int, int]]]] = {}
        for topic, partition in places:
            leader = known[topic].leaders[partition]
            by_leader.setdefault(leader, {}).setdefault(topic, []).append((partition, which))
        found: dict[Place, int] = {}
        for leader, wanted in by_leader.items():
            request = OffsetRequest(-1, _READ_UNCOMMITTED, list(wanted.items()))
            try:
                answer = await self._answered(client.send(leader, request))
            except BrokerAway:
                self._forget(wanted)  # others lead when that one is gone
                raise
            for topic, partitions in answer.topics:
                for partition, code, _, offset, *_ in partitions:
                    if code:
                        self._forget([topic])  # led by another broker now, or gone
                        raise BrokerAway(
                            f"Kafka does not tell where {topic}[{partition}] ends ({for_code(code).__name__})"
                        )
                    found[topic, partition] = offset
        return found

    async def _known(self, names: Iterable[str]) -> Mapping[str, Topic]:
        wanted = list(names)
        if missing := [name for name in wanted if name not in self._topics]:
            await self.topics(missing)
        for name in wanted:
            if name not in self._topics or -1 in self._topics[name].leaders:
                self._forget([name])
                raise BrokerAway(f"Kafka has no topic {name} with a leader for each partition that we may see")
        return {name: self._topics[name] for name in wanted}

    async def _connected(self) -> AIOKafkaClient:
        if self._client is None:
            await self.connect()
        assert self._client is not None
        return self._client

    def _forget(self, names: Iterable[str]) -> None:
        """Ask anew who leads the partitions of these."""
        for name in names:
            self._topics.pop(name, None)

    async def _any_answers(self, question: Callable[[], Any]) -> Any:
        """What the first of the brokers answers that does: one of several may be down, or stand still."""
        client = await self._connected()
        nodes = [broker.nodeId for broker in client.cluster.brokers()]
        away = BrokerAway("Kafka names no broker; is it starting?")
        for node in random.sample(nodes, len(nodes)):
            try:
                return await self._answered(client.send(node, question()))
            except BrokerAway as error:
                away = error
        raise away

    async def _answered(self, question: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                return await question
        except UnknownTopicOrPartitionError as error:
            raise BrokerAway(f"Kafka at {self.address} does not know a topic that we read; was it deleted?") from error
        except (KafkaError, OSError, TimeoutError) as error:
            raise BrokerAway(
                f"Kafka at {self.address} does not answer ({type(error).__name__}); is it running? we try again"
            ) from error

    def _check_sign_on(self) -> None:
        assert self._who
        try:
            tls = self._settings.get("ssl_context")
            kafka_errors.check_sign_on(self.address, self._who.username, self._who.password, tls=tls)
        except kafka_errors.BrokerAway as away:
            raise BrokerAway(str(away)) from away
        except kafka_errors.KafkaProblem as problem:
            raise Stop(Exit.SAYS_WHY, "sign_on", str(problem)) from problem

"""Questions to Kafka beside the stream of records: is it there, which topics has it, where do their logs begin and end.

One connection of its own, in the main loop. Every answer may be BrokerAway. A broker that stood still and wakes up may still think that it
leads: what it says of an election before the newest that we know of is not taken.
"""

import asyncio
import random
import uuid
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import GroupAuthorizationFailedError, KafkaError, UnknownTopicOrPartitionError, for_code
from aiokafka.protocol.coordination import FindCoordinatorRequest

from backbone.engine.errors import BrokerAway, Exit, Stop
from backbone.engine.log_offsets import KNOWS_OF_NO_SUCH_ELECTION, OffsetsRequest
from backbone.engine.processor import Place
from backbone.engine.topic_ids import TopicsRequest
from backbone.kafka.connection import connection
from backbone.settings import Settings
from schakel import kafka_errors

T = TypeVar("T")
_ANSWER_WITHIN_S = 5.0
_BEGIN, _END = -2, -1


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as Kafka has it. leaders: the broker that leads each partition; elections: the number of the election that made it so."""

    id: str
    leaders: tuple[int, ...]
    elections: tuple[int, ...]


class Broker:
    """See the module's words. Not to be used from another thread."""

    def __init__(self, settings: Settings) -> None:
        self.address = settings.bootstrap
        self._who = settings.credentials()
        self._settings = connection(settings.bootstrap, self._who, ca_file=settings.ca_file)
        self._client: AIOKafkaClient | None = None
        self._topics: dict[str, Topic] = {}
        self._elections: dict[str, tuple[int, ...]] = {}
        """By the id of a topic, the newest of each partition that anybody told us of."""

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
        answer = await self._any_answers(lambda: FindCoordinatorRequest(group, 0), lambda answer: answer)
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
        return await self._any_answers(lambda: TopicsRequest(sorted(names)), self._led)

    async def topics_by_most(self, names: Collection[str]) -> Mapping[str, Topic]:
        """The same by the word of more than half of the brokers: whoever was elected last, one of those knows of it."""
        client, nodes = await self._nodes()
        asked = (self._answered(client.send(node, TopicsRequest(sorted(names)))) for node in nodes)
        answers = await asyncio.gather(*asked, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, BrokerAway):
                raise answer
        told = [answer for answer in answers if not isinstance(answer, BrokerAway)]
        if len(told) * 2 <= len(nodes):
            raise BrokerAway(f"{len(told)} of {len(nodes)} brokers say who leads, more than half have to; we try again")
        for answer in told:
            with suppress(BrokerAway):  # of an election before the one that another told of
                self._led(answer)
        return {name: self._topics[name] for name in names if name in self._topics}

    def _led(self, answer: Any) -> Mapping[str, Topic]:
        """Who leads by this answer. Raises BrokerAway when somebody told us of a later election."""
        found = {}
        for code, name, topic_id, _, partitions, *_ in answer.topics:
            if code == 0:
                told = sorted((number, leader, election) for _, number, leader, election, *_ in partitions)
                leaders, elections = tuple(leader for _, leader, _ in told), tuple(election for *_, election in told)
                found[name] = Topic(str(uuid.UUID(bytes=topic_id)), leaders, elections)
        for name, topic in found.items():
            known = self._elections.get(topic.id, ())
            if any(election < newest for election, newest in zip(topic.elections, known, strict=False)):
                raise BrokerAway(f"a broker says who led {name} before the last election; we ask another")
        self._elections |= {topic.id: topic.elections for topic in found.values()}
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
        by_leader: dict[int, dict[str, list[tuple[int, int, int]]]] = {}
        for topic, partition in places:
            leader, election = known[topic].leaders[partition], known[topic].elections[partition]
            by_leader.setdefault(leader, {}).setdefault(topic, []).append((partition, election, which))
        found: dict[Place, int] = {}
        for leader, wanted in by_leader.items():
            try:
                answer = await self._answered(client.send(leader, OffsetsRequest(wanted)))
            except BrokerAway:
                self._forget(wanted)  # others lead when that one is gone
                raise
            for topic, partitions in answer.topics:
                for partition, code, _, offset, *_ in partitions:
                    if code:
                        self._forget([topic])  # led by another broker now, or gone
                        why = "who leads it was away" if code == KNOWS_OF_NO_SUCH_ELECTION else for_code(code).__name__
                        raise BrokerAway(f"Kafka does not tell where {topic}[{partition}] ends ({why})")
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

    async def _nodes(self) -> tuple[AIOKafkaClient, list[int]]:
        client = await self._connected()
        return client, [broker.nodeId for broker in client.cluster.brokers()]

    async def _any_answers(self, question: Callable[[], Any], read: Callable[[Any], T]) -> T:
        """What the first of the brokers answers that does: one of several may be down, stand still, or have stood still."""
        client, nodes = await self._nodes()
        away = BrokerAway("Kafka names no broker; is it starting?")
        for node in random.sample(nodes, len(nodes)):
            try:
                return read(await self._answered(client.send(node, question())))
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

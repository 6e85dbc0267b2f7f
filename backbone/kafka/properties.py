"""The embedded broker's settings as text: `server.properties` and its logging. Writing them down is `node`'s."""

from collections.abc import Sequence
from dataclasses import dataclass

from backbone.kafka.credentials import MECHANISM, Credentials
from backbone.kafka.topics import replicas_on

_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"
_PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"


SESSION_S = 1.5
"""A broker of several that says nothing for so long is taken for gone, and others lead what it led."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A broker's number in its cluster, and its two ports on the loopback."""

    number: int
    port: int
    controller_port: int


def server_properties(
    seat: Seat, seats: Sequence[Seat], admin: Credentials | None, session_s: float = SESSION_S
) -> str:
    """Settings of the broker on this seat; paths are relative to its working directory, so that `var/` may move.

    seats: all brokers of the cluster; each is controller too. `admin` None gives a broker without sign-on or access rules, for
    measurements only. session_s: of a broker among several.

    The controller listener takes PLAIN, on the loopback with the same random password: SCRAM users live in the metadata
    that the controller itself has yet to load.
    """
    replicas = replicas_on(len(seats))
    protocol = "SASL_PLAINTEXT" if admin else "PLAINTEXT"
    settings: dict[str, object] = {
        "process.roles": "broker,controller",
        "node.id": seat.number,
        "controller.quorum.voters": ",".join(f"{each.number}@127.0.0.1:{each.controller_port}" for each in seats),
        "listeners": f"CLIENT://127.0.0.1:{seat.port},CONTROLLER://127.0.0.1:{seat.controller_port}",
        "advertised.listeners": f"CLIENT://127.0.0.1:{seat.port}",
        "listener.security.protocol.map": f"CLIENT:{protocol},CONTROLLER:{protocol}",
        "inter.broker.listener.name": "CLIENT",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": "data",
        # Topics are made by code with explicit settings, or not at all.
        "auto.create.topics.enable": "false",
        "unclean.leader.election.enable": "false",
        "default.replication.factor": replicas.factor,
        "min.insync.replicas": replicas.min_insync,
        "offsets.topic.num.partitions": 8,
        "offsets.topic.replication.factor": replicas.factor,
        # 45 days: longer than a message stays on an `in` topic. After Kafka's own 7, all of a topic that nobody reads any more, or of a
        # group that was away, would look unread (`unread`).
        "offsets.retention.minutes": 45 * 24 * 60,
        "transaction.state.log.num.partitions": 4,
        "transaction.state.log.replication.factor": replicas.factor,
        "transaction.state.log.min.isr": replicas.min_insync,
        "share.coordinator.state.topic.num.partitions": 4,
        "share.coordinator.state.topic.replication.factor": replicas.factor,
        "share.coordinator.state.topic.min.isr": replicas.min_insync,
        # A killed worker's partitions move after its session: 6 s with the engine's setting, less in a test.
        "group.min.session.timeout.ms": 2_000,
        "group.initial.rebalance.delay.ms": 0,
        # After kill -9 the controller waits for the dead broker's session before it admits the new one (default: 9 s).
        "broker.session.timeout.ms": 3_000,
        "broker.heartbeat.interval.ms": 500,
        # Small: one machine, tens of connections. The cleaner alone would take 128 MB of heap.
        "num.network.threads": 2,
        "num.io.threads": 4,
        "background.threads": 4,
        "num.recovery.threads.per.data.dir": 2,
        "log.cleaner.dedupe.buffer.size": 8 * 1024 * 1024,
    }
    if len(seats) > 1:
        settings |= _failing_over(seat, session_s)
    if admin:
        settings |= _sign_on(admin)
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def _failing_over(seat: Seat, session_s: float) -> dict[str, object]:
    """How soon others take over from a broker among several.

    A partner waits at most for both: a new controller (an election for nothing costs a tenth of a second), which then finds out who else
    is missing. Kafka's own times (2, 9 and 30 s) are for networks between data centres. Two that miss the controller at the same moment
    would each vote for themselves, and begin anew a second later: so the seats lose patience one after the other.
    """
    return {
        "controller.quorum.fetch.timeout.ms": int(session_s * (500 + 150 * (seat.number - 1))),
        "controller.quorum.election.timeout.ms": 500,
        "controller.quorum.election.backoff.max.ms": 300,
        "broker.session.timeout.ms": int(session_s * 1_000),
        "broker.heartbeat.interval.ms": 300,
        "replica.lag.time.max.ms": 10_000,
        # A copy that asks a leader which has yet to hear that it leads: until it asks again, nobody is told where the partition ends.
        "replica.fetch.backoff.ms": 100,
    }


def _sign_on(admin: Credentials) -> dict[str, object]:
    """Passwords on both listeners, and nothing allowed that no rule allows."""
    user = f'username="{admin.username}" password="{admin.password}"'
    return {
        "sasl.mechanism.inter.broker.protocol": MECHANISM,
        "sasl.mechanism.controller.protocol": "PLAIN",
        "listener.name.client.sasl.enabled.mechanisms": MECHANISM,
        "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
        f"listener.name.client.{MECHANISM.lower()}.sasl.jaas.config": f"{_SCRAM} required {user};",
        "listener.name.controller.plain.sasl.jaas.config": (
            f'{_PLAIN} required {user} user_{admin.username}="{admin.password}";'
        ),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:{admin.username}",
        "allow.everyone.if.no.acl.found": "false",
    }


# The denials of the authorizer go to a file of their own: with ACLs in force they are what an operator looks for.
LOG4J = """\
status = error
appender.server.type = RollingFile
appender.server.name = server
appender.server.fileName = log/server.log
appender.server.filePattern = log/server.%i.log
appender.server.layout.type = PatternLayout
appender.server.layout.pattern = %d{yyyy-MM-dd'T'HH:mm:ss.SSSX}{UTC} %p %m (%c{1})%n
appender.server.policies.type = Policies
appender.server.policies.size.type = SizeBasedTriggeringPolicy
appender.server.policies.size.size = 10MB
appender.server.strategy.type = DefaultRolloverStrategy
appender.server.strategy.max = 3
appender.denied.type = RollingFile
appender.denied.name = denied
appender.denied.fileName = log/denied.log
appender.denied.filePattern = log/denied.%i.log
appender.denied.layout.type = PatternLayout
appender.denied.layout.pattern = %d{yyyy-MM-dd'T'HH:mm:ss.SSSX}{UTC} %p %m%n
appender.denied.policies.type = Policies
appender.denied.policies.size.type = SizeBasedTriggeringPolicy
appender.denied.policies.size.size = 10MB
appender.denied.strategy.type = DefaultRolloverStrategy
appender.denied.strategy.max = 3
rootLogger.level = info
rootLogger.appenderRef.server.ref = server
logger.authorizer.name = kafka.authorizer.logger
logger.authorizer.level = info
logger.authorizer.additivity = false
logger.authorizer.appenderRef.denied.ref = denied
"""

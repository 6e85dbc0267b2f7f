"""Every number that the engine of a service shows at `/metrics`, with its meaning.

Labels are topics, partitions and words from fixed lists: never a case, a person, an offset. What a service counts of its own
is in that service.
"""

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]
_PLACE = ("topic", "partition")

RECORDS = Counter("schakel_records_processed", "Records whose transaction was committed; each is counted once.", _PLACE)
TRANSACTION_SECONDS = Histogram(
    "schakel_transaction_seconds",
    "Time of one SQL transaction over a batch, with everything the processor did in it.",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
TRANSACTION_RECORDS = Histogram(
    "schakel_transaction_records",
    "Records in one SQL transaction: small when idle, large when catching up.",
    buckets=(1, 2, 5, 10, 50, 100, 500, 1_000, 5_000, 20_000),
)
LAG = Gauge(
    "schakel_lag_records",
    "Log end minus the checkpoint in the database, of partitions this worker holds; the lag of the Kafka group is only a hint.",
    _PLACE,
)
LAG_SECONDS = Gauge(
    "schakel_lag_seconds",
    "How long the oldest record that is not handled yet has been waiting, of partitions this worker holds.",
    _PLACE,
)
REBUILDING = Gauge("schakel_rebuilding_partitions", "Partitions whose history this worker is reading anew.")
PUBLISHED = Counter("schakel_records_published", "Records of the outbox that Kafka has acknowledged.")
PUBLISH_FAILURES = Counter("schakel_publish_failures", "Times that publishing had to be tried again.")
PUBLISH_SECONDS = Histogram(
    "schakel_publish_seconds",
    "Time until Kafka acknowledged what one round took out of the outbox, with every further attempt.",
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
OUTBOX = Gauge(
    "schakel_outbox_records", "Records in the outbox, of all workers of the service; some may be published already."
)
PARKED = Gauge("schakel_parked_records", "Records put aside for an operator, of all workers of the service.")
HELD = Gauge("schakel_held_partitions", "Partitions that wait for the checkpoint of another, or for their next turn.")
REBALANCES = Counter("schakel_rebalances", "Times that this worker was given partitions.")
READY = Gauge("schakel_ready", "1 when the worker has caught up and nothing is away, else 0.")
AWAY = Counter("schakel_away", "Times that something this worker needs was found to be away.", ("what",))
STOPS = Counter("schakel_stops", "Ends of this process by its own decision, by reason.", ("reason",))
REACHABLE = Gauge(
    "schakel_reachable",
    "1 when this worker reached it the last time it tried, else 0: the broker, the database, the outbox, the topics, the keys.",
    ("what",),
)

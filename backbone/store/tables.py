"""The tables that every service has. Alembic's migrations create them; a test holds the two side by side."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("topic", String(120), primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("next_offset", BigInteger, nullable=False),
    Column("topic_id", String(36)),
    Column("digest", String(64)),
    Column("rebuilding", Boolean, nullable=False),
    Column("rebuild_to", BigInteger, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("cause_topic", String(120), nullable=False),
    Column("cause_partition", Integer, nullable=False),
    Column("topic", String(120), nullable=False),
    Column("partition", Integer),
    Column("key", LargeBinary),
    Column("value", LargeBinary, nullable=False),
    Column("headers", LargeBinary, nullable=False),
    Index("outbox_cause", "cause_topic", "cause_partition", "seq"),
)

snapshot = Table(
    "snapshot",
    metadata,
    Column("case_id", String(64), primary_key=True),
    Column("partition", Integer, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Index("snapshot_partition", "partition", "case_id"),
)

timer = Table(
    "timer",
    metadata,
    Column("case_id", String(64), primary_key=True),
    Column("name", String(80), primary_key=True),
    Column("partition", Integer, nullable=False),
    Column("due_at_ms", BigInteger, nullable=False),
    Index("timer_due", "partition", "due_at_ms"),
)

parked = Table(
    "parked",
    metadata,
    Column("partition", Integer, primary_key=True),
    Column("offset", BigInteger, primary_key=True),
    Column("case_id", String(64), nullable=False, index=True),
    Column("topic", String(120), nullable=False),
    Column("timestamp_ms", BigInteger, nullable=False),
    Column("key", LargeBinary),
    Column("value", LargeBinary),
    Column("headers", LargeBinary, nullable=False),
    Column("reason", Text, nullable=False),
    Column("parked_at", String(40), nullable=False),
)

note = Table(
    "note",
    metadata,
    Column("name", String(160), primary_key=True),
    Column("value", Text, nullable=False),
)
"""Small facts of a service: the newest watermark, how far a reconcile has come."""

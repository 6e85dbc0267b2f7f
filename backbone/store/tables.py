"""The tables that every service has. Alembic's migrations create them; a test holds the two side by side."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()
NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""A big integer that SQLite, too, counts up by itself."""

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("topic", String(249), nullable=False),
    Column("partition", Integer, nullable=False),
    Column("next_offset", BigInteger, nullable=False),
    Column("topic_id", String(36), nullable=False),
    Column("digest", LargeBinary),
    Column("rebuild_until", BigInteger),
    Column("outbox_seq", BigInteger, nullable=False),
    UniqueConstraint("topic", "partition", name="checkpoint_place"),
)
"""How far the service has come: a row a partition, locked by whoever works on that partition."""

outbox = Table(
    "outbox",
    metadata,
    Column("checkpoint_id", Integer, ForeignKey("checkpoint.id"), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("records", Integer, nullable=False),
    Column("packed", LargeBinary, nullable=False),
)
"""What is to be published: a row per thousand records, since one row a record costs more than all the rest together."""

snapshot = Table(
    "snapshot",
    metadata,
    Column("case_id", String(64), primary_key=True),
    Column("partition", Integer, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Index("snapshot_partition", "partition", "case_id"),
)
"""The newest state of each case; `partition` is the ledger's."""

timer = Table(
    "timer",
    metadata,
    Column("case_id", String(64), primary_key=True),
    Column("name", String(80), primary_key=True),
    Column("partition", Integer, nullable=False),
    Column("due_at_ms", BigInteger, nullable=False),
    Index("timer_due", "partition", "due_at_ms"),
)
"""An index of the moments at which a case wants attention; they follow from the case's state."""

parked = Table(
    "parked",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("topic", String(249), nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("case_id", String(64), nullable=False),
    Column("timestamp_ms", BigInteger, nullable=False),
    Column("key", LargeBinary),
    Column("value", LargeBinary),
    Column("headers", LargeBinary, nullable=False),
    Column("reason", Text, nullable=False),
    Column("retry", Boolean, nullable=False),
    UniqueConstraint("topic", "partition", "offset", name="parked_place"),
    Index("parked_case", "case_id"),
)
"""Records that wait: made by a newer version, or met by a fault of the machinery."""

note = Table(
    "note",
    metadata,
    Column("name", String(160), primary_key=True),
    Column("value", Text, nullable=False),
)
"""Small facts of a service: the newest watermark, how far a reconcile has come."""

"""The tables that every service has."""

import sqlalchemy as sa
from alembic import op

revision = "0001_shared_tables"
down_revision = None
branch_labels = ("shared",)
depends_on = None


def upgrade() -> None:
    """Position, outbox, snapshots, timers, parked records and notes."""
    op.create_table(
        "checkpoint",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("topic", sa.String(249), nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("next_offset", sa.BigInteger, nullable=False),
        sa.Column("topic_id", sa.String(36), nullable=False),
        sa.Column("digest", sa.LargeBinary),
        sa.Column("rebuild_until", sa.BigInteger),
        sa.Column("outbox_seq", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("topic", "partition", name="checkpoint_place"),
    )
    op.create_table(
        "outbox",
        sa.Column("checkpoint_id", sa.Integer, sa.ForeignKey("checkpoint.id"), primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True),
        sa.Column("records", sa.Integer, nullable=False),
        sa.Column("packed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "snapshot",
        sa.Column("case_id", sa.String(64), primary_key=True),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
    )
    op.create_index("snapshot_partition", "snapshot", ["partition", "case_id"])
    op.create_table(
        "timer",
        sa.Column("case_id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("due_at_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("timer_due", "timer", ["partition", "due_at_ms"])
    op.create_table(
        "parked",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("topic", sa.String(249), nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("timestamp_ms", sa.BigInteger, nullable=False),
        sa.Column("key", sa.LargeBinary),
        sa.Column("value", sa.LargeBinary),
        sa.Column("headers", sa.LargeBinary, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("retry", sa.Boolean, nullable=False),
        sa.UniqueConstraint("topic", "partition", "offset", name="parked_place"),
    )
    op.create_index("parked_case", "parked", ["case_id"])
    op.create_table(
        "note",
        sa.Column("name", sa.String(160), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )

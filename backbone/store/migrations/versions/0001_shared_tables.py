"""The tables that every service has."""

import sqlalchemy as sa
from alembic import op

revision = "0001_shared_tables"
down_revision = None
branch_labels = ("shared",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checkpoint",
        sa.Column("topic", sa.String(120), primary_key=True),
        sa.Column("partition", sa.Integer, primary_key=True),
        sa.Column("next_offset", sa.BigInteger, nullable=False),
        sa.Column("topic_id", sa.String(36)),
        sa.Column("digest", sa.String(64)),
        sa.Column("rebuilding", sa.Boolean, nullable=False),
        sa.Column("rebuild_to", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("cause_topic", sa.String(120), nullable=False),
        sa.Column("cause_partition", sa.Integer, nullable=False),
        sa.Column("topic", sa.String(120), nullable=False),
        sa.Column("partition", sa.Integer),
        sa.Column("key", sa.LargeBinary),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("headers", sa.LargeBinary, nullable=False),
    )
    op.create_index("outbox_cause", "outbox", ["cause_topic", "cause_partition", "seq"])
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
        sa.Column("partition", sa.Integer, primary_key=True),
        sa.Column("offset", sa.BigInteger, primary_key=True),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("topic", sa.String(120), nullable=False),
        sa.Column("timestamp_ms", sa.BigInteger, nullable=False),
        sa.Column("key", sa.LargeBinary),
        sa.Column("value", sa.LargeBinary),
        sa.Column("headers", sa.LargeBinary, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("parked_at", sa.String(40), nullable=False),
    )
    op.create_index("ix_parked_case_id", "parked", ["case_id"])
    op.create_table(
        "note",
        sa.Column("name", sa.String(160), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )

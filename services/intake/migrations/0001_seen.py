"""The memory of which messages were let in, and where they landed."""

import sqlalchemy as sa
from alembic import op

revision = "intake_0001_seen"
down_revision = None
branch_labels = ("intake",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "seen",
        sa.Column("id", sa.String(80), primary_key=True),
        sa.Column("source", sa.String(128), primary_key=True),
        sa.Column("case_id", sa.String(36)),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("ledger_partition", sa.Integer),
        sa.Column("ledger_offset", sa.BigInteger),
    )

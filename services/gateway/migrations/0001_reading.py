"""Where a reference leads, and what is sealed there."""

import sqlalchemy as sa
from alembic import op

revision = "gateway_0001_reading"
down_revision = None
branch_labels = ("gateway",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "referral",
        sa.Column("referral_id", sa.String(80), primary_key=True),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("drill", sa.Boolean, nullable=False),
    )
    op.create_table(
        "sealed",
        sa.Column("case_id", sa.String(36), primary_key=True),
        sa.Column("field", sa.String(32), primary_key=True),
        sa.Column("event_id", sa.String(80), nullable=False),
        sa.Column("event_type", sa.String(60), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )

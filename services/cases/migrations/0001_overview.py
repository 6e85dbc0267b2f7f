"""One row a case, for lists and counts."""

import sqlalchemy as sa
from alembic import op

revision = "cases_0001_overview"
down_revision = None
branch_labels = ("cases",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "overview",
        sa.Column("case_id", sa.String(36), primary_key=True),
        sa.Column("chain", sa.String(60), index=True),
        sa.Column("municipality", sa.String(60)),
        sa.Column("district", sa.String(60), index=True),
        sa.Column("status", sa.String(12), nullable=False, index=True),
        sa.Column("door", sa.String(42), index=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), index=True),
        sa.Column("identity", sa.String(20)),
        sa.Column("place_type", sa.String(24)),
        sa.Column("natures", sa.Text, nullable=False),
        sa.Column("grounds", sa.Text, nullable=False),
        sa.Column("waiting_referrals", sa.BigInteger, nullable=False),
        sa.Column("running_clocks", sa.BigInteger, nullable=False),
        sa.Column("breached_clocks", sa.BigInteger, nullable=False),
        sa.Column("events", sa.BigInteger, nullable=False),
        sa.Column("drill", sa.Boolean, nullable=False),
        sa.Column("history", sa.Boolean, nullable=False),
    )

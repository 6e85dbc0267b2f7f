"""How many clocks, referrals and cases stand where, and how often what happened: for metrics."""

import sqlalchemy as sa
from alembic import op

revision = "cases_0003_tally"
down_revision = "cases_0002_open_items"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tally",
        sa.Column("partition", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(250), primary_key=True),
        sa.Column("n", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "tallied",
        sa.Column("case_id", sa.String(64), primary_key=True),
        sa.Column("names", sa.Text, nullable=False),
    )

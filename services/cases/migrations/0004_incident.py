"""What each case counts as in an overview when no other is about its incident."""

import sqlalchemy as sa
from alembic import op

revision = "cases_0004_incident"
down_revision = "cases_0003_tally"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incident",
        sa.Column("case_id", sa.String(64), primary_key=True),
        sa.Column("reported_at_us", sa.BigInteger),
        sa.Column("district", sa.String(60)),
        sa.Column("words", sa.Text),
        sa.Column("linked", sa.Text, nullable=False),
    )

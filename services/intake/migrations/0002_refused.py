"""Which messages were refused before the database was lost."""

import sqlalchemy as sa
from alembic import op

revision = "intake_0002_refused"
down_revision = "intake_0001_seen"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refused",
        sa.Column("topic", sa.String(249), primary_key=True),
        sa.Column("offset", sa.BigInteger, primary_key=True),
    )

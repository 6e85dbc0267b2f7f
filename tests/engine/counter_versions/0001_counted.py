"""What the counter keeps: every offset that it was given, each time that it was."""

import sqlalchemy as sa
from alembic import op

revision = "0001_counted"
down_revision = None
branch_labels = ("counter",)
depends_on = None


def upgrade() -> None:
    """No key on purpose: an offset that is counted twice has to show."""
    op.create_table(
        "counted",
        sa.Column("topic", sa.String(249), nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
    )

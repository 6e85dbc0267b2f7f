"""One row for each thing that is open on a desk."""

import sqlalchemy as sa
from alembic import op

revision = "cases_0002_open_items"
down_revision = "cases_0001_overview"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "open_item",
        sa.Column("case_id", sa.String(36), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("chain", sa.String(60), nullable=False, index=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("who", sa.String(42), index=True),
        sa.Column("since", sa.DateTime(timezone=True)),
        sa.Column("drill", sa.Boolean, nullable=False),
    )

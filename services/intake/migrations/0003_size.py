"""How large a message was that has been let in and not been read back, for the operators' record should it have to be refused after all."""

import sqlalchemy as sa
from alembic import op

revision = "intake_0003_size"
down_revision = "intake_0002_refused"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("seen", sa.Column("size_bytes", sa.Integer))

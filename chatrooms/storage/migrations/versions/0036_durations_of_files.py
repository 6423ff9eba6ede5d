"""Durations of files"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("files", sa.Column("duration", sa.Float(), nullable=True, comment="in seconds, as the client said"))

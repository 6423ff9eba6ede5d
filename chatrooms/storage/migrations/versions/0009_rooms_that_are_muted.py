"""Rooms that are muted"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("members", sa.Column("muted", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column(
        "members",
        sa.Column("muted_until", sa.String(length=24), comment="when a job ends it; null if the person does"),
    )

"""Conversations that strangers began and their people have not accepted"""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "members",
        sa.Column(
            "request",
            sa.String(length=8),
            nullable=True,
            comment="of a stranger to this person, who has not accepted; see pipeline.requests",
        ),
    )

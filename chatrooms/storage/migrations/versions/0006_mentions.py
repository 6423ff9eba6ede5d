"""Mentions

Messages of before mention nobody.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mentions",
        sa.Column("message", sa.String(length=36), nullable=False),
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_mentions_message")),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_mentions_username")),
        sa.PrimaryKeyConstraint("message", "username", name=op.f("pk_mentions")),
    )

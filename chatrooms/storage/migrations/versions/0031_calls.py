"""Messages that mention all members of a room, or those who are online"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calls",
        sa.Column("message", sa.String(length=36), nullable=False),
        sa.Column("whom", sa.String(length=4), nullable=False),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_calls_message")),
        sa.PrimaryKeyConstraint("message", name=op.f("pk_calls")),
    )

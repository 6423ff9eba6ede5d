"""Conversations that are closed"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "closed",
                sa.Boolean(),
                server_default=sa.false(),
                nullable=False,
                comment="the person has taken the conversation off their list",
            )
        )
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("ix_members_username_room", "members", ["username", "room"])

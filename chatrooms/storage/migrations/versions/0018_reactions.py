"""Reactions"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reactions",
        sa.Column(
            "key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="in the order of reacting",
        ),
        sa.Column("message", sa.String(length=36), nullable=False),
        sa.Column("emoji", sa.String(length=20), nullable=False),
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_reactions_message")),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_reactions_username")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_reactions")),
        sa.UniqueConstraint("message", "username", "emoji", name=op.f("uq_reactions_message_username_emoji")),
    )
    op.create_index(op.f("ix_reactions_message_emoji_key"), "reactions", ["message", "emoji", "key"])
    op.create_table(
        "reacted",
        sa.Column("message", sa.String(length=36), nullable=False),
        sa.Column("reactions", sa.JSON(), nullable=False, comment="as clients receive them"),
        sa.Column(
            "quiet_until", sa.String(length=24), nullable=False, server_default="", comment="when it may be sent again"
        ),
        sa.Column(
            "waiting",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="for that, since the last reaction",
        ),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_reacted_message")),
        sa.PrimaryKeyConstraint("message", name=op.f("pk_reacted")),
    )

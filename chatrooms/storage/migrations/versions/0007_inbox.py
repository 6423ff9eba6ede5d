"""The inbox of each person"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("room", sa.String(length=400), nullable=False),
        sa.Column("message", sa.String(length=36)),
        sa.Column("seq", sa.Integer(), comment="of the message"),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.Column("read", sa.Boolean(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False, comment="it no longer concerns the person"),
        sa.Column("born", sa.Integer(), nullable=False, comment="the rev at which it was added"),
        sa.Column("rev", sa.Integer(), nullable=False, comment="of the person's own room"),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_inbox_username")),
        sa.ForeignKeyConstraint(["room"], ["rooms.name"], name=op.f("fk_inbox_room")),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_inbox_message")),
        sa.ForeignKeyConstraint(["by"], ["users.username"], name=op.f("fk_inbox_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("message", "username", "kind", "by", name=op.f("uq_inbox_message_username_kind_by")),
    )
    op.create_index(op.f("ix_inbox_username_rev"), "inbox", ["username", "rev"])
    op.create_index(op.f("ix_inbox_username_id"), "inbox", ["username", "id"])
    op.create_index(op.f("ix_inbox_username_room_seq"), "inbox", ["username", "room", "seq"])

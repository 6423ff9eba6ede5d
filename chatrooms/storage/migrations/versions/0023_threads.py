"""Threads"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "threads",
        sa.Column("message", sa.String(length=36), nullable=False),
        sa.Column("room", sa.String(length=400), nullable=False, comment="the thread"),
        sa.Column("replies", sa.Integer(), nullable=False, comment="without deleted ones"),
        sa.Column("last_at", sa.String(length=24), nullable=False, comment="when the newest of them was posted"),
        sa.Column("people", sa.JSON(), nullable=False, comment="the first who replied"),
        sa.Column(
            "quiet_until", sa.String(length=24), nullable=False, server_default="", comment="when it may be sent again"
        ),
        sa.Column(
            "waiting", sa.Boolean(), nullable=False, server_default=sa.false(), comment="for that, since the last reply"
        ),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_threads_message")),
        sa.ForeignKeyConstraint(["room"], ["rooms.name"], name=op.f("fk_threads_room")),
        sa.PrimaryKeyConstraint("message", name=op.f("pk_threads")),
        sa.UniqueConstraint("room", name=op.f("uq_threads_room")),
    )
    op.create_table(
        "follows",
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column("room", sa.String(length=400), nullable=False, comment="the thread"),
        sa.Column("message", sa.String(length=36), nullable=False, comment="that the thread is under"),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False, comment="of the person's own room"),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_follows_username")),
        sa.ForeignKeyConstraint(["room"], ["rooms.name"], name=op.f("fk_follows_room")),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_follows_message")),
        sa.PrimaryKeyConstraint("username", "room", name=op.f("pk_follows")),
    )
    op.create_index(op.f("ix_follows_username_rev"), "follows", ["username", "rev"])
    op.create_index(op.f("ix_follows_room_gone"), "follows", ["room", "gone"])

"""Bookmarks"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bookmarks",
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column("message", sa.String(length=36), nullable=False),
        sa.Column("room", sa.String(length=400), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False, comment="of the message"),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False, comment="of the person's own room"),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_bookmarks_username")),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_bookmarks_message")),
        sa.ForeignKeyConstraint(["room"], ["rooms.name"], name=op.f("fk_bookmarks_room")),
        sa.PrimaryKeyConstraint("username", "message", name=op.f("pk_bookmarks")),
    )
    op.create_index(op.f("ix_bookmarks_username_rev"), "bookmarks", ["username", "rev"])

"""Pinned messages"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pins",
        sa.Column("message", sa.String(length=36), nullable=False),
        sa.Column("room", sa.String(length=400), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_pins_message")),
        sa.ForeignKeyConstraint(["room"], ["rooms.name"], name=op.f("fk_pins_room")),
        sa.ForeignKeyConstraint(["by"], ["users.username"], name=op.f("fk_pins_by")),
        sa.PrimaryKeyConstraint("message", name=op.f("pk_pins")),
    )
    op.create_index(op.f("ix_pins_room_at"), "pins", ["room", "at"])

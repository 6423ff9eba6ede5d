"""What members may do in a room, and how often"""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

WHO = sa.String(length=10)


def upgrade() -> None:
    op.add_column(
        "rooms",
        sa.Column("posting", WHO, nullable=False, server_default="members", comment="who can, as the next three"),
    )
    op.add_column("rooms", sa.Column("threading", WHO, nullable=False, server_default="members"))
    op.add_column("rooms", sa.Column("inviting", WHO, nullable=False, server_default="members"))
    op.add_column("rooms", sa.Column("calling", WHO, nullable=False, server_default="moderators"))
    slow = sa.Column(
        "slow",
        sa.Integer(),
        nullable=False,
        server_default="0",
        comment="seconds between two messages of a member",
    )
    op.add_column("rooms", slow)
    rooms = sa.table("rooms", sa.column("access"), sa.column("inviting"))
    op.execute(sa.update(rooms).where(rooms.c.access == "private").values(inviting="moderators"))

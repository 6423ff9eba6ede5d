"""Follows know who caused them, so that others' cost nobody their own; all of before count as the person's own

Profiles have a version, which others see instead of the rev of the person's own room. It goes on from that one, because
clients keep what is newer.
"""

import sqlalchemy as sa
from alembic import op

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None

users = sa.table("users", sa.column("rev"), sa.column("version"))


def upgrade() -> None:
    op.add_column(
        "follows", sa.Column("by", sa.String(length=32), nullable=True, comment="who caused it; null if the person did")
    )
    op.add_column(
        "users",
        sa.Column(
            "version",
            sa.Integer(),
            nullable=False,
            server_default="1",
            comment="of the profile: others see it as rev",
        ),
    )
    op.execute(sa.update(users).values(version=users.c.rev))

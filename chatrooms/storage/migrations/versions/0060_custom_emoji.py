"""Emoji of the server"""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "custom_emoji",
        sa.Column("name", sa.String(length=18), nullable=False),
        sa.Column("picture", sa.String(length=36), nullable=False, comment="the id of the file"),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["users.username"], name=op.f("fk_custom_emoji_by")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_custom_emoji")),
    )

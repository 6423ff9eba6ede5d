"""People whom others have blocked"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "blocks",
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column("blocked", sa.String(length=32), nullable=False),
        sa.Column("pair", sa.String(length=65), nullable=False, comment="the conversation of the two"),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False, comment="of the person's own room"),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_blocks_username")),
        sa.ForeignKeyConstraint(["blocked"], ["users.username"], name=op.f("fk_blocks_blocked")),
        sa.PrimaryKeyConstraint("username", "blocked", name=op.f("pk_blocks")),
    )
    op.create_index(op.f("ix_blocks_username_rev"), "blocks", ["username", "rev"])
    op.create_index(op.f("ix_blocks_pair"), "blocks", ["pair"])

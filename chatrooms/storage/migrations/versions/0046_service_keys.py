"""Service keys"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_keys",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("commands", sa.JSON(), nullable=False, comment="names of commands, and of groups of them"),
        sa.Column("rooms", sa.JSON(), nullable=True, comment="null for all"),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("expires_at", sa.String(length=24), nullable=True),
        sa.Column("used_at", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_service_keys_username")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_keys")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_service_keys_token_hash")),
    )
    op.create_index(op.f("ix_service_keys_username"), "service_keys", ["username"])

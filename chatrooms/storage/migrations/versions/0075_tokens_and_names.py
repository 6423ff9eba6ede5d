"""Tokens of suspended people have a table of their own, as have names that are free; members say if they have left

They were rows of sessions with a mark instead of the last ten digits of their hash, so that they cannot be moved: who
was suspended before is a stranger to the server, as those are whose session has ended.
"""

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None

sessions = sa.table("sessions", sa.column("token_hash"))


def upgrade() -> None:
    op.create_table(
        "suspended_tokens",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_suspended_tokens_username")),
        sa.PrimaryKeyConstraint("token_hash", "username", name=op.f("pk_suspended_tokens")),
    )
    op.create_index(op.f("ix_suspended_tokens_username"), "suspended_tokens", ["username"])
    op.create_table(
        "free_names",
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column(
            "sure", sa.Boolean(), nullable=False, comment="it was found twice, and nobody has signed in meanwhile"
        ),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_free_names_username")),
        sa.PrimaryKeyConstraint("username", name=op.f("pk_free_names")),
    )
    op.add_column(
        "members",
        sa.Column(
            "left",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="by themselves, so that nobody brings them back",
        ),
    )
    op.execute(sa.delete(sessions).where(sessions.c.token_hash.startswith("suspended ")))

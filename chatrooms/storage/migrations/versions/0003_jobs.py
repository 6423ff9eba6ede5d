"""Jobs"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False, comment="one job of a kind and key is enqueued once"),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("due_at", sa.String(length=24), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="failed ones"),
        sa.Column("done_at", sa.String(length=24)),
        sa.Column("failure", sa.String(length=100), comment="the type of the last error, if the job was given up"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_jobs_kind_key")),
    )
    op.create_index(op.f("ix_jobs_done_at_due_at"), "jobs", ["done_at", "due_at"])

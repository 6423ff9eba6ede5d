"""Facts about the database"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "facts",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False, comment="1: there is one row"),
        sa.Column(
            "instance", sa.String(length=16), nullable=False, comment="tells this chat from others on the same host"
        ),
        sa.Column("epoch", sa.String(length=32), nullable=False, comment="another one after a backup was put back"),
        sa.Column(
            "ran_at", sa.String(length=24), nullable=False, comment="when a server was last known to run, by its clock"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facts")),
    )

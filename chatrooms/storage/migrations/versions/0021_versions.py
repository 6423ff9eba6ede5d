"""Earlier texts of messages"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "versions",
        sa.Column("message", sa.String(length=36), nullable=False),
        sa.Column("at", sa.String(length=24), nullable=False, comment="when the message got this text"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_versions_message")),
        sa.PrimaryKeyConstraint("message", "at", name=op.f("pk_versions")),
    )

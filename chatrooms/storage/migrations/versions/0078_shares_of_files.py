"""Files count for shares of the space, and say when their uploads made progress; previews are kept by tenant"""

import sqlalchemy as sa
from alembic import op

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "files",
        sa.Column("progress_at", sa.String(length=24), comment="when bytes came last that count; null if none did"),
    )
    op.add_column(
        "files",
        sa.Column(
            "shares",
            sa.Text(),
            nullable=False,
            server_default="",
            comment="for which it counts, see files.shares",
        ),
    )
    op.add_column(
        "preview_pages",
        sa.Column(
            "tenant",
            sa.String(length=64),
            nullable=False,
            server_default="",
            comment="whose people can be shown it",
        ),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(
            "file_usage",
            "username",
            comment="empty for all people together; with a slash, a share, see files.shares",
            existing_comment="empty for all people together",
        )

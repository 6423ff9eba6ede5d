"""Pictures of previews count for those because of whom they are stored"""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "preview_pages",
        sa.Column(
            "counts_for",
            sa.Text(),
            nullable=False,
            server_default="",
            comment="whose space its picture takes, see pipeline.shares",
        ),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table, column, comment in (
            ("file_usage", "username", "empty for all people together; with a slash, a share, see"),
            ("files", "shares", "for which it counts, see"),
        ):
            now, before = f"{comment} pipeline.shares", f"{comment} files.shares"
            op.alter_column(table, column, comment=now, existing_comment=before)

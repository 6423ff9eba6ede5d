"""An index of unread items in inboxes"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    inbox = sa.table("inbox", sa.column("read", sa.Boolean), sa.column("gone", sa.Boolean))
    is_unread = sa.and_(inbox.c.read.is_(False), inbox.c.gone.is_(False))
    op.create_index(
        op.f("ix_inbox_unread"), "inbox", ["username", "id"], sqlite_where=is_unread, postgresql_where=is_unread
    )

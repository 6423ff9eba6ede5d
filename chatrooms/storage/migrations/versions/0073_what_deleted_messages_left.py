"""Deleted messages leave no pins, and no bookmarks: a job removes these"""

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None

messages = sa.table("messages", sa.column("id"), sa.column("deleted", sa.Boolean()))
pins = sa.table("pins", sa.column("message"))
bookmarks = sa.table("bookmarks", sa.column("message"), sa.column("gone", sa.Boolean()))
jobs = sa.table(
    "jobs",
    sa.column("kind"),
    sa.column("key"),
    sa.column("data", sa.JSON()),
    sa.column("due_at"),
    sa.column("attempts", sa.Integer()),
)


def upgrade() -> None:
    op.create_index(op.f("ix_bookmarks_message"), "bookmarks", ["message"])
    deleted = sa.select(messages.c.id).where(messages.c.deleted.is_(True))
    op.execute(sa.delete(pins).where(pins.c.message.in_(deleted)))
    marked = sa.select(bookmarks.c.message).where(bookmarks.c.gone.is_(False), bookmarks.c.message.in_(deleted))
    job = {"kind": "bookmarks.forget", "data": None, "due_at": "2000-01-01T00:00:00.000Z", "attempts": 0}
    if found := op.get_bind().scalars(marked.distinct()).all():
        op.bulk_insert(jobs, [{**job, "key": message} for message in found])

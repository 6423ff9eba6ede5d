"""Events in timelines

Everything of before is a message, of the kind `text`. An event has no number.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("kind", sa.String(length=12), server_default="text", nullable=False))
    op.add_column("messages", sa.Column("data", sa.JSON(), comment="of an event, such as who was invited"))
    number = "which message of its room this is, from 1; null for an event"
    if op.get_bind().dialect.name == "sqlite":
        # A copy of the table, the usual way, would break the foreign keys of other tables.
        op.execute("ALTER TABLE messages RENAME COLUMN number TO before")
        op.add_column("messages", sa.Column("number", sa.Integer(), comment=number))
        op.execute("UPDATE messages SET number = before")
        op.execute("ALTER TABLE messages DROP COLUMN before")
    else:
        op.alter_column("messages", "number", existing_type=sa.Integer(), nullable=True, comment=number)
    is_message = sa.text("number IS NOT NULL")
    op.create_index(
        "ix_messages_numbered", "messages", ["room", "seq"], sqlite_where=is_message, postgresql_where=is_message
    )

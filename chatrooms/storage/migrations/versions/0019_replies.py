"""An index of the replies to each message"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_reply = sa.text("reply_to IS NOT NULL")
    op.create_index(
        op.f("ix_messages_reply_to"), "messages", ["reply_to", "seq"], sqlite_where=is_reply, postgresql_where=is_reply
    )

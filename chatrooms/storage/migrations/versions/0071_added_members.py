"""Members whom somebody else added, and who have written nothing since"""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "members",
        sa.Column(
            "added",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="by somebody else; until they write there",
        ),
    )
    op.execute(
        "UPDATE members SET added = true WHERE invited_by IS NOT NULL AND invited_by <> 'system' AND NOT EXISTS "
        "(SELECT 1 FROM messages WHERE messages.room = members.room AND messages.author = members.username "
        "AND messages.number IS NOT NULL)"
    )

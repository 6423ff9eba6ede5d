"""Items about reactions know who has reacted"""

import sqlalchemy as sa
from alembic import op

revision = "0083"
down_revision = "0082"
branch_labels = None
depends_on = None

inbox = sa.table("inbox", *(sa.column(name) for name in ("kind", "message", "reacted_by")))
reactions = sa.table("reactions", *(sa.column(name) for name in ("message", "username")))


def upgrade() -> None:
    comment = "the usernames of others who have, as far as the message named them"
    op.add_column("inbox", sa.Column("reacted_by", sa.Text(), nullable=True, comment=comment))
    found = sa.select(sa.func.aggregate_strings(reactions.c.username, " ")).where(
        reactions.c.message == inbox.c.message
    )
    op.execute(sa.update(inbox).where(inbox.c.kind == "reaction").values(reacted_by=found.scalar_subquery()))

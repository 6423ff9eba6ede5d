"""The ids of messages with a key have a secret of their own, which a restored backup keeps"""

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "facts",
        sa.Column(
            "id_secret",
            sa.String(length=64),
            nullable=False,
            server_default="",
            comment="the ids of messages with a key are made with it; the same after a backup was put back",
        ),
    )
    facts = sa.table("facts", sa.column("secret"), sa.column("id_secret"))
    op.execute(sa.update(facts).values(id_secret=facts.c.secret))  # the ids of messages that were posted stay

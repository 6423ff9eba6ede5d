"""Items about reactions know how many people have reacted at most"""

import sqlalchemy as sa
from alembic import op

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None

inbox = sa.table("inbox", *(sa.column(name) for name in ("kind", "reactions", "reactors")))


def upgrade() -> None:
    op.add_column(
        "inbox",
        sa.Column(
            "reactors",
            sa.Integer(),
            nullable=True,
            comment="how many others have reacted at most, if it is about reactions",
        ),
    )
    op.execute(sa.update(inbox).where(inbox.c.kind == "reaction").values(reactors=inbox.c.reactions))

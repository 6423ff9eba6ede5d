"""Pictures of people and rooms"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("users", "rooms"):
        op.add_column(table, sa.Column("picture", sa.String(length=36), nullable=True, comment="the id of the file"))
    op.add_column(
        "files",
        sa.Column("square", sa.Boolean(), server_default=sa.false(), nullable=False, comment="for a person or a room"),
    )
    op.add_column(
        "files",
        sa.Column(
            "portrait_of",
            sa.String(length=400),
            nullable=True,
            comment="the username, or the name of the room, whose picture it is",
        ),
    )

"""Events in timelines

Everything of before is a message, of the kind `text`. An event has no number: SQLite cannot change that of a column,
which the next migration does with the whole table.
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
    if op.get_bind().dialect.name == "postgresql":
        number = "which message of its room this is, from 1; null for an event"
        op.alter_column("messages", "number", existing_type=sa.Integer(), nullable=True, comment=number)

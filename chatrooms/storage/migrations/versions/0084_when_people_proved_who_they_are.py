"""Sessions that another one has begun know when their person proved who they are"""

import sqlalchemy as sa
from alembic import op

revision = "0084"
down_revision = "0083"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, comment in (
        ("sessions", "when its person proved who they are, if that was before it began"),
        ("links", "when the person proved who they are, if they made it"),
    ):
        op.add_column(table, sa.Column("proven_at", sa.String(length=24), nullable=True, comment=comment))

"""Follows know who caused them, so that others' cost nobody their own; all of before count as the person's own"""

import sqlalchemy as sa
from alembic import op

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "follows", sa.Column("by", sa.String(length=32), nullable=True, comment="who caused it; null if the person did")
    )

"""Who made links that sign in somebody else"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "links",
        sa.Column("made_by", sa.String(length=32), nullable=True, comment="null if the person did, or the console"),
    )

"""What changed since a person read it"""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "messages",
        sa.Column(
            "text_rev",
            sa.Integer(),
            nullable=True,
            comment="the rev at which its text changed last, or it was deleted; null if never",
        ),
    )
    op.add_column(
        "reads",
        sa.Column(
            "seen_rev",
            sa.Integer(),
            nullable=False,
            server_default="0",
            comment="the room's rev when it was last read",
        ),
    )

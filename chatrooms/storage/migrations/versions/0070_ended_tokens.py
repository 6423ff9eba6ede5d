"""Tokens that hand users over can be ended"""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "accounts",
        sa.Column(
            "endings",
            sa.Integer(),
            nullable=False,
            server_default="0",
            comment="how often all tokens that hand the user over were ended",
        ),
    )

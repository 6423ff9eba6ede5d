"""Accounts remember which picture the host application gave last"""

import sqlalchemy as sa
from alembic import op

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "accounts",
        sa.Column(
            "avatar",
            sa.String(length=64),
            nullable=False,
            server_default="",
            comment="a hash of the address of their picture that the host application gave last",
        ),
    )

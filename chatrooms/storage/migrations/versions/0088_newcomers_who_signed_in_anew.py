"""Newcomers of a provider have whether they signed in there just then"""

import sqlalchemy as sa
from alembic import op

revision = "0088"
down_revision = "0087"
branch_labels = None
depends_on = None


def upgrade() -> None:
    comment = "whether they signed in there just then"
    op.add_column(
        "oidc_newcomers",
        sa.Column("anew", sa.Boolean(), nullable=False, server_default=sa.false(), comment=comment),
    )

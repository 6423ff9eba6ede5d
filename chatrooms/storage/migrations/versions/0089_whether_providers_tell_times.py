"""Accounts of a provider, and who asked to join by one, have whether it tells when their people signed in there"""

import sqlalchemy as sa
from alembic import op

revision = "0089"
down_revision = "0088"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("oidc_accounts", "oidc_newcomers", "applicants"):
        comment = "the provider, of their signing in"
        op.add_column(
            table,
            sa.Column("tells_time", sa.Boolean(), nullable=False, server_default=sa.false(), comment=comment),
        )

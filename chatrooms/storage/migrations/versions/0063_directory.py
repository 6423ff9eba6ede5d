"""Signing in by an LDAP directory"""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ldap_accounts",
        sa.Column("username", sa.String(length=32), nullable=False, comment="here and there"),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("used_at", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_ldap_accounts_username")),
        sa.PrimaryKeyConstraint("username", name=op.f("pk_ldap_accounts")),
    )

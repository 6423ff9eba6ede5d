"""People of an LDAP directory have its entry, so that nobody comes back by another name of theirs"""

import sqlalchemy as sa
from alembic import op

revision = "0087"
down_revision = "0086"
branch_labels = None
depends_on = None


def upgrade() -> None:
    comment = "of the directory, see `entry_hash`; null until it is known"
    op.add_column("ldap_accounts", sa.Column("entry", sa.String(length=64), nullable=True, comment=comment))
    op.create_index(op.f("ix_ldap_accounts_entry"), "ldap_accounts", ["entry"])

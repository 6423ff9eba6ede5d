"""The host application's accounts with their usernames, and a secret of the database"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(length=200), nullable=False, comment="the host application's id"),
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column(
            "name", sa.String(length=80), nullable=False, comment="the display name that the host application gave last"
        ),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_accounts_username")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("username", name=op.f("uq_accounts_username")),
    )
    op.add_column(
        "facts",
        sa.Column(
            "secret",
            sa.String(length=64),
            nullable=False,
            server_default="",
            comment="what only the server can compute is made with it",
        ),
    )
    op.execute(sa.update(sa.table("facts", sa.column("secret"))).values(secret=secrets.token_hex(32)))

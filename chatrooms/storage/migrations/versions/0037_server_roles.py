"""Roles of people on the server, suspended people, the link of the first owner, and the server's name"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    role = sa.Column(
        "role",
        sa.String(length=12),
        nullable=False,
        server_default="member",
        comment="on this server, see pipeline.rights",
    )
    op.add_column("users", role)
    name = sa.Column(
        "name",
        sa.String(length=60),
        nullable=False,
        server_default="",
        comment="of the server, if its owner named it",
    )
    op.add_column("facts", name)
    op.create_table(
        "suspensions",
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_suspensions_username")),
        sa.ForeignKeyConstraint(["by"], ["users.username"], name=op.f("fk_suspensions_by")),
        sa.PrimaryKeyConstraint("username", name=op.f("pk_suspensions")),
    )
    op.create_table(
        "setups",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_setups")),
    )

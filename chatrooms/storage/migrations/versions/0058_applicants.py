"""How new people come in, and those who wait to be approved"""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "facts",
        sa.Column(
            "sign_up",
            sa.String(length=8),
            nullable=False,
            server_default="",
            comment="as admins chose, see signing_up",
        ),
    )
    op.create_table(
        "applicants",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("username", sa.String(length=32), nullable=False, comment="that they would like to have"),
        sa.Column("skeleton", sa.String(length=200), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("network", sa.String(length=64), nullable=False, comment="the address that limits count by"),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.Column("declined_at", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applicants")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_applicants_token_hash")),
    )
    op.create_index(op.f("ix_applicants_skeleton"), "applicants", ["skeleton"])
    op.create_index(op.f("ix_applicants_network"), "applicants", ["network"])

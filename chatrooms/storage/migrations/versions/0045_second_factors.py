"""The second factor of passwords, and recovery codes"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "second_factors",
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False, comment="in base32"),
        sa.Column(
            "enabled_at",
            sa.String(length=24),
            nullable=True,
            comment="null until a first code has shown that an app has the secret",
        ),
        sa.Column(
            "step",
            sa.BigInteger(),
            nullable=False,
            comment="of the last code that was used: seconds since 1970, by 30",
        ),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_second_factors_username")),
        sa.PrimaryKeyConstraint("username", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_recovery_codes_username")),
        sa.PrimaryKeyConstraint("username", "hash", name=op.f("pk_recovery_codes")),
    )

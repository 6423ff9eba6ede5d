"""Second factors that are prepared have a table of their own; whoever was about to turn one on begins again"""

import sqlalchemy as sa
from alembic import op

revision = "0090"
down_revision = "0089"
branch_labels = None
depends_on = None

TO_SHOW = "of no factor until a first code has shown that an app has it"
WAS_NULL = "null until a first code has shown that an app has the secret"


def upgrade() -> None:
    op.create_table(
        "prepared_factors",
        sa.Column("username", sa.String(32), sa.ForeignKey("users.username"), primary_key=True),
        sa.Column("secret", sa.String(64), nullable=False, comment=TO_SHOW),
        sa.Column("session", sa.String(36), nullable=False, comment="in which it was made"),
        sa.Column("step", sa.BigInteger(), nullable=False, comment="of the last code from before it was made"),
    )
    factors = sa.table("second_factors", sa.column("username"), sa.column("enabled_at"))
    op.execute(factors.delete().where(factors.c.enabled_at.is_(None)))
    with op.batch_alter_table("second_factors") as table:
        table.alter_column(
            "enabled_at", existing_type=sa.String(24), existing_comment=WAS_NULL, nullable=False, comment=None
        )

"""People whom the application removed"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "suspensions",
        sa.Column(
            "removed",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="the application removed them: they are in no list, until it adds them again",
        ),
    )
    removed = sa.text("removed IS true" if op.get_bind().dialect.name == "postgresql" else "removed IS 1")
    op.create_index(
        "ix_suspensions_removed", "suspensions", ["username"], sqlite_where=removed, postgresql_where=removed
    )

"""An index of each person's unfinished uploads"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_unfinished = sa.column("size").is_(None)
    op.create_index(
        "ix_files_unfinished", "files", ["owner"], sqlite_where=is_unfinished, postgresql_where=is_unfinished
    )

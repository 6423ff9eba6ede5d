"""Jobs that a server runs are leased to it, where several can use the database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0048"

COMMENT = "by the clock of PostgreSQL: until then a server runs it"


def upgrade() -> None:
    """Add the time until which a server runs a job; none does."""
    op.add_column("jobs", sa.Column("leased_until", sa.String(24), comment=COMMENT))

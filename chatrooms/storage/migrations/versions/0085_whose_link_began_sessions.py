"""Sessions know who made the link by which they began, if that was another person"""

import sqlalchemy as sa
from alembic import op

revision = "0085"
down_revision = "0084"
branch_labels = None
depends_on = None


def upgrade() -> None:
    comment = "another person, by whose link it or the one before it began"
    op.add_column("sessions", sa.Column("made_by", sa.String(length=32), nullable=True, comment=comment))
    op.create_index(op.f("ix_sessions_made_by"), "sessions", ["made_by"])

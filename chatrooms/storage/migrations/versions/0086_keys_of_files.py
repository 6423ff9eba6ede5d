"""Files have a key in the store that is not their id: each server that completes an upload stores it under its own"""

import sqlalchemy as sa
from alembic import op

revision = "0086"
down_revision = "0085"
branch_labels = None
depends_on = None


def upgrade() -> None:
    comment = "its key in the store; null for its id"
    op.add_column("files", sa.Column("stored_as", sa.String(length=60), nullable=True, comment=comment))

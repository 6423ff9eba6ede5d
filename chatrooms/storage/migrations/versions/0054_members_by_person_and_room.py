"""PostgreSQL has the index of members in the order of sync's pages too"""

from alembic import op

revision = "0054"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_members_username_room", "members", ["username", "room"], if_not_exists=True)

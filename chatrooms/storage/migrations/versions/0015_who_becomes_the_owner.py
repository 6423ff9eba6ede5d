"""Who becomes the owner when the last one leaves"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_member_now = sa.column("gone", sa.Boolean()).is_(False)
    op.create_index(
        "ix_members_room_role_since_username",
        "members",
        ["room", "role", "since", "username"],
        sqlite_where=is_member_now,
        postgresql_where=is_member_now,
    )

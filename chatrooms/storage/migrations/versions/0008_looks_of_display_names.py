"""How display names look, so that nobody can take one that looks like another person's"""

import sqlalchemy as sa
from alembic import op

from chatrooms import names

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

COMMENTS = {"look": "of the display name", "written_look": "see names.looks"}


def upgrade() -> None:
    for column, comment in COMMENTS.items():
        op.add_column(
            "users", sa.Column(column, sa.String(length=200), nullable=False, server_default="", comment=comment)
        )
        op.create_index(op.f(f"ix_users_{column}"), "users", [column])
    users = sa.table("users", *map(sa.column, ("username", "name", *COMMENTS)))
    db = op.get_bind()
    named = db.execute(sa.select(users.c.username, users.c.name).where(users.c.name != "")).all()
    looks = [dict(zip(("who", *COMMENTS), (username, *names.looks(name)), strict=True)) for username, name in named]
    if looks:
        db.execute(sa.update(users).where(users.c.username == sa.bindparam("who")), looks)

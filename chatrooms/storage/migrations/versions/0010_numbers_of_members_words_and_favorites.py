"""How many members a room has, what people are found by, and favorites"""

import sqlalchemy as sa
from alembic import op

from chatrooms import names

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

AT_ONCE = 10_000


def upgrade() -> None:
    op.add_column(
        "rooms",
        sa.Column("members", sa.Integer(), nullable=False, server_default="0", comment="people who belong to it now"),
    )
    op.add_column(
        "users",
        sa.Column(
            "words",
            sa.Text(),
            nullable=False,
            server_default="",
            comment="of both names, to search in; see names.words",
        ),
    )
    op.add_column("members", sa.Column("favorite", sa.Boolean(), nullable=False, server_default=sa.false()))
    _count_members()
    _write_words()
    rooms = sa.table("rooms", sa.column("access"), sa.column("archived", sa.Boolean()))
    listed = sa.and_(rooms.c.access == "open", rooms.c.archived.is_(False))
    columns: list[str | sa.TextClause] = [sa.text("members DESC"), "name"]
    op.create_index("ix_rooms_members_name", "rooms", columns, sqlite_where=listed, postgresql_where=listed)
    op.create_index(op.f("ix_users_username_words"), "users", ["username", "words"])


def _count_members() -> None:
    rooms = sa.table("rooms", sa.column("name"), sa.column("members"))
    members = sa.table("members", sa.column("room"), sa.column("gone", sa.Boolean()))
    here = sa.select(sa.func.count()).where(members.c.room == rooms.c.name, members.c.gone.is_(False))
    op.get_bind().execute(sa.update(rooms).values(members=here.scalar_subquery()))


def _write_words() -> None:
    users = sa.table("users", sa.column("username"), sa.column("name"), sa.column("words"))
    db, after = op.get_bind(), ""
    store = sa.update(users).where(users.c.username == sa.bindparam("who")).values(words=sa.bindparam("found"))
    page = sa.select(users.c.username, users.c.name).order_by(users.c.username).limit(AT_ONCE)
    while people := db.execute(page.where(users.c.username > after)).all():
        db.execute(store, [{"who": username, "found": names.words(username, name)} for username, name in people])
        after = people[-1][0]

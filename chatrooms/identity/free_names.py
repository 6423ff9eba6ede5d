"""Names that are free again: of people who are signed in nowhere, have nothing to sign in by, and have left nothing.

They came by a name, looked around, and went: nobody notices if somebody else has it. A job finds these names once a
day. They keep their row, which the next person begins anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta
from functools import partial
from itertools import islice

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    String,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from chatrooms import names
from chatrooms.features import members, reads
from chatrooms.features import users as people
from chatrooms.identity.service_keys import service_keys
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.jobs import Job, JobKind
from chatrooms.storage.rows import User
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import group_members, metadata, rooms, sessions, suspensions, users
from chatrooms.storage.tables import members as memberships

EVERY = timedelta(days=1)
BATCH = 100
OWN = frozenset(
    f"{table}.username"
    for table in ("blocks", "bookmarks", "follows", "inbox", "keywords", "links", "reads", "unreacted")
)
"""The columns whose rows concern their person alone, and go with them. A test asks for those of new tables."""
APART = frozenset({"free_names.username", "members.username", "mentions.username"})
"""Those that leave no trace of the person, or are checked separately."""

free_names = Table(
    "free_names",
    metadata,
    Column("username", String(32), ForeignKey(users.c.username), primary_key=True),
    Column("sure", Boolean, nullable=False, comment="it was found twice, and nobody has signed in meanwhile"),
)

_sure = Prepared(
    select(free_names.c.username).where(free_names.c.username == bindparam("username"), free_names.c.sure.is_(True))
)
_keep = Prepared(delete(free_names).where(free_names.c.username == bindparam("username")))


def add(act: Act, username: str, field: str = "username") -> User:
    """Add a person, or begin anew a name that is free again; raises `NameTaken`."""
    if is_free(act.db, username, act.lobby):
        return _begin_anew(act, username)
    return people.add(act, username, field=field)


def require_unused(act: Act, username: str) -> None:
    """Raise `NameTaken` if a name is like another's, unless it is free again."""
    if not is_free(act.db, username, act.lobby):
        people.require_unused(act.db, username)


def keep(db: Connection, username: str) -> None:
    """Note that somebody signs in by a name, which is not free then."""
    _keep.run(db, {"username": username})


def is_free(db: Connection, username: str, lobby: str) -> bool:
    """Return whether a name is free again, also after what others have done to its person since that was found."""
    if _sure.one(db, {"username": username}) is None:
        return False
    of_others = (sessions.c.username, suspensions.c.username, group_members.c.username, service_keys.c.username)
    untouched = [~select(column).where(column == users.c.username).exists() for column in of_others]
    mine = select(users.c.username).where(users.c.username == username)
    return db.scalar(mine.where(*untouched, _is_nobody(lobby))) is not None


def _begin_anew(act: Act, username: str) -> User:
    keep(act.db, username)
    for column in _referring():
        if _name(column) in OWN:
            act.db.execute(delete(column.table).where(column == username))
    blank = {"name": "", "about": "", "picture": None, "look": "", "written_look": ""}
    user = people.store(act, username, {**blank, "words": names.words(username), "created_at": act.now})
    reads.begin(act, username, username)
    member = members.find(act.db, act.lobby, username) if act.lobby else None
    if member and not member["gone"]:
        members.set_own(act, act.lobby, username, **members.NOTHING_CHOSEN)
        reads.begin(act, act.lobby, username)
    else:
        people.join_lobby(act, username)
    return user


async def _find(chat: Chat, _job: Job) -> None:
    """Find the names that are free twice: who signs in between, or has by then, keeps theirs."""
    lobby = chat.settings.lobby
    for some in _batches(await chat.scan(lambda db: _unused(db, lobby))):
        await chat.change(partial(_mark, some=some), NOBODY)
    found = await chat.scan(lambda db: _unused(db, lobby))
    await chat.change(partial(_forget_others, found=found), NOBODY)
    for some in _batches(found):
        await chat.change(partial(_confirm, some=some), NOBODY)


def _batches(of: Collection[str]) -> Iterator[list[str]]:
    remaining = iter(of)
    while some := list(islice(remaining, BATCH)):
        yield some


def _mark(act: Act, some: list[str]) -> None:
    known = set(act.db.scalars(select(free_names.c.username).where(free_names.c.username.in_(some))))
    if new := [{"username": name, "sure": False} for name in some if name not in known]:
        act.db.execute(insert(free_names), new)


def _confirm(act: Act, some: list[str]) -> None:
    act.db.execute(update(free_names).where(free_names.c.username.in_(some)).values(sure=True))


def _forget_others(act: Act, found: Collection[str]) -> None:
    marked = set(act.db.scalars(select(free_names.c.username)))
    for some in _batches(marked - set(found)):
        act.db.execute(delete(free_names).where(free_names.c.username.in_(some)))


def _unused(db: Connection, lobby: str) -> set[str]:
    """Return the names of people who have left nothing: no row refers to them that others can see."""
    traces = [column for column in _referring() if _name(column) not in OWN | APART]
    unseen = [users.c.username.not_in(select(column).where(column.is_not(None))) for column in traces]
    return set(db.scalars(select(users.c.username).where(_is_nobody(lobby), *unseen)))


def _is_nobody(lobby: str) -> ColumnElement[bool]:
    """Return the condition that a person has no role, belongs to no room but the lobby, and has got no message."""
    elsewhere = (memberships.c.room != lobby) | (memberships.c.role != "member")
    belongs = select(memberships.c.room).where(memberships.c.username == users.c.username, elsewhere).exists()
    is_told = select(rooms.c.name).where(rooms.c.name == users.c.username, rooms.c.posted > 0).exists()
    plain = users.c.role == "member", users.c.tenant == "", users.c.username != names.APPLICATION
    return and_(*plain, ~belongs, ~is_told)


def _referring() -> list[Column[str]]:
    """Return the columns of all tables that name people."""
    keys = (key for table in metadata.sorted_tables for key in table.foreign_keys)
    return [key.parent for key in keys if key.column is users.c.username]


def _name(column: Column[str]) -> str:
    return f"{column.table.name}.{column.name}"


JOB = JobKind("names.free", _find, every=EVERY)
FEATURE = Feature(tables=(free_names,), jobs=(JOB,))

"""Roles of people on the server, from owner to guest: who has which, and changing it (see `pipeline.rights`)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, select, update

from chatrooms import names
from chatrooms.errors import Conflict
from chatrooms.features.users import Who, existing
from chatrooms.features.users import store as store_profile
from chatrooms.pipeline import people, rights, second_factors
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.jobs import Job, JobKind
from chatrooms.storage.fields import ServerRole
from chatrooms.storage.rows import User
from chatrooms.storage.tables import sessions, suspensions, users


def store(db: Connection, username: str, role: ServerRole) -> list[str]:
    """Store the role of ``username``, and return the ids of the sessions that it ended, see `_end_begun_by_others`.

    Raises `Conflict` if they are the last owner and would lose it.
    """
    if role != "owner":
        require_other_owner(db, username)
    return _give(db, username, role)


def vouch(act: Act, username: str, role: ServerRole) -> None:
    """Give a person the role that the host application says, even if the server has no owner then."""
    act.ended.extend(_give(act.db, username, role))
    _follow(act, username)


def _give(db: Connection, username: str, role: ServerRole) -> list[str]:
    """Store a role, also instead of the last owner's; return the ids of the sessions that it ended."""
    db.execute(update(users).where(users.c.username == username).values(role=role))
    return _end_begun_by_others(db, username, role) if rights.empowers("guest", role) else []


def announce(act: Act, username: str) -> User:
    """Send a person's profile, with their role, to their devices and to the people who watch them."""
    return store_profile(act, username, {})


def owners(db: Connection) -> list[str]:
    """Return the usernames of the server's owners who are not suspended."""
    return _holders(db, "owner")


def admins(db: Connection) -> list[str]:
    """Return the usernames of the server's admins and owners who are not suspended."""
    return _holders(db, "admin", "owner")


def _holders(db: Connection, *roles: ServerRole) -> list[str]:
    barred = select(suspensions.c.username)
    good = users.c.role.in_(roles), users.c.username.not_in(barred)
    return list(db.scalars(select(users.c.username).where(*good).order_by(users.c.username)))


def require_other_owner(db: Connection, username: str) -> None:
    """Raise `Conflict` if ``username`` is the only owner of the server who is not suspended."""
    if owners(db) == [username]:
        raise Conflict("This is the last owner of the server. Make somebody else an owner first.", field="username")


def is_new(db: Connection) -> bool:
    """Return whether no one has ever joined the server."""
    return db.scalar(select(users.c.username).where(users.c.username != names.APPLICATION).limit(1)) is None


def require_appointer(db: Connection, me: Caller, username: str, role: ServerRole) -> ServerRole:
    """Return the role of ``username``, which the caller may change to ``role``.

    Owners give every role, admins those below theirs to people below them. Raises `Forbidden`, and `NotFound` if there
    is no such person.
    """
    mine = rights.role_of(db, me)
    rights.demand(rights.verdict(mine, "appoint"))
    before = rights.of(db, people.existing(db, me, username))
    rights.demand(rights.appointment(mine, before, role))
    return before


def appoint(act: Act, username: str, role: ServerRole, before: ServerRole) -> User:
    """Change a person's role from what `require_appointer` returned, announce it and return their profile.

    Raises `Conflict` for the last owner and for a role that needs a second factor, as the server says, if they have
    none.
    """
    if before == role:
        return existing(act.db, username)
    if not act.me.host:
        second_factors.require_for(act, username, role)
    act.ended.extend(store(act.db, username, role))
    act.note(f"made {username!r} {role}, who was {before}")
    return _follow(act, username)


def locks_to_change(username: str) -> tuple[str, ...]:
    """Return the locks for what gives somebody rights or takes them away.

    They are the person's own room, which whoever signs in locks too, and that of the server: otherwise two owners could
    take each other's role at two nodes.
    """
    return username, names.APPLICATION


def changing(_db: Connection, _me: Caller, p: Who) -> Iterable[str]:
    """Lock what `locks_to_change` returns, for a command."""
    return locks_to_change(p.username)


def _follow(act: Act, username: str) -> User:
    """Announce a role, and disconnect its person where they have not shown the second factor that it takes."""
    act.ended.extend(second_factors.lacking_of(act.db, username, act.server.second_factor))
    return announce(act, username)


def _end_begun_by_others(db: Connection, username: str, role: ServerRole) -> list[str]:
    """End the sessions of ``username`` that began by the links of people whose roles are not higher; return their ids.

    These may hold them themselves, and would get the new role.
    """
    by_others = sessions.c.username == username, sessions.c.made_by.is_not(None)
    begun = db.execute(select(sessions.c.id, sessions.c.made_by).where(*by_others)).all()
    ended = [row.id for row in begun if rights.rank(rights.of(db, row.made_by)) <= rights.rank(role)]
    db.execute(delete(sessions).where(sessions.c.id.in_(ended)))
    return ended


async def _announce(chat: Chat, job: Job) -> None:
    username: str = job.data["username"]
    await chat.change(lambda act: _follow(act, username), NOBODY, username)


ANNOUNCE = JobKind("user.announce", _announce)
"""Announces a role that the command line gave."""
FEATURE = Feature(jobs=(ANNOUNCE,))

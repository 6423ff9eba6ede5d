"""Second factors: of whom this server requires one, and what people may do until they have shown theirs.

A session in which one was shown is good for all. In another, people of whom one is required set one up, if they have
none, or show it; they do nothing else, and receive nothing. Service keys are not concerned: they are no passwords.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from sqlalchemy import ColumnElement, Connection, bindparam, select, true, update

from chatrooms.errors import Conflict, Refusal, SecondFactorRequired, Unauthorized
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.chat import Chat
from chatrooms.settings import Settings
from chatrooms.storage import factors
from chatrooms.storage.fields import ServerRole
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import sessions, users
from chatrooms.types import RequiredOf

Lacking = Literal["nothing", "one", "proof"]
"""What those may lack who run a command: a second factor, if they have none, or also the proof that they have it."""
ADMINS: tuple[ServerRole, ...] = ("admin", "owner")
REQUIRED: dict[str, RequiredOf] = {"nobody": "nobody", "admins": "admins", "everybody": "everybody"}
STRICTNESS: tuple[RequiredOf, ...] = tuple(REQUIRED.values())
"""From least to most."""
SHOW = "Show your second factor to go on."

_of_session = Prepared(
    select(sessions.c.second_factor, users.c.role)
    .join(users, users.c.username == sessions.c.username)
    .where(sessions.c.id == bindparam("id"))
)


def is_set(settings: Settings) -> bool:
    """Return whether the setting `require_second_factor` decides, and not the server's owners."""
    return "require_second_factor" in settings.model_fields_set


def required_of(settings: Settings, chosen: str) -> RequiredOf:
    """Return of whom one is required: as the setting says, or else as owners have ``chosen``, if they have."""
    decided = settings.require_second_factor
    return decided if is_set(settings) else REQUIRED.get(chosen, decided)


def covers(required: RequiredOf, role: ServerRole) -> bool:
    """Return whether a second factor is required of people with ``role``."""
    return required == "everybody" or (required == "admins" and role in ADMINS)


def covers_all(one: RequiredOf, another: RequiredOf) -> bool:
    """Return whether ``one`` requires it of everybody of whom ``another`` does."""
    return STRICTNESS.index(one) >= STRICTNESS.index(another)


def _concerns(me: Caller, required: RequiredOf) -> bool:
    """Return whether a caller may lack one, as far as is known without the database."""
    return required != "nobody" and me.session is not None and me.scope is None


def require(db: Connection, me: Caller, required: RequiredOf, lacking: Lacking = "nothing") -> None:
    """Raise `SecondFactorRequired` if a caller lacks more than they may; `Unauthorized` if their session was ended."""
    if _concerns(me, required) and (refusal := _refusal(db, me, required, lacking)):
        raise refusal


async def demand(chat: Chat, me: Caller, lacking: Lacking = "nothing") -> None:
    """Do what `require` does, where there is no transaction."""
    required = chat.server.second_factor
    if _concerns(me, required) and (refusal := await chat.lookup(lambda db: _refusal(db, me, required, lacking))):
        raise refusal


def _refusal(db: Connection, me: Caller, required: RequiredOf, lacking: Lacking) -> Refusal | None:
    session = _of_session.one(db, {"id": me.session})
    if session is None:
        return Unauthorized("This session was ended.")
    if lacking == "proof" or session["second_factor"] or not covers(required, session["role"]):
        return None
    if factors.has_any(db, me.username):
        return SecondFactorRequired(SHOW, has_one=True)
    return None if lacking == "one" else SecondFactorRequired(has_one=False)


def is_shown(db: Connection, session: str) -> bool:
    """Return whether one was shown in a session."""
    found = _of_session.one(db, {"id": session})
    return found is not None and bool(found["second_factor"])


def note(db: Connection, session: str) -> None:
    """Note that one was shown in a session."""
    db.execute(update(sessions).where(sessions.c.id == session).values(second_factor=True))


def withdraw(act: Act, *, own: bool = False) -> None:
    """Have no other session of the caller be one in which a factor was shown, because one is gone that may have been.

    Their ``own`` is none either if that is the one that was shown there, or if they have none left. Who has proved less
    must not go on with more.
    """
    theirs = sessions.c.username == act.me.username, sessions.c.second_factor.is_(True)
    all_of_them = own or not factors.has_any(act.db, act.me.username)
    which = theirs if all_of_them else (*theirs, sessions.c.id != act.me.session)
    act.db.execute(update(sessions).where(*which).values(second_factor=False))
    act.ended.extend(lacking_of(act.db, act.me.username, act.server.second_factor))


def lacking_of(db: Connection, username: str, required: RequiredOf) -> set[str]:
    """Return the sessions of a person in which it is required and was not shown."""
    return _lacking(db, sessions.c.username == username, required)


def lacking_among(db: Connection, callers: Collection[Caller], required: RequiredOf) -> set[str]:
    """Return the sessions of those callers in which it is required and was not shown."""
    concerned = [me.session for me in callers if _concerns(me, required)]
    return _lacking(db, sessions.c.id.in_(concerned), required) if concerned else set()


def _lacking(db: Connection, which: ColumnElement[bool], required: RequiredOf) -> set[str]:
    concerned: ColumnElement[bool] = users.c.role.in_(ADMINS) if required == "admins" else true()
    found = select(sessions.c.id).join(users, users.c.username == sessions.c.username)
    found = found.where(which, sessions.c.second_factor.is_(False), concerned)
    return set() if required == "nobody" else set(db.scalars(found))


def require_left(act: Act, username: str, role: ServerRole) -> None:
    """Raise `Conflict` if a person has none left, and the server requires one of them."""
    if covers(act.server.second_factor, role) and not factors.has_any(act.db, username):
        raise Conflict("This server requires a second factor of you. Set up another one first.")


def require_for(act: Act, username: str, role: ServerRole) -> None:
    """Raise `Conflict` if a person has none, and the server requires one of people with ``role``."""
    if covers(act.server.second_factor, role) and not factors.has_any(act.db, username):
        raise Conflict(
            "They need a second factor for that: ask them to add a passkey, or to turn on codes.", field="username"
        )

"""Service keys of people, and of the application itself: making, listing, replacing and ending them."""

from __future__ import annotations

from datetime import timedelta

import orjson
from sqlalchemy import Connection

from chatrooms import clock, names
from chatrooms.cli.database import require_person, transaction
from chatrooms.cli.opening import Unable
from chatrooms.features import FEATURES
from chatrooms.features import rooms as room_rows
from chatrooms.identity import FEATURES as IDENTITY
from chatrooms.identity import service_keys
from chatrooms.identity.key_commands import EXPIRE, MOST
from chatrooms.identity.service_keys import About, Key, NewKey
from chatrooms.pipeline import jobs
from chatrooms.pipeline.feature import Features
from chatrooms.pipeline.scopes import CALLS, GROUPS
from chatrooms.settings import Settings


def make(
    settings: Settings, username: str, name: str, commands: list[str], rooms: list[str], *, days: int | None
) -> NewKey:
    """Make a key of a person, for reading and posting if no ``commands`` are given.

    Raises `Unable`, or ``ValueError`` for what is no room.
    """
    commands = commands or ["read", "post"]
    grantable = Features((*FEATURES, *IDENTITY)).grantable | ({*CALLS} if username == names.APPLICATION else set())
    if unknown := [command for command in commands if command not in grantable]:
        raise Unable(f"{unknown[0]} is not a command that a key can have; groups of them are {', '.join(GROUPS)}")
    its_rooms = [names.shared(room) for room in rooms]
    about: About = {
        "name": name,
        "commands": commands,
        "rooms": its_rooms or None,
        "expires_at": None if days is None else clock.later(timedelta(days=days)),
    }
    with transaction(settings) as db:
        _require_holder(db, username)
        if missing := [room for room in its_rooms if not room_rows.exists(db, room)]:
            raise Unable(f"there is no room {missing[0]}")
        if len(service_keys.of_person(db, username)) >= MOST:
            raise Unable(f"{username} has {MOST} keys already")
        return _make(db, username, about)


def _make(db: Connection, username: str, about: About) -> NewKey:
    key = service_keys.make(db, username, about)
    if key["expires_at"]:
        jobs.schedule(db, EXPIRE, key["id"], username, key["expires_at"])
    return key


def rotate(settings: Settings, username: str, id: str) -> NewKey:
    """Replace a key by another one for the same, and end it as `revoke` does. Raises `Unable`."""
    with transaction(settings) as db:
        old = _end(db, username, id)
        return _make(db, username, service_keys.about(old))


def _require_holder(db: Connection, username: str) -> None:
    """Raise `Unable` if there is no person with this name, and it is not the application either."""
    try:
        if username != names.APPLICATION:
            require_person(db, username)
    except Unable as error:
        raise Unable(f"{error}; the application itself is `{names.APPLICATION}`") from None


def listed(settings: Settings, username: str) -> list[Key]:
    """Return the keys of a person; raises `Unable`."""
    with transaction(settings) as db:
        _require_holder(db, username)
        return service_keys.of_person(db, username)


def revoke(settings: Settings, username: str, id: str) -> None:
    """End a key of a person; a running server ends its sockets within a minute. Raises `Unable`."""
    with transaction(settings) as db:
        _end(db, username, id)


def _end(db: Connection, username: str, id: str) -> Key:
    _require_holder(db, username)
    old = service_keys.end(db, username, id)
    if old is None:
        raise Unable(f"{username} has no key {id}")
    jobs.schedule(db, EXPIRE, id, username, clock.now())
    return old


def line(key: Key) -> str:
    """Return a key on one line."""
    commands, rooms = ",".join(key["commands"]), ",".join(key["rooms"] or ["all rooms"])
    until, used = key["expires_at"] or "revoked", key["used_at"] or "never"
    return f"{key['id']}  {key['name']}: {commands}; {rooms}; until {until}; last used {used}"


def shown(result: object, text: str, *, as_json: bool) -> str:
    """Return a result as JSON, or the ``text`` about it."""
    return orjson.dumps(result).decode() if as_json else text

"""Making, rotating and revoking service keys (see `service_keys`); no key can do that."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from chatrooms.errors import Conflict, Invalid, NotFound
from chatrooms.identity import fresh, service_keys, sessions
from chatrooms.identity.fresh import Proven
from chatrooms.identity.passwords import Passwords
from chatrooms.identity.service_keys import About, Key, NewKey
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.commands import Params, change, live, own_room, query
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.jobs import Job, JobKind, enqueue
from chatrooms.pipeline.scopes import GROUPS
from chatrooms.pipeline.shapes import Done, Nothing
from chatrooms.types import CLEAN, Future, Id, SharedRoom, line

MOST = 50
"""Keys of a person."""
MOST_LISTED = 100
"""Commands, and rooms, of a key."""
_groups = ", ".join(f"`{name}` ({what})" for name, what in GROUPS.items())

Name = Annotated[str, AfterValidator(line)]


class NewKeyAsked(Proven):
    """A key to make."""

    name: Name = Field(min_length=1, max_length=60, description="What to call it, such as the program.")
    commands: list[Annotated[str, Field(max_length=100, pattern=CLEAN)]] = Field(
        min_length=1, max_length=MOST_LISTED, description=f"Names of commands, or of groups of them: {_groups}."
    )
    rooms: list[SharedRoom] | None = Field(
        None, min_length=1, max_length=MOST_LISTED, description="The rooms that it is for, and their threads; or all."
    )
    expires: Future | None = Field(None, description="Until when it works; for ever if omitted.")


class WhichKey(Params):
    """One of your keys."""

    id: Id = Field(description="The id of one of your keys.")


class Rotation(Proven, WhichKey):
    """One of your keys, to replace."""


class OneKey(TypedDict):
    """The key that was made, with its token."""

    key: NewKey


class ManyKeys(TypedDict):
    """Your keys, the oldest first."""

    keys: list[Key]


def _person(act: Act, _p: Params) -> str:
    """Allow people with a session."""
    return sessions.signed_in(act.me)


def _signed_in(me: Caller, _p: Params) -> None:
    """Allow people with a session."""
    sessions.signed_in(me)


@query("key.list", may=_person, method="keys")
def page(act: Act, p: Nothing, _: str) -> ManyKeys:
    """Return your service keys."""
    return {"keys": service_keys.of_person(act.db, act.me.username)}


@live("key.create", may=_signed_in, rate="create", repeatable=False, method="create_key")
async def create(here: Passwords, me: Caller, p: NewKeyAsked) -> OneKey:
    """Make a key, by which a program acts as you, with the commands and rooms that you choose."""
    about: About = {"name": p.name, "commands": p.commands, "rooms": p.rooms, "expires_at": p.expires}

    def create(act: Act) -> OneKey:
        sessions.present(act)
        still(act)
        for command in p.commands:
            if command not in act.server.grantable:
                raise Invalid(f"A key cannot have {command}.", field="commands")
        act.note(f"made the key {p.name!r}")
        return {"key": make(act, about)}

    still = await fresh.require(here, me, p.password)
    return await here.chat.change(create, me)


@live("key.rotate", may=_signed_in, rate="create", repeatable=False, method="rotate_key")
async def rotate(here: Passwords, me: Caller, p: Rotation) -> OneKey:
    """Replace a key by another one for the same; the old one ends at once. The id is another, too."""

    def replace(act: Act) -> OneKey:
        sessions.present(act)
        still(act)
        old = _end(act, p.id)
        act.note(f"replaced the key {old['name']!r}")
        return {"key": make(act, service_keys.about(old))}

    still = await fresh.require(here, me, p.password)
    return await here.chat.change(replace, me)


@change("key.revoke", may=_person, locks=own_room, repeatable=False, method="revoke_key")
def revoke(act: Act, p: WhichKey, _: str) -> Done:
    """End a key at once; its sockets are disconnected."""
    act.note(f"ended the key {_end(act, p.id)['name']!r}")
    return {}


def make(act: Act, about: About) -> NewKey:
    """Make a key of the caller; raises `Conflict` if they have too many. When it expires, its sockets end."""
    if len(service_keys.of_person(act.db, act.me.username)) >= MOST:
        raise Conflict(f"You can have at most {MOST} keys. Revoke one first.")
    key = service_keys.make(act.db, act.me.username, about)
    if key["expires_at"]:
        enqueue(act, EXPIRE, key["id"], act.me.username, due=key["expires_at"])
    return key


def _end(act: Act, id: str) -> Key:
    key = service_keys.end(act.db, act.me.username, id)
    if key is None:
        raise NotFound("You have no such key.", field="id")
    act.ended.append(id)
    return key


async def _expire(chat: Chat, job: Job) -> None:
    """End a key that has expired, with its sockets."""

    def end(act: Act) -> None:
        if not service_keys.alive(act.db, job.key):
            service_keys.end(act.db, job.data, job.key)
            act.ended.append(job.key)

    await chat.change(end, NOBODY)


EXPIRE = JobKind("keys.expire", _expire)
FEATURE = Feature(tables=(service_keys.service_keys,), commands=(page, revoke), jobs=(EXPIRE,))
PROVEN = (create, rotate)
"""The commands that need `Passwords`."""

"""What owners and admins change of a server that runs: its name, who comes in, and who needs a second factor."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from chatrooms import types
from chatrooms.errors import Conflict, Invalid
from chatrooms.events import Signal
from chatrooms.features import users
from chatrooms.identity import fresh, lapsing, sessions
from chatrooms.identity.fresh import Proven
from chatrooms.identity.passwords import Passwords, Still
from chatrooms.names import APPLICATION
from chatrooms.pipeline import rights, second_factors, signing_up
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.chat import Chat
from chatrooms.pipeline.commands import Params, live
from chatrooms.pipeline.shapes import Nothing
from chatrooms.storage import facts
from chatrooms.storage.facts import Facts
from chatrooms.types import REQUIRED_OF, SIGN_UP, RequiredOf, SignUp

ServerName = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(types.line)]


def can_rename(chat: Chat) -> bool:
    """Return whether no setting names the server."""
    return "name" not in chat.settings.model_fields_set


class Governing(Proven):
    """What to change of the server."""

    name: ServerName | None = Field(None, description="What it is called; for its owners.")
    sign_up: SignUp | None = Field(None, description=f"How new people come in; for admins and owners. {SIGN_UP}")
    second_factor: RequiredOf | None = Field(
        None, description=f"Of whom a second factor is required; for owners who have shown theirs. {REQUIRED_OF}"
    )


class Governed(TypedDict):
    """What the server is called, how new people come in, and whether that can be changed here."""

    name: Annotated[str, Field(description="Its name.")]
    sign_up: Annotated[SignUp, Field(description=f"How new people come in. {SIGN_UP}")]
    second_factor: Annotated[RequiredOf, Field(description=f"Of whom a second factor is required. {REQUIRED_OF}")]
    can_rename: Annotated[bool, Field(description="Whether no setting says its name.")]
    can_change_second_factor: Annotated[bool, Field(description="Whether no setting says of whom one is required.")]
    can_change_sign_up: Annotated[bool, Field(description="Whether no setting says how new people come in.")]


def _anyone(_me: Caller, _p: Params) -> None:
    """Allow everyone to ask; only the database knows who is an admin."""


def _governed(chat: Chat) -> Governed:
    return {
        "name": chat.server.name,
        "sign_up": chat.server.sign_up,
        "second_factor": chat.server.second_factor,
        "can_rename": can_rename(chat),
        "can_change_second_factor": not second_factors.is_set(chat.settings),
        "can_change_sign_up": not signing_up.is_set(chat.settings),
    }


@live("server.get", may=_anyone, repeatable=True, method="server")
async def server(here: Passwords, me: Caller, p: Nothing) -> Governed:
    """Return what admins and owners can change of the server."""
    mine = await here.chat.lookup(lambda db: rights.role_of(db, me))
    rights.demand(rights.verdict(mine, "admit"))
    return _governed(here.chat)


@live("server.update", may=_anyone, repeatable=False, method="update_server")
async def update(here: Passwords, me: Caller, p: Governing) -> Governed:
    """Rename the server, change how new people come in, or of whom a second factor is required.

    Everybody who is online receives a signal ``server``. People who are here stay, and sign in as before, except that
    those who need a second factor then first show it, or set one up. To require it of fewer people, prove
    who you are: by your password, or without one by having signed in within ten minutes.
    """
    chat = here.chat

    def change(act: Act) -> None:
        sessions.require_present(act)
        if p.name is not None:
            rights.require(act, "name")
            _require_unset(can_rename(chat), "name", "what this server is called", "name")
            rename(act, p.name)
        if p.sign_up is not None:
            rights.require(act, "admit")
            _require_unset(not signing_up.is_set(chat.settings), "guests", "how new people come in", "sign_up")
            facts.choose_sign_up(act.db, p.sign_up)
        if p.second_factor is not None:
            _require_second_factor(act, p.second_factor, still)
        _announce(act, p)
        act.note(f"changed the server: {given!r}")

    given = p.model_dump(exclude_none=True, exclude={"password"})
    if not given:
        raise Invalid("Nothing to update: give a name, sign_up or second_factor.", field="name")
    required = p.second_factor or chat.server.second_factor
    still: Still | None = None
    if not second_factors.covers_all(required, chat.server.second_factor):
        await chat.lookup(lambda db: rights.require_of(db, me, "name"))
        still = await fresh.require(here, me, p.password)
    await chat.change(change, me, users.SYSTEM)
    chat.learn(chat.facts._replace(**given))
    if p.second_factor is not None:
        await lapsing.end(chat, here.broadcast)
    return _governed(chat)


def _announce(act: Act, p: Governing) -> None:
    """Send what the server is now to everybody who is online."""
    now = {"name": p.name or act.server.name, "sign_up": p.sign_up or act.server.sign_up}
    act.signals.extend(Signal(person, APPLICATION, "server", now) for person in act.server.online())


def _require_second_factor(act: Act, required: RequiredOf, still: Still | None) -> None:
    """Store of whom a second factor is required; of fewer people only if the caller is ``still`` proven."""
    rights.require(act, "name")
    if still:
        still(act)
    is_unset = not second_factors.is_set(act.server.settings)
    _require_unset(is_unset, "require_second_factor", "of whom a second factor is required", "second_factor")
    if not second_factors.is_shown(act.db, sessions.signed_in(act.me)):
        raise Conflict(
            "Set up your own second factor first: turn on codes, or sign in with a passkey.", field="second_factor"
        )
    stored = facts.find(act.db)  # another server may have changed it a moment ago
    if not (still or (stored and second_factors.covers_all(required, _required(act, stored)))):
        raise Conflict("This was changed a moment ago. Look at it, and try again.", field="second_factor")
    facts.choose_second_factor(act.db, required)


def _required(act: Act, stored: Facts) -> RequiredOf:
    return second_factors.required_of(act.server.settings, stored.second_factor)


def _require_unset(is_unset: bool, setting: str, what: str, field: str) -> None:  # noqa: FBT001 - what is checked
    """Raise `Conflict` if a setting decides."""
    if not is_unset:
        raise Conflict(f"The setting `{setting}` says {what}.", field=field)


def rename(act: Act, name: str) -> None:
    """Store the server's name, under which the application itself posts too."""
    facts.rename(act.db, name)
    act.server = replace(act.server, name=name)
    users.name_application(act)


PROVEN = (server, update)
"""The commands that need `Passwords`."""

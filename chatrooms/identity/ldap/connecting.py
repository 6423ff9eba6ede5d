"""Connecting the directory to the account of somebody who is signed in and has its name there, and disconnecting it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from chatrooms.errors import Conflict, Forbidden, Invalid, Unauthorized
from chatrooms.identity import endings, fresh, pending, proofs, sessions, tries
from chatrooms.identity.fresh import Proven
from chatrooms.identity.ldap import linked
from chatrooms.identity.passwords import Given, Passwords
from chatrooms.pipeline import access
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.commands import Params, live, query
from chatrooms.pipeline.shapes import Done, Nothing

LAST = "This is your only way to sign in. Set a password or add a passkey first."


class Connecting(Proven):
    """Your password in the directory."""

    there: Given = Field(repr=False, description="Your password in the directory, where you have the same name.")


class DirectoryState(TypedDict):
    """The server's directory, and whether it signs you in."""

    available: Annotated[bool, Field(description="Whether the server has a directory.")]
    created_at: Annotated[str | None, Field(description="Since when it signs you in, in ISO 8601; null if not.")]


@query("ldap.get", may=access.anyone, method="directory")
def get(act: Act, p: Nothing, _: None) -> DirectoryState:
    """Return whether the server has a directory, and whether it signs you in."""
    available = bool(act.server.settings.ldap_url)
    return {"available": available, "created_at": linked.since(act.db, act.me.username) if available else None}


def _signed_in(me: Caller, _p: Params) -> None:
    """Allow people with a session."""
    sessions.signed_in(me)


@live("ldap.connect", may=_signed_in, repeatable=False, method="connect_directory")
async def connect(here: Passwords, me: Caller, p: Connecting) -> Done:
    """Have your password in the directory sign you in; it must know you by your username."""
    if not here.chat.settings.ldap_url:
        raise Forbidden("This server has no directory.")
    still = await fresh.require(here, me, p.password)
    await here.chat.scan(lambda db: linked.require_alone(db, me.username, "there"))
    await here.chat.change(lambda act: tries.spend(act, me.username, me.network), me)
    try:
        entry = await here.ask_directory(me.username, p.there, me)
    except Unauthorized:
        raise Invalid("This is not your password in the directory.", field="there") from None

    def add(act: Act) -> Done:
        sessions.present(act)
        still(act)
        pending.forget_others(act)
        tries.give_back(act, me.username, me.network)
        linked.add(act, me.username, entry, "there", used=False)
        act.note("connected the directory")
        return {}

    return await here.chat.change(add, me, entry)


@live("ldap.disconnect", may=_signed_in, repeatable=False, method="disconnect_directory")
async def disconnect(here: Passwords, me: Caller, p: Proven) -> Done:
    """Have the directory sign you in no longer. Your only way to sign in stays."""

    def remove(act: Act) -> Done:
        still(act)
        linked.remove(act.db, me.username)
        if not proofs.remain(act.db, me.username, here.chat.settings):
            raise Conflict(LAST)
        endings.end_begun(act, "directory", fresh.GOOD_MINUTES + fresh.PENDING_MINUTES)
        act.note("disconnected the directory")
        return {}

    still = await fresh.require(here, me, p.password)
    return await here.chat.change(remove, me)


PROVEN = (get, connect, disconnect)

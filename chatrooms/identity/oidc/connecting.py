"""Connecting the provider to the account of somebody who is signed in, and disconnecting it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from chatrooms.errors import Conflict, Forbidden
from chatrooms.identity import endings, fresh, pending, proofs, sessions
from chatrooms.identity.fresh import Proven
from chatrooms.identity.oidc import attempts, linked
from chatrooms.identity.oidc.linked import Linked
from chatrooms.identity.passwords import Passwords
from chatrooms.pipeline import access, second_factors
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.commands import Params, live, query
from chatrooms.pipeline.shapes import Done, Nothing

LAST = "This is your only way to sign in. Set a password or add a passkey first."


class ProviderState(TypedDict):
    """The server's sign-in provider, and your account there."""

    provider: Annotated[str, Field(description="What it is called; empty if the server has none.")]
    account: Annotated[Linked | None, Field(description="Your account there, if you have connected one.")]


class ProviderAttempt(TypedDict):
    """What begins to connect it."""

    state: Annotated[str, Field(description="The parameter `connect` of `oidc.begin`, within ten minutes.")]


@query("oidc.get", may=access.anyone, method="provider")
def get(act: Act, p: Nothing, _: None) -> ProviderState:
    """Return the server's sign-in provider, and your account there."""
    issuer, name = act.server.settings.oidc_issuer, act.server.settings.oidc_name
    account = linked.of_person(act.db, issuer, act.me.username) if issuer else None
    return {"provider": name if issuer else "", "account": account}


def _signed_in(me: Caller, _p: Params) -> None:
    """Allow people with a session."""
    sessions.signed_in(me)


@live("oidc.connect", may=_signed_in, repeatable=False, method="connect_provider")
async def connect(here: Passwords, me: Caller, p: Proven) -> ProviderAttempt:
    """Begin to connect the provider to your account, so that it signs you in: go on with `oidc.begin`."""
    if not here.chat.settings.oidc_issuer:
        raise Forbidden("This server has no sign-in provider.")
    still = await fresh.require(here, me, p.password)

    def make(act: Act) -> ProviderAttempt:
        still(act)
        return {"state": attempts.make(act.db, sessions.present(act)).state}

    return await here.chat.change(make, me)


@live("oidc.disconnect", may=_signed_in, repeatable=False, method="disconnect_provider")
async def disconnect(here: Passwords, me: Caller, p: Proven) -> Done:
    """Disconnect the provider from your account, which signs you in no longer. Your only way to sign in stays."""
    issuer = here.chat.settings.oidc_issuer

    def remove(act: Act) -> Done:
        still(act)
        linked.remove(act.db, issuer, me.username)
        if not proofs.remain(act.db, me.username, here.chat.settings):
            raise Conflict(LAST)
        endings.end_begun(act, "provider", fresh.GOOD_MINUTES + fresh.PENDING_MINUTES)
        own = sessions.signed_in(act.me)
        began_it = sessions.issuer_of(act.db, own) is not None
        second_factors.withdraw(act, own=began_it)
        if began_it:
            pending.forget(act.db, [own])
        act.note("disconnected the provider")
        return {}

    still = await fresh.require(here, me, p.password)
    return await here.chat.change(remove, me)


PROVEN = (connect, disconnect)
"""The commands that need `Passwords`."""

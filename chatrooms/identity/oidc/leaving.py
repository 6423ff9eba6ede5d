"""Signing out: at the provider too, if you like; and here once the provider says that somebody has there."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from chatrooms.errors import Forbidden, Unauthorized
from chatrooms.identity import sessions
from chatrooms.identity.digests import digest
from chatrooms.identity.joining import Browser, without_host
from chatrooms.identity.oidc import begun
from chatrooms.identity.oidc.failures import Untrue
from chatrooms.identity.oidc.logout_tokens import SignedOut
from chatrooms.identity.oidc.provider import Provider
from chatrooms.pipeline import jobs
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.commands import Params, entry, live
from chatrooms.pipeline.jobs import Job, JobKind
from chatrooms.pipeline.shapes import Done, Nothing

REFUSED = "This token ends no session."
LONGEST_TOKEN = 8000


class WayOut(TypedDict):
    """Where you sign out at the provider."""

    url: Annotated[
        str | None,
        Field(description="Its page, which leads back here; null if you came another way, or it has no such page."),
    ]


class LogoutToken(Params):
    """What the provider sends once somebody has signed out there."""

    logout_token: str = Field(min_length=1, max_length=LONGEST_TOKEN, repr=False, description="The logout token.")


def provided(browser: Browser, p: Params) -> None:
    """Allow everyone, if the server has a provider, and people do not sign in through the host application."""
    without_host(browser, p)
    if not browser.chat.settings.oidc_issuer:
        raise Forbidden("This server has no sign-in provider.")


def _signed_in(me: Caller, _p: Params) -> None:
    """Allow people with a session."""
    sessions.signed_in(me)


@live("oidc.way_out", may=_signed_in, repeatable=True, method="provider_way_out")
async def way_out(here: Provider, me: Caller, p: Nothing) -> WayOut:
    """Return where you can sign out at the provider, if this session began there.

    Go there after `session.leave`.
    """
    session = sessions.signed_in(me)
    if not here.issuer or await here.chat.lookup(lambda db: sessions.issuer_of(db, session)) != here.issuer:
        return {"url": None}
    return {"url": await here.way_out(me.network)}


@entry("oidc.signed_out", may=provided)
async def signed_out(here: Provider, browser: Browser, p: LogoutToken) -> Done:
    """End the sessions of somebody who has signed out at the provider, which says so by a token that counts once.

    The provider sends it to `/oidc/logout` (OpenID Connect Back-Channel Logout 1.0).
    """
    try:
        who = await here.signed_out(p.logout_token, browser.network)
        if not await here.chat.change(lambda act: _accept(act, who), NOBODY):
            raise Untrue("it came before")
    except Untrue as error:
        here.note("its logout token was refused", str(error))
        raise Unauthorized(REFUSED) from None
    return {}


def _accept(act: Act, who: SignedOut) -> bool:
    """End the sessions soon, even if the server ends before; return whether the token is new."""
    key = digest(f"{who.issuer}\0{who.id}")
    is_new = not jobs.is_known(act.db, END, key)
    jobs.enqueue(act, END, key, who._asdict())
    return is_new


async def _end(_here: Provider, chat: Chat, job: Job) -> None:
    """End the sessions."""
    who = SignedOut(**job.data)
    locks = await chat.lookup(lambda db: begun.people(db, who))
    await chat.change(lambda act: begun.end(act, who), NOBODY, *locks)


END = JobKind("oidc.end", _end)

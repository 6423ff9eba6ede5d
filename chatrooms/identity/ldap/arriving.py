"""Asking to join by the directory, where admins approve new people."""

from __future__ import annotations

from pydantic import Field

from chatrooms.errors import Conflict, Forbidden
from chatrooms.features import users
from chatrooms.identity import applying, tries
from chatrooms.identity.applicants import Proof
from chatrooms.identity.applying import Application
from chatrooms.identity.joining import Browser, Claiming, Name, without_host
from chatrooms.identity.ldap import linked
from chatrooms.identity.passwords import Given, Passwords
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.commands import Params, entry
from chatrooms.types import Topic


class Asking(Claiming, Name):
    """A name and its password in the directory, and who they are."""

    password: Given = Field(repr=False, description="The password in the directory.")
    about: Topic = Field(min_length=1, description="Who you are, in one line, for the people who decide.")


def _provided(browser: Browser, p: Params) -> None:
    """Allow everyone, if the server has a directory, and people do not sign in through the host application."""
    without_host(browser, p)
    if not browser.chat.settings.ldap_url:
        raise Forbidden("This server has no directory.")


@entry("session.ldap_apply", may=_provided, rate="join")
async def apply(here: Passwords, browser: Browser, p: Asking) -> Application:
    """Ask to join by the directory, where admins approve new people, as `session.apply` does.

    Once they have, your password in the directory signs you in in any browser.
    """
    there = (await here.check(p.username, browser.network, p.password)).entry
    if await here.chat.lookup(lambda db: users.find(db, p.username)):
        raise Conflict("You already have an account here. Sign in.", field="username")
    await here.chat.scan(lambda db: linked.require_alone(db, p.username))

    def prove(act: Act) -> Proof:
        linked.require_unbarred(act.db, p.username, there)
        tries.forgive(act, p.username, browser.network)
        return Proof("directory", subject=there)

    return await applying.ask(here.chat, browser, p, prove)


PROVEN = (apply,)

"""Asking to join where admins approve new people, and their decisions (see `applicants`)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Annotated, Protocol

from pydantic import Field
from sqlalchemy import Connection
from typing_extensions import TypedDict

from chatrooms import names
from chatrooms.errors import Conflict, Invalid, Refusal, Suspended, Unauthorized, Unavailable
from chatrooms.features import users
from chatrooms.features.users import OneUser
from chatrooms.identity import applicants, free_names, sessions, suspensions, tokens
from chatrooms.identity.applicants import UNPROVEN, Accepted, Applicant, Proof, State
from chatrooms.identity.beginnings import Beginning
from chatrooms.identity.joining import Browser, Claiming, Name, without_host
from chatrooms.identity.ldap import linked as directory
from chatrooms.identity.oidc import linked
from chatrooms.identity.oidc.linked import Identity
from chatrooms.pipeline import rights
from chatrooms.pipeline.act import APPLICATION, Act, Caller
from chatrooms.pipeline.broadcast import Broadcast
from chatrooms.pipeline.chat import Chat
from chatrooms.pipeline.commands import Params, change, entry, live, query
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.jobs import Job, JobKind
from chatrooms.pipeline.shapes import Done, Nothing
from chatrooms.types import Id, Topic

log = logging.getLogger(__name__)


class Applying(Claiming, Name):
    """Who would like to join."""

    about: Topic = Field(min_length=1, description="Who you are, in one line, for the people who decide.")


class Applied(Claiming, Name):
    """Who has asked to join."""


class WhichApplicant(Params):
    """A person who waits."""

    id: Id = Field(description="The id of a person who waits.")


class Application(TypedDict):
    """What became of what a person asked."""

    state: Annotated[State, Field(description="Whether they wait, were declined, or are a person of the server now.")]


class ManyApplicants(TypedDict):
    """The people who wait, those who asked first at the top."""

    applicants: list[Applicant]


class Admission:
    """The chat that people ask to join."""

    def __init__(self, _broadcast: Broadcast, chat: Chat) -> None:
        self.chat = chat

    def close(self) -> None:
        """Do nothing: nothing goes on."""


def _token(browser: Browser, p: Applied | Asks) -> str | None:
    """Return what a browser or program may have to prove that it has asked before; somebody may have put it there."""
    return p.claim or tokens.jar(browser.chat, browser.handshake).token(browser.handshake.cookies, p.username)


@entry("session.apply", may=without_host, rate="join")
async def apply(here: Admission, browser: Browser, p: Applying) -> Application:
    """Ask to join, where admins approve new people: sets the cookie that signs you in once they have.

    A program gives a ``claim`` of its own instead. Until then it proves nothing: what else you ask for is ``waiting``.
    """
    return await ask(here.chat, browser, p)


class Asks(Protocol):
    """What somebody who asks to join gives."""

    @property
    def username(self) -> str:
        """The name that they would like to have."""

    @property
    def claim(self) -> str | None:
        """The token of a program's own making."""

    @property
    def about(self) -> str:
        """Who they are."""


async def ask(chat: Chat, browser: Browser, p: Asks, prove: Callable[[Act], Proof] = lambda _: UNPROVEN) -> Application:
    """Let somebody wait to be approved; raises `Conflict` where nobody has to be, or if they need not.

    ``prove`` runs in the same transaction, and returns what signs them in once they are approved.
    """
    if chat.server.sign_up != "approval":
        raise Conflict("Nobody has to approve new people on this server.")
    try:
        names.claimable(p.username, chat.server.name)
    except ValueError as error:
        raise Invalid(str(error), field="username") from None
    before, token = _token(browser, p), p.claim or sessions.new_token()
    if before and await chat.lookup(partial(sessions.holder, token=before)):
        raise Conflict("You already have an account here.", field="username")

    def wait(act: Act) -> None:
        agent = browser.handshake.agent
        applicants.add(act, p.username, p.about, token, agent, proof=prove(act), replaces=before or token)
        applicants.announce(act)

    await chat.change(wait, Caller(p.username, network=browser.network), p.username, *names.looks(p.username))
    if p.claim is None:
        browser.keep(p.username, token)
    return {"state": "waiting"}


@entry("session.applied", may=without_host, rate="join")
async def applied(here: Admission, browser: Browser, p: Applied) -> Application:
    """Return what became of what you asked with `session.apply`."""
    token = _token(browser, p)
    state = None if token is None else await here.chat.lookup(partial(_state, username=p.username, token=token))
    if state is None:
        raise Unauthorized("You have not asked to join, or too long ago.")
    return {"state": state}


def _state(db: Connection, username: str, token: str) -> State | None:
    if sessions.holder(db, token) == username:
        return "approved"
    return applicants.state(db, username, token)


@entry("session.withdraw", may=without_host)
async def withdraw(here: Admission, browser: Browser, p: Applied) -> Done:
    """Ask to join no longer; removes the cookie."""
    token = _token(browser, p)
    if token is not None:
        await here.chat.change(lambda act: _drop(act, token), Caller(p.username))
    if p.claim is None and (token is None or not await here.chat.lookup(lambda db: sessions.exists(db, token))):
        browser.forget(p.username)
    return {}


def _drop(act: Act, token: str) -> None:
    if applicants.drop(act.db, token):
        applicants.announce(act)


def _admin(act: Act, _p: Params) -> None:
    """Allow admins and owners of the server."""
    rights.require(act, "admit")


def _anyone(_me: Caller, _p: Params) -> None:
    """Allow everyone to ask; only the database knows who is an admin."""


@query("applicant.list", may=_admin, method="applicants")
def page(act: Act, p: Nothing, _: None) -> ManyApplicants:
    """Return the people who have asked to join, where new people are approved."""
    return {"applicants": applicants.waiting(act.db)}


@live("applicant.approve", may=_anyone, repeatable=False, method="approve_applicant")
async def approve(here: Admission, me: Caller, p: WhichApplicant) -> OneUser:
    """Approve an applicant: the browser or program with which they asked is signed in from now on."""
    found = await here.chat.lookup(partial(_found, me=me, id=p.id))
    if found and found["proof"] == "directory":
        await here.chat.scan(lambda db: directory.require_alone(db, found["username"], "id"))

    def admit(act: Act) -> OneUser:
        sessions.require_present(act)
        rights.require(act, "admit")
        asked = applicants.existing(act.db, p.id)
        if sessions.holder_of_hash(act.db, asked["token_hash"]):
            raise Conflict("They have come in already, by an invitation or another name.", field="id")
        _require_unbarred(act, asked)
        user = free_names.add(act, asked["username"], field="id")
        applicants.end(act.db, p.id)
        beginning = Beginning("approval", asked["issuer"])
        sessions.start(act, asked["username"], asked["token_hash"], asked["agent"], beginning)
        _connect(act, asked)
        applicants.announce(act)
        act.note(f"approved {asked['username']!r}")
        return {"user": user}

    locks = _locks(here.chat, found) if found else ()
    return await here.chat.change(admit, me, p.id, *locks)


def _found(db: Connection, me: Caller, id: str) -> Accepted | None:
    """Return an applicant; raises `Forbidden` to people who may not approve any, before it looks."""
    rights.require_of(db, me, "admit")
    return applicants.find(db, id)


def _locks(chat: Chat, asked: Accepted) -> tuple[str, ...]:
    entry = asked["subject"] if asked["proof"] == "directory" else None
    return *users.locks_to_add(asked["username"], chat.settings.lobby), *filter(None, [entry])


def _require_unbarred(act: Act, asked: Accepted) -> None:
    """Raise `Conflict` if the account by which somebody asked signs in a person, or has, who is suspended now."""
    try:
        if asked["proof"] == "directory":
            directory.require_unbarred(act.db, asked["username"], asked["subject"])
        elif identity := _identity(asked):
            linked.require_unbarred(act.db, identity)
            suspensions.require_none(act.db, linked.username_of(act.db, identity) or "")
    except Suspended:
        text = "They asked by an account of somebody who is suspended now."
        raise Conflict(text, field="id") from None


def _identity(asked: Accepted) -> Identity | None:
    """Return the account of the provider by which somebody asked, if they did."""
    if not (asked["issuer"] and asked["subject"]):
        return None
    return Identity(asked["issuer"], asked["subject"], asked["label"])


def _connect(act: Act, asked: Accepted) -> None:
    """Let the directory, or the account of the provider, sign in somebody who has asked to join by it."""
    if asked["proof"] == "directory":
        directory.add(act, asked["username"], asked["subject"], "id", used=False)
    elif (identity := _identity(asked)) and linked.username_of(act.db, identity) is None:
        linked.add(act, identity, asked["username"], used=False, tells_time=asked["tells_time"])


def _applicant(_db: Connection, _me: Caller, p: WhichApplicant) -> list[str]:
    """Lock an applicant, so that two servers do not decide both ways."""
    return [p.id]


@change("applicant.decline", may=_admin, locks=_applicant, repeatable=False, method="decline_applicant")
def decline(act: Act, p: WhichApplicant, _: None) -> Done:
    """Decline an applicant. They are notified, and their name is free again."""
    declined = applicants.decline(act, p.id)
    applicants.announce(act)
    act.note(f"declined {declined['username']!r}")
    return {}


async def _decide(_here: Admission, chat: Chat, job: Job) -> None:
    """Run what an operator has decided beside the server, unless it is decided already, or cannot be any more."""
    try:
        await chat.run(job.data["command"], {"id": job.data["id"]}, APPLICATION)
    except Unavailable:
        raise
    except Refusal as refusal:
        log.warning("what the operator decided about an applicant was refused: %s", refusal.message)


DECIDE = JobKind("applicant.decide", _decide)


FEATURE = Feature(
    tables=(applicants.applicants,),
    commands=(apply, applied, withdraw, page, approve, decline),
    jobs=(DECIDE,),
    component=Admission,
)

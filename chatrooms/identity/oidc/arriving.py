"""Signing in at the provider, and coming in by it for the first time."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from chatrooms.errors import Forbidden, Unauthorized, Waiting
from chatrooms.features import users
from chatrooms.features.users import OneUser
from chatrooms.identity import accounts, applicants, applying, guests, pending, sessions
from chatrooms.identity.applicants import Proof
from chatrooms.identity.applying import Application
from chatrooms.identity.handshake import Invitation
from chatrooms.identity.joining import Browser, Claiming, Name, sign_in
from chatrooms.identity.oidc import attempts, begun, connecting, leaving, linked, newcomers
from chatrooms.identity.oidc.attempts import LENGTH, Attempt
from chatrooms.identity.oidc.failures import Untrue
from chatrooms.identity.oidc.id_tokens import SignedIn
from chatrooms.identity.oidc.newcomers import Newcomer
from chatrooms.identity.oidc.provider import Provider
from chatrooms.pipeline import second_factors
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.commands import Params, entry
from chatrooms.pipeline.feature import Feature
from chatrooms.storage.rows import User
from chatrooms.types import Topic

NOT_ANEW = "Somebody was signed in at the provider before. Sign out there, and connect it again."
REFUSED = "You couldn't be signed in. Try again."
LONGEST_CODE = 4000

State = Annotated[str, Field(min_length=LENGTH, max_length=LENGTH)]


class Beginning(Params):
    """Whether to sign in, or to connect the provider to your account."""

    connect: State | None = Field(
        None, repr=False, description="What `oidc.connect` returned, to connect; else omitted."
    )
    anew: bool = Field(
        False,
        description="Whether the provider has the person sign in again, though they have there: only who did within "
        "ten minutes can do what takes proof.",
    )


class Address(TypedDict):
    """Where to go on."""

    url: Annotated[str, Field(description="The provider's page.")]


class Returning(Claiming):
    """What the provider has added to the address to which it led back."""

    state: State = Field(repr=False, description="The state.")
    code: str = Field(min_length=1, max_length=LONGEST_CODE, repr=False, description="The code.")
    iss: str | None = Field(None, max_length=300, description="The issuer, if the address has one (RFC 9207).")


class Nameless(TypedDict):
    """Somebody who is new here, and picks a name."""

    ticket: Annotated[str, Field(description="For `session.oidc_join` and `session.oidc_apply`, within 15 minutes.")]
    username: Annotated[str, Field(description="A free name like that at the provider; perhaps empty.")]
    label: Annotated[str, Field(description="What the provider calls them.")]


class Arrived(TypedDict):
    """Who is signed in now, or else the ``newcomer``; one of both is null."""

    user: User | None
    newcomer: Nameless | None
    connected: Annotated[bool, Field(description="Whether the provider was connected to the account of a person.")]


class Taking(Claiming, Name):
    """The name that a newcomer has picked."""

    ticket: State = Field(repr=False, description="The newcomer's ticket.")


class Joining(Taking):
    """The name, and perhaps an invitation."""

    invite: Invitation | None = Field(None, repr=False, description="The code of an invitation.")


class Asking(Taking):
    """The name, and who they are."""

    about: Topic = Field(min_length=1, description="Who you are, in one line, for the people who decide.")


@entry("oidc.begin", may=leaving.provided, rate="join")
async def begin(here: Provider, browser: Browser, p: Beginning) -> Address:
    """Begin to sign in at the provider, within ten minutes: open the address in this browser. Sets a cookie."""
    mark = browser.mark()

    def bound(act: Act) -> Attempt | None:
        return attempts.bind(act.db, p.connect or attempts.make(act.db).state, mark)

    attempt = await here.chat.change(bound, Caller("", network=browser.network))
    if attempt is None:
        raise Unauthorized(REFUSED)
    return {"url": await here.address(attempt, browser.network, anew=p.anew)}


@entry("session.oidc", may=leaving.provided, rate="join")
async def sign_in_by_oidc(here: Provider, browser: Browser, p: Returning) -> Arrived:
    """Go on where the provider has led back: sets the cookie that proves your name, unless you give a ``claim``.

    Somebody who is new here gets a ticket, with which they pick a name. After `oidc.connect`, it connects the provider.
    """
    attempt, person = await _returned(here, browser, p)
    if attempt.session:
        if person.anew is False:
            raise Forbidden(NOT_ANEW)
        return await _connect(here, browser, attempt, person)
    username = await here.chat.lookup(lambda db: linked.username_of(db, person.identity))
    if username is None:
        return await _welcome(here, browser, person)
    mark, shown = begun.mark(here.issuer, person.sid), person.second_factor
    anew = await here.chat.lookup(lambda db: linked.proves(db, person.identity, person.anew))
    beginning = begun.by(here.issuer, mark, second_factor=shown, anew=anew)
    tells_time = person.anew is not None
    prove = partial(linked.use, identity=person.identity, username=username, tells_time=tells_time)
    signed_in = await sign_in(browser, username, p.claim, prove, beginning=beginning)
    return {"user": signed_in["user"], "newcomer": None, "connected": False}


async def _returned(here: Provider, browser: Browser, p: Returning) -> tuple[Attempt, SignedIn]:
    """Return the attempt that ends, and who signed in at the provider; raises `Unauthorized`, whatever is wrong."""
    mark = browser.mark()
    stranger = Caller("", network=browser.network)
    attempt = await here.chat.change(lambda act: attempts.hold(act.db, p.state, mark), stranger)
    if attempt is None:
        raise Unauthorized(REFUSED)
    try:
        return attempt, await here.person(attempt, p.code, p.iss, browser.network)
    except Untrue as error:
        here.note("its answer was refused", str(error))
        raise Unauthorized(REFUSED) from None


async def _connect(here: Provider, browser: Browser, attempt: Attempt, person: SignedIn) -> Arrived:
    """Connect an account of the provider to the person of the session that asked for it, if that still goes on."""
    username, mark = await here.chat.lookup(lambda db: sessions.username_of(db, attempt.session)), browser.mark()

    def connect(act: Act) -> Arrived:
        is_good = attempts.finish(act.db, attempt.state, mark)
        if not is_good or username is None or not sessions.alive(act.db, attempt.session):
            raise Unauthorized(REFUSED)
        second_factors.require(act.db, act.me, act.server.second_factor)
        pending.forget_others(act)
        linked.add(act, person.identity, username, used=False, tells_time=person.anew is not None)
        act.note(f"connected the provider's account {person.identity.label!r}")
        return {"user": users.existing(act.db, username), "newcomer": None, "connected": True}

    me = Caller(username or "", session=attempt.session, network=browser.network)
    return await here.chat.change(connect, me)


async def _welcome(here: Provider, browser: Browser, person: SignedIn) -> Arrived:
    """Return a ticket for somebody who is new here; raises `Waiting` if they have asked to join already."""
    mark = browser.mark()

    def make(act: Act) -> Arrived:
        if applicants.waits_by_provider(act.db, person.identity):
            raise Waiting
        mark_there = begun.mark(here.issuer, person.sid)
        anew, tells_time = person.anew is not False, person.anew is not None
        came = Newcomer(person.identity, mark_there, person.second_factor, anew, tells_time)
        ticket = newcomers.make(act.db, came, mark)
        username = accounts.suggestion(act.db, person.preferred, act.server.name)
        shown: Nameless = {"ticket": ticket, "username": username, "label": person.identity.label}
        return {"user": None, "newcomer": shown, "connected": False}

    return await here.chat.change(make, Caller("", network=browser.network))


@entry("session.oidc_join", may=leaving.provided, rate="join")
async def join(here: Provider, browser: Browser, p: Joining) -> OneUser:
    """Join by the provider with a name of your choice: sets the cookie that proves it, unless you give a ``claim``.

    Who may come in is up to the setting `guests`, and to `oidc_approved` for people of the provider.
    """
    mark, token = browser.mark(), p.claim or sessions.new_token()
    newcomer = newcomers.require(await here.chat.lookup(lambda db: newcomers.find(db, p.ticket, mark)))

    def settle(act: Act) -> None:
        newcomers.settle(act, newcomers.require(newcomers.find(act.db, p.ticket, mark)), p.username)

    approved = here.chat.settings.oidc_approved
    shown, anew = newcomer.second_factor, newcomer.anew
    beginning = begun.by(here.issuer, newcomer.mark, second_factor=shown, anew=anew)
    wish = guests.Wish(p.username, token, p.invite, beginning)
    user = await guests.take_new_name(here.chat, browser.handshake, wish, settle, approved=approved)
    if p.claim is None:
        browser.keep(p.username, token)
    return {"user": user}


@entry("session.oidc_apply", may=leaving.provided, rate="join")
async def apply(here: Provider, browser: Browser, p: Asking) -> Application:
    """Ask to join by the provider, where admins approve new people, as `session.apply` does.

    Once they have, the provider signs you in in any browser.
    """
    mark = browser.mark()

    def prove(act: Act) -> Proof:
        newcomer = newcomers.require(newcomers.find(act.db, p.ticket, mark))
        linked.require_unbarred(act.db, newcomer.identity)
        newcomers.forget(act.db, newcomer.identity)
        return Proof("provider", *newcomer.identity, tells_time=newcomer.tells_time)

    return await applying.ask(here.chat, browser, p, prove)


FEATURE = Feature(
    tables=(attempts.attempts, newcomers.newcomers, linked.linked),
    commands=(begin, sign_in_by_oidc, join, apply, connecting.get, leaving.way_out, leaving.signed_out),
    jobs=(leaving.END,),
    component=Provider,
)

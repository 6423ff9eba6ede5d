"""Guests: people who take a free name, and keep it by a token (the setting `guests`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from chatrooms import names
from chatrooms.errors import ApprovalRequired, Invalid, NameTaken, SecondFactorRequired, Unauthorized, Waiting
from chatrooms.features import roles, users
from chatrooms.identity import applicants, beginnings, free_names, invites, sessions, suspended_tokens, tokens
from chatrooms.identity.beginnings import JOIN, Beginning
from chatrooms.identity.handshake import Handshake
from chatrooms.pipeline import signing_up
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.chat import Chat
from chatrooms.pipeline.rates import Rates
from chatrooms.storage.rows import User


class Guests:
    """Gives names to sockets that come without a proof."""

    def __init__(self, chat: Chat, rates: Rates) -> None:
        self._chat, self._rates = chat, rates

    async def identify(self, handshake: Handshake) -> Caller | None:
        """Return a guest with the name that a socket asks for, and the token that keeps it; raises a `Refusal`.

        The token is the client's own claim or a new one. A client whose answer was lost claims the name again: the
        claim is a proof by then.
        """
        given = handshake.credentials
        if not handshake.socket or given.username is None:
            return None
        token = given.claim or sessions.new_token()
        is_known, refusal = await self._chat.lookup(
            lambda db: (sessions.exists(db, token), suspended_tokens.refusal_of(db, token))
        )
        if not is_known:
            if self._chat.server.second_factor == "everybody":
                raise SecondFactorRequired("New people join in a browser here, where they set up a second factor.")
            self._rates.spend_by_address("join", handshake.network)
            if refusal:
                raise refusal
            await take_name(self._chat, handshake, given.username, token, given.invite)
        return replace(await tokens.holder(self._chat, handshake, token, given.username), new_token=token)


async def _require_begun(chat: Chat, handshake: Handshake) -> None:
    """Raise `Unauthorized` for people elsewhere who would be the first, unless the settings say that guests may join.

    So the person who sets up a server can become its owner before strangers come.
    """
    is_named = bool(chat.settings.url or chat.settings.hosts)  # then no other name is answered to
    is_local = handshake.local and (is_named or handshake.names_itself)
    if not signing_up.is_set(chat.settings) and not is_local and await chat.lookup(roles.is_new):
        raise Unauthorized("This server has no owner yet. Its owner opens the link that it printed when it started.")


async def _require_open(chat: Chat, token: str) -> None:
    """Raise `Unauthorized`, `ApprovalRequired` or `Waiting` unless anybody can join by themselves."""
    if chat.server.sign_up == "closed":
        raise Unauthorized("This server isn't accepting new members. If you already have an account, sign in.")
    if chat.server.sign_up == "invite":
        raise Unauthorized("You need an invitation to join.")
    if chat.server.sign_up == "approval":
        raise Waiting if await chat.lookup(lambda db: applicants.waits(db, token)) else ApprovalRequired


class Wish(NamedTuple):
    """A name that somebody would like to have, the token that is to prove it, and the code of an invitation, if any.

    ``lock`` is what else nobody may come by meanwhile.
    """

    username: str
    token: str
    invite: str | None
    beginning: Beginning = JOIN
    lock: str | None = None


async def _is_admitted(chat: Chat, invite: str) -> bool:
    """Return whether a valid invitation admits newcomers: where admins approve them, only one made by an admin does."""
    found = invites.require(await chat.lookup(lambda db: invites.working(db, invite)))
    if chat.server.sign_up == "approval":
        return await chat.lookup(lambda db: invites.admits(db, found))
    return chat.server.sign_up != "closed"


async def take_name(chat: Chat, handshake: Handshake, username: str, token: str, invite: str | None) -> User:
    """Let ``token`` prove ``username`` from now on, if a guest may have that name; return their profile.

    With the code of an invitation, ``invite``, they join its room too. Raises `Unauthorized` where no one can join, or
    only with an invitation, `NotFound` for one that is not good, `ApprovalRequired` or `Waiting` where people are
    approved and who invites them does not approve anybody, `Invalid` for a reserved name, and `NameTaken`.
    """
    from chatrooms.identity import proofs  # they sign in by `joining`, which imports this

    def known(act: Act) -> User | None:
        user = users.find(act.db, username) if chat.settings.guests == "open" else None
        if user and proofs.protect(act.db, username):
            raise NameTaken(field="username")
        return user

    wish = Wish(username, token, invite)
    await _require_way_in(chat, handshake, wish)
    return await _take(chat, handshake, wish, lambda act: known(act) or free_names.add(act, username))


async def take_new_name(
    chat: Chat,
    handshake: Handshake,
    wish: Wish,
    settle: Callable[[Act], None],
    *,
    approved: bool,
) -> User:
    """Do what `take_name` does, for a name that nobody has, and ``settle`` in the same transaction what else proves it.

    People who are ``approved`` need no invitation and no approval; where no one can join, they cannot either.
    """

    def add(act: Act) -> User:
        user = free_names.add(act, wish.username)
        settle(act)
        return user

    await _require_way_in(chat, handshake, wish, approved=approved)
    return await _take(chat, handshake, wish, add)


async def _require_way_in(chat: Chat, handshake: Handshake, wish: Wish, *, approved: bool = False) -> None:
    admitted = approved or (wish.invite is not None and await _is_admitted(chat, wish.invite))
    if chat.server.sign_up == "closed" or not admitted:
        await _require_open(chat, wish.token)
    if wish.invite is None:
        await _require_begun(chat, handshake)


async def _take(chat: Chat, handshake: Handshake, wish: Wish, add: Callable[[Act], User]) -> User:
    username, token, invite, beginning, lock = wish
    try:
        names.claimable(username, chat.server.name)
    except ValueError as error:
        raise Invalid(str(error), field="username") from None
    invited_to = [invites.require(await chat.lookup(lambda db: invites.working(db, invite)))["room"]] if invite else []

    def take(act: Act) -> User:
        if sessions.holder(act.db, token) == username:
            return users.existing(act.db, username)
        user = add(act)
        sessions.start_or_go_on(act, username, token, handshake.agent, beginning)
        if invite:
            invites.use(act, invite, is_new=True)
        return user

    locks = {*users.locks_to_add(username, chat.settings.lobby), *invited_to, *filter(None, [lock])}
    taken = await chat.change(take, Caller(username, network=handshake.network), *locks)
    beginnings.note(username, beginning, handshake.address)
    return taken

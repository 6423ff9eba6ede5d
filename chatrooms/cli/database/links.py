"""Links that operators give to people: to become the first owner, to sign in, and to join."""

from __future__ import annotations

from datetime import timedelta

from typing_extensions import TypedDict

from chatrooms import clock, names
from chatrooms.cli.database import require_person, transaction
from chatrooms.cli.opening import Unable
from chatrooms.features import roles, rooms
from chatrooms.identity import invites, links, proofs, setups, suspending
from chatrooms.pipeline import jobs
from chatrooms.settings import Settings
from chatrooms.storage import locks


class Address(TypedDict):
    """A link, and until when it works."""

    url: str
    expires_at: str


def setup(settings: Settings) -> Address:
    """Return a new link that makes the person who opens it the owner; raises `Unable` if there is one."""
    with transaction(settings) as db:
        if known := roles.owners(db):
            raise Unable(f"the server has an owner: {known[0]}; for others: chatrooms user role NAME owner")
        code = setups.make(db)
    return {"url": f"{_page(settings)}#/setup/{code}", "expires_at": clock.later(setups.GOOD_FOR)}


def sign_in(settings: Settings, username: str, minutes: int, *, forget_password: bool) -> Address:
    """Return a link that signs in ``username`` once; raises `Unable`. An earlier link of theirs no longer does.

    ``forget_password`` removes all that signs them in, and their sessions, so that they alone can set others.
    """
    with transaction(settings) as db:
        require_person(db, username)
        locks.take(db, [username])  # a session that ends makes nothing meanwhile that signs in later
        if forget_password:
            jobs.leave(db, suspending.END, {"username": username, "sessions": proofs.forget(db, username)})
        link = links.make(db, username, timedelta(minutes=minutes), "console")
    return {"url": f"{_page(settings)}#/link/{link['code']}", "expires_at": link["expires_at"]}


def invite(settings: Settings, room: str, uses: int, days: int) -> Address:
    """Return a link by which so many people join ``room``, and the server; raises `Unable`."""
    if not room:
        raise Unable("this server has no lobby: name the room that the link leads to")
    with transaction(settings) as db:
        if not rooms.exists(db, room):
            raise Unable(f"there is no room {room}")
        expires_at = clock.later(timedelta(days=days))
        made = invites.make(db, names.APPLICATION, room, uses, expires_at)
    return {"url": f"{_page(settings)}#/invite/{made['code']}", "expires_at": expires_at}


def _page(settings: Settings) -> str:
    """Return the address of the chat's page, as far as the settings tell."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return settings.url or f"http://{host}:{settings.port}/"

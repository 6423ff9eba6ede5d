"""Links that operators give to people, made beside a server that goes on: to sign in, and to join."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Connection

from chatrooms import clock, names
from chatrooms.cli.opening import Unable, opening_existing
from chatrooms.features import rooms, users
from chatrooms.identity import invites, links, proofs, suspending
from chatrooms.pipeline import jobs
from chatrooms.settings import Settings
from chatrooms.storage.engines import connect
from chatrooms.storage.migrations import HEAD, revision_of


def sign_in(settings: Settings, username: str, minutes: int, *, forget_password: bool) -> str:
    """Return a link that signs in ``username`` once; raises `Unable`. An earlier link of theirs no longer does.

    ``forget_password`` removes all that signs them in, and their sessions, so that they alone can set others.
    """
    with beside(settings) as db:
        if username == users.SYSTEM or users.find(db, username) is None:
            raise Unable(f"no one has the name {username}")
        if forget_password:
            jobs.leave(db, suspending.END, {"username": username, "sessions": proofs.forget(db, username)})
        link = links.make(db, username, timedelta(minutes=minutes))
    return f"{page(settings)}#/link/{link['code']}"


def invite(settings: Settings, room: str, uses: int, days: int) -> str:
    """Return a link by which so many people join ``room``, and the server; raises `Unable`."""
    if not room:
        raise Unable("this server has no lobby: name the room that the link leads to")
    with beside(settings) as db:
        if not rooms.exists(db, room):
            raise Unable(f"there is no room {room}")
        made = invites.make(db, names.APPLICATION, room, uses, clock.later(timedelta(days=days)))
    return f"{page(settings)}#/invite/{made['code']}"


@contextmanager
def beside(settings: Settings) -> Iterator[Connection]:
    """Yield a transaction of the database, also while a server uses it."""
    with opening_existing(settings) as url:
        engine = connect(url, writer=True)
        try:
            if revision_of(engine) != HEAD:
                raise Unable("another version wrote the database: start the server of this version first")
            with engine.begin() as db:
                yield db
        finally:
            engine.dispose()


def page(settings: Settings) -> str:
    """Return the address of the chat's page, as far as the settings tell."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return settings.url or f"http://{host}:{settings.port}/"

"""A link that signs in a person who has lost every other way in, made beside a server that goes on."""

from __future__ import annotations

from datetime import timedelta

from chatrooms.cli.opening import Unable, opening_existing
from chatrooms.features import users
from chatrooms.identity import links, passwords
from chatrooms.settings import Settings
from chatrooms.storage.engines import connect
from chatrooms.storage.migrations import HEAD, revision_of


def make(settings: Settings, username: str, minutes: int, *, forget_password: bool) -> str:
    """Return a link that signs in ``username`` once; raises `Unable`. An earlier link of theirs no longer does.

    ``forget_password`` removes their password, so that they can set another one.
    """
    with opening_existing(settings) as url:
        engine = connect(url, writer=True)
        try:
            if revision_of(engine) != HEAD:
                raise Unable("another version wrote the database: start the server of this version first")
            with engine.begin() as db:
                if username == users.SYSTEM or users.find(db, username) is None:
                    raise Unable(f"no one has the name {username}")
                if forget_password:
                    passwords.forget(db, username)
                link = links.make(db, username, timedelta(minutes=minutes))
        finally:
            engine.dispose()
    return f"{_page(settings)}#/link/{link['code']}"


def _page(settings: Settings) -> str:
    """Return the address of the chat's page, as far as the settings tell."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return settings.url or f"http://{host}:{settings.port}/"

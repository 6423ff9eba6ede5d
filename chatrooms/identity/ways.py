"""How somebody signs in, and where they are signed in, as moderators, admins and owners of the server see it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection, select
from typing_extensions import TypedDict

from chatrooms.features.users import Who
from chatrooms.identity import passkeys, passwords, service_keys, totp
from chatrooms.identity.ldap import linked as directory
from chatrooms.identity.oidc import linked
from chatrooms.pipeline import people, rights
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.commands import query
from chatrooms.pipeline.feature import Feature
from chatrooms.settings import Settings
from chatrooms.storage.fields import Began, Created
from chatrooms.storage.results import many
from chatrooms.storage.tables import sessions


class Ways(TypedDict):
    """What signs somebody in."""

    password: Annotated[bool, Field(description="Whether they have a password here.")]
    second_factor: Annotated[bool, Field(description="Whether signing in with a password takes a code too.")]
    passkeys: Annotated[int, Field(description="How many passkeys they have.")]
    provider: Annotated[str | None, Field(description="What the sign-in provider calls them; null if not connected.")]
    directory: Annotated[bool, Field(description="Whether the directory signs them in.")]
    keys: Annotated[int, Field(description="How many service keys of theirs work.")]


class Place(TypedDict):
    """A browser or program that is signed in as somebody."""

    agent: Annotated[str, Field(description="The browser or program, as it named itself.")]
    began: Annotated[Began | None, Field(description="How it was signed in; null if an earlier version did it.")]
    created_at: Created
    seen_at: Annotated[str, Field(description="When it was last used, to the hour.")]


class Shown(TypedDict):
    """How somebody signs in, and where they are signed in, the last used first."""

    ways: Ways
    sessions: list[Place]


def _lister(act: Act, _p: Who) -> None:
    """Allow moderators, admins and owners of the server."""
    rights.require(act, "list")


@query("user.show", may=_lister, method="show_user")
def show(act: Act, p: Who, _: None) -> Shown:
    """Return how a person can sign in, and where and how they are signed in."""
    username = people.reachable(act.db, act.me, p.username)
    return {"ways": _ways(act.db, username, act.server.settings), "sessions": _places(act.db, username)}


def _ways(db: Connection, username: str, settings: Settings) -> Ways:
    provided = linked.of_person(db, settings.oidc_issuer, username) if settings.oidc_issuer else None
    return {
        "password": passwords.hash_of(db, username) is not None,
        "second_factor": totp.enabled(db, username),
        "passkeys": len(passkeys.ids_of(db, username)),
        "provider": provided["label"] if provided else None,
        "directory": bool(settings.ldap_url) and directory.since(db, username) is not None,
        "keys": service_keys.counts(db, [username]).get(username, 0),
    }


def _places(db: Connection, username: str) -> list[Place]:
    columns = sessions.c.agent, sessions.c.began, sessions.c.created_at, sessions.c.seen_at
    found = select(*columns).where(sessions.c.username == username)
    return many(Place, db.execute(found.order_by(sessions.c.seen_at.desc(), sessions.c.created_at.desc())))


FEATURE = Feature(commands=(show,))

"""What a person wants in their inbox: keywords of their own, and whether reactions."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from sqlalchemy import Column, Connection, ForeignKey, String, Table, bindparam, delete, insert, select
from typing_extensions import TypedDict

from chatrooms.errors import Invalid
from chatrooms.features.inbox import keywords
from chatrooms.features.inbox.keywords import Keyword
from chatrooms.pipeline import access
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.commands import Params, change, own_room, query
from chatrooms.pipeline.shapes import Nothing
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import metadata, users

unreacted = Table(
    "unreacted",
    metadata,
    Column(
        "username",
        String(32),
        ForeignKey(users.c.username),
        primary_key=True,
        comment="who wants no items about reactions",
    ),
)
_is_unreacted = Prepared(select(unreacted.c.username).where(unreacted.c.username == bindparam("who")))


class NewInboxSettings(Params):
    """What you want in your inbox; what is omitted stays as it is."""

    keywords: list[Keyword] | None = Field(
        None,
        max_length=keywords.MOST,
        description=f"At most {keywords.MOST} words or phrases of {keywords.SHORTEST} to {keywords.LONGEST} "
        "characters, with a letter or digit, instead of those before.",
    )
    reactions: bool | None = Field(None, description="Whether you want items about reactions to your messages.")


class InboxSettings(TypedDict):
    """What you want in your inbox now."""

    keywords: Annotated[list[str], Field(description="Your keywords, in the form in which they are compared.")]
    reactions: Annotated[bool, Field(description="Whether you want items about reactions to your messages.")]


def wants_reactions(db: Connection, username: str) -> bool:
    """Return whether a person wants items about reactions to their messages, as everyone does at first."""
    return _is_unreacted.one(db, {"who": username}) is None


@query("inbox.settings", may=access.anyone, method="inbox_settings", scope="own")
def inbox_settings(act: Act, p: Nothing, _: None) -> InboxSettings:
    """Return what you want in your inbox besides what everyone has there; no one else learns of it."""
    return _settings(act)


@change("inbox.set", may=access.anyone, locks=own_room, repeatable=True, method="set_inbox", scope="own")
def set_inbox(act: Act, p: NewInboxSettings, _: None) -> InboxSettings:
    """Choose what you want in your inbox from now on.

    A message of others in your rooms and conversations that has one of your keywords, as whole words and whatever their
    case, gives you an item of kind `keyword`, unless it gives you another. At most 50 of these are unread: beyond
    that, the oldest item from the author with the most becomes read.
    """
    username = act.me.username
    if p.keywords is not None:
        if act.me.host:
            raise Invalid("The application has no inbox.", field="keywords")
        keywords.replace(act.db, username, dict.fromkeys(p.keywords))
    if p.reactions is not None and p.reactions is not wants_reactions(act.db, username):
        if p.reactions:
            act.db.execute(delete(unreacted).where(unreacted.c.username == username))
        else:
            act.db.execute(insert(unreacted).values(username=username))
    return _settings(act)


def _settings(act: Act) -> InboxSettings:
    username = act.me.username
    return {"keywords": keywords.of(act.db, username), "reactions": wants_reactions(act.db, username)}

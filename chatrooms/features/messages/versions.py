"""Earlier texts of edited messages, for their authors and moderators; deleting a message deletes them too."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from sqlalchemy import delete, insert, select
from typing_extensions import TypedDict

from chatrooms.errors import Forbidden
from chatrooms.features.messages.permissions import Which, find_visible, require_message, require_undeleted
from chatrooms.pipeline import access
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.commands import query
from chatrooms.storage.results import many
from chatrooms.storage.rows import Message
from chatrooms.storage.tables import versions
from chatrooms.types import fitting

MAX_VERSIONS = 50
"""How many earlier texts of a message are kept: the first one, and the most recent of the others."""


class Version(TypedDict):
    """A text that a message had."""

    at: Annotated[str, Field(description="When it was posted or edited to this; ISO 8601, UTC, with milliseconds.")]
    text: Annotated[str, Field(description="Markdown source.")]


class Versions(TypedDict):
    """Earlier texts, newest first, without the present one; as many as fit into one response."""

    versions: list[Version]


def keep(act: Act, message: Message) -> None:
    """Keep the text of a message that is about to be edited."""
    key = versions.c.message == message["id"]
    listed = act.db.scalars(select(versions.c.at).where(key).order_by(versions.c.at)).all()
    if len(listed) >= MAX_VERSIONS:
        act.db.execute(delete(versions).where(key, versions.c.at == listed[1]))
    at = message["edited_at"] or message["at"]
    if at not in listed:  # edited twice in a millisecond
        act.db.execute(insert(versions).values(message=message["id"], at=at, text=message["text"]))


def drop(act: Act, message: Message) -> None:
    """Delete the earlier texts of a message that is deleted."""
    act.db.execute(delete(versions).where(versions.c.message == message["id"]))


def _author_or_moderator(act: Act, p: Which) -> Message:
    message, here = find_visible(act, p.id)
    require_undeleted(require_message(message, "id"))
    if message["author"] != act.me.username and not access.governing(act.db, act.me, here).moderates:
        raise Forbidden("Only the author or a moderator can see earlier texts.")
    return message


@query("message.versions", may=_author_or_moderator, scope="read")
def page(act: Act, p: Which, _: Message) -> Versions:
    """Return the texts that a message had before it was edited."""
    found = select(versions.c.at, versions.c.text).where(versions.c.message == p.id).order_by(versions.c.at.desc())
    return {"versions": list(fitting(many(Version, act.db.execute(found))))}

"""Emoji of the server: pictures that admins upload like files of messages, each under a name: `:party:`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, Field
from sqlalchemy import Connection, delete, func, insert, select, update
from typing_extensions import TypedDict

from chatrooms import unicode_emoji
from chatrooms.errors import Conflict, Invalid, NotFound
from chatrooms.features.files import stored
from chatrooms.features.files.portraits import sized
from chatrooms.features.files.posting import own
from chatrooms.features.files.removing import REMOVE
from chatrooms.features.files.stored import files
from chatrooms.names import APPLICATION
from chatrooms.pipeline import access, rights, tenants
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.commands import Params, change, query
from chatrooms.pipeline.contents import Outgoing, Served
from chatrooms.pipeline.jobs import enqueue
from chatrooms.pipeline.shapes import Done, Nothing
from chatrooms.storage import emoji
from chatrooms.storage.tables import custom_emoji
from chatrooms.types import Id

MOST = 500
LARGEST, MOST_BYTES = 512, 256 * 1024
"""Pixels of a side, and bytes, of a picture that everybody loads often."""
USED = "This file is already in use."


def _plain(value: str) -> str:
    if not re.fullmatch(emoji.NAME, value):
        raise ValueError("Names are 2 to 18 characters: a-z, digits and underscores.")
    return value


class WhichEmoji(Params):
    """An emoji of the server."""

    name: Annotated[str, AfterValidator(_plain)] = Field(
        json_schema_extra={"pattern": f"^{emoji.NAME}$"},
        description="Its name: 2 to 18 of `a` to `z`, digits and `_`.",
    )


class NewEmoji(WhichEmoji):
    """An emoji to add."""

    file: Id = Field(
        description="The id of a picture of at most 512 x 512 pixels that you have uploaded, and not posted."
    )


class CustomEmoji(TypedDict):
    """An emoji of the server, which texts and reactions have as its code, such as `:party:`."""

    name: Annotated[str, Field(description="Its name.")]
    url: Annotated[str, Field(description="Its picture, relative to the page, as WebP; smaller with `?size=small`.")]
    by: Annotated[str, Field(description="The username of the person who added it.")]
    at: Annotated[str, Field(description="When it was added; ISO 8601, UTC, with milliseconds.")]


class ManyEmoji(TypedDict):
    """All emoji of the server, by name."""

    emoji: list[CustomEmoji]


class OneEmoji(TypedDict):
    """The emoji that was added."""

    emoji: CustomEmoji


def _admin(act: Act, _p: WhichEmoji) -> None:
    """Allow admins and owners of the server."""
    rights.require(act, "emoji")


def _name(_db: Connection, _me: Caller, p: WhichEmoji) -> Iterable[str]:
    """Lock the name."""
    return (f":{p.name}:",)


@query("emoji.list", may=access.anyone, method="emoji", scope="read", scoped=True)
def page(act: Act, p: Nothing, _: None) -> ManyEmoji:
    """Return the emoji of the server, by name."""
    found = act.db.execute(select(custom_emoji).order_by(custom_emoji.c.name)).all()
    hidden = tenants.hidden(act.db, act.me, sorted({row.by for row in found}))
    by = {row.by: APPLICATION if row.by in hidden else row.by for row in found}
    return {"emoji": [_shown(row.name, row.picture, by[row.by], row.at) for row in found]}


@change("emoji.add", may=_admin, locks=_name, repeatable=False, rate="upload", method="add_emoji")
def add(act: Act, p: NewEmoji, _: None) -> OneEmoji:
    """Add an emoji to the server, which people use in texts and reactions as `:name:`; there can be 500."""
    if p.name.isdigit():
        raise Invalid("A name needs a letter or an underscore: a number would be a part of times.", field="name")
    if p.name in unicode_emoji.names():
        raise Invalid("Unicode has an emoji of that name.", field="name")
    if emoji.picture(act.db, p.name):
        raise Conflict("There is an emoji of that name. Remove it first.", field="name")
    if (act.db.scalar(select(func.count()).select_from(custom_emoji)) or 0) >= MOST:
        raise Conflict(f"There can be at most {MOST:,} emoji. Remove one first.", field="name")
    _require_picture(act, p.file)
    if not stored.use(act.db, p.file, portrait_of=f":{p.name}:"):
        raise Conflict(USED, field="file")
    act.db.execute(insert(custom_emoji).values(name=p.name, picture=p.file, by=act.me.username, at=act.now))
    act.note(f"added the emoji {p.name!r}")
    return {"emoji": _shown(p.name, p.file, act.me.username, act.now)}


@change("emoji.remove", may=_admin, locks=_name, repeatable=False, method="remove_emoji")
def remove(act: Act, p: WhichEmoji, _: None) -> Done:
    """Remove an emoji from the server. Texts and reactions that have it keep its code."""
    picture = emoji.picture(act.db, p.name)
    if picture is None:
        raise NotFound("There is no such emoji.", field="name")
    act.db.execute(delete(custom_emoji).where(custom_emoji.c.name == p.name))
    act.db.execute(update(files).where(files.c.id == picture).values(gone=True))
    enqueue(act, REMOVE, picture)
    act.note(f"removed the emoji {p.name!r}")
    return {}


def _require_picture(act: Act, id: str) -> None:
    """Raise a `Refusal` unless a file of the caller can become an emoji, which keeps what is transparent."""
    row = own(act, id, "file")
    if row["size"] is None:
        raise Conflict("This file is not uploaded completely.", field="file")
    if row["message"] or row["portrait_of"]:
        raise Conflict(USED, field="file")
    if not row["picture"]:
        raise Invalid("This picture can't be shown.", field="file")
    if max(row["picture"]["width"], row["picture"]["height"]) > LARGEST or row["size"] > MOST_BYTES:
        raise Invalid(f"An emoji has at most {LARGEST} x {LARGEST} pixels, and {MOST_BYTES // 1024} KiB.", field="file")


def _shown(name: str, picture: str, by: str, at: str) -> CustomEmoji:
    return {"name": name, "url": f"files/emoji/{name}/{picture}", "by": by, "at": at}


def _find(db: Connection, _caller: Caller, name: str, picture: str, size: str) -> Outgoing | None:
    """Return the picture of an emoji, which everybody may see."""
    return sized(db, picture, size) if emoji.picture(db, name) == picture else None


COMMANDS = page, add, remove
SERVED = Served("emoji", _find)

"""What happens once all bytes of a file are there: it is looked at, stored, and can be posted."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from chatrooms import extras, pictures
from chatrooms.errors import Invalid, NoSpace, NotFound, NotInstalled, Refusal, TooLarge, Unavailable
from chatrooms.features.files import stored
from chatrooms.features.files.removing import give_up, remove_contents, remove_later
from chatrooms.pictures.kinds import PICTURES, kind_of
from chatrooms.pipeline import shares
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.settings import MEGABYTE

EXTENSIONS = {"image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"), "image/png": (".png",), "image/webp": (".webp",)}
"""Of the types that pictures are stored as; the first is added where the name has another."""
COPIES = {"full": "", "large": ".large", "small": ".small"}
"""What the decoder writes, `full` not of square ones, and what the keys in the store end with."""
GONE = "This upload was given up."
AGAIN = "The file is there, but not stored yet. Try again."


class _CopiesTooLarge(NoSpace):
    """The copies of a picture take more than is left, which they do at the next try, too."""


WRONG = (Invalid, NotInstalled, TooLarge, _CopiesTooLarge)
"""What trying again does not mend."""


async def finish(chat: Chat, which: str, network: str) -> None:
    """Make a file whose bytes are all in the spool complete. Doing it again, after an interruption, is allowed.

    Another server may have other bytes for it, and do the same: each stores them under a key of its own, and the first
    to complete it decides its content.

    Raises `Invalid`, `NotInstalled` or `TooLarge` for a picture that cannot be made clean, which is removed: it may say
    where it was taken; and `NoSpace` for one whose copies take more than is left, which is removed, too. Raises
    `NotFound` if it was given up meanwhile, and `Unavailable` or `RateLimited` if that cannot be tried now. ``network``
    is the address that sent it.
    """
    key = chat.blobs.own_key(which)
    row = await chat.change(partial(_claim, id=which, key=key), NOBODY)
    if row is None:
        if await chat.lookup(partial(stored.find, id=which)) is None:
            raise NotFound(GONE)
        return
    try:
        about = await _store(chat, row, key, network)
        await chat.change(partial(_complete, id=which, key=key, about=about), NOBODY)
    except Exception as error:
        await _failed(chat, which, key, error)
    else:
        await chat.blobs.run(chat.blobs.spool.remove, which)


async def _failed(chat: Chat, which: str, key: str, error: Exception) -> None:
    """Remove what cannot become a file any more, and raise why; do nothing else if another server has completed it."""
    row = await chat.lookup(partial(stored.find, id=which))
    is_complete, is_wrong = row is not None and row["size"] is not None, isinstance(error, WRONG)
    if row and is_wrong and not is_complete:
        await give_up(chat, which)
    if row is None or (stored.key(row) != key and (is_complete or is_wrong)):
        await _clear(chat, which, key)
    if is_complete:
        return
    if row is None:
        raise NotFound(GONE) from error
    raise Unavailable(AGAIN) if isinstance(error, NotFound) else error


async def _clear(chat: Chat, which: str, key: str) -> None:
    """Remove what was stored under a key that does not belong to a file; a job does if the store fails."""
    try:
        await remove_contents(chat, which, key)
    except Refusal:
        await chat.change(partial(remove_later, key=key), NOBODY)


async def _store(chat: Chat, row: Mapping[str, Any], key: str, network: str) -> dict[str, Any]:
    """Store what was uploaded, or what is made from it; return what the file is."""
    spool, which = chat.blobs.spool, row["id"]
    kind = kind_of(await chat.blobs.run(spool.begin, which), row["hint"])
    if kind in PICTURES or row["square"]:
        return await _picture(chat, row, kind, key, network)
    await chat.blobs.put(network, key, spool.path(which))
    return {"type": kind, "size": row["length"], "charged": row["length"]}


async def _picture(chat: Chat, row: Mapping[str, Any], kind: str, key: str, network: str) -> dict[str, Any]:
    """Store the clean copies of a picture instead of what was uploaded."""
    extras.require("media")
    spool, which = chat.blobs.spool, row["id"]
    if kind not in PICTURES:
        raise Invalid("A picture has to be a JPEG, PNG, WebP, GIF or AVIF.")
    way, main = ("square", "large") if row["square"] else ("copies", "full")
    async with pictures.queue().turn(network, row["owner"]):
        await chat.blobs.require_space(pictures.MOST_WRITTEN)
        folder: Path = await chat.blobs.run(spool.beside, which)
        found = await pictures.decode(spool.path(which), folder, kind, way)
    sizes = await chat.blobs.run(_sizes, folder, main)
    await chat.change(partial(_count, id=which, size=sum(sizes.values())), NOBODY)
    for name in sizes:
        await chat.blobs.put(network, key + COPIES[name], folder / name)
    about = {"size": sizes[main], "charged": sum(sizes.values())}
    if row["square"]:
        return about | {"type": "image/webp"}
    picture = {each: found[each] for each in ("width", "height", "placeholder", "animated")}
    return about | {"type": found["type"], "picture": picture, "name": _renamed(row["name"], found["type"])}


def _count(act: Act, id: str, size: int) -> None:
    """Count the copies of a picture before they are stored; raises a `NoSpace` if they don't fit.

    They can take hundreds of times as much as what was uploaded.
    """
    row = stored.find(act.db, id)
    if row is None or size <= row["charged"]:
        return
    left = shares.left(act.db, act.server.settings, (row["owner"], *row["shares"].split()))
    _, to_come = stored.unfinished(act.db, row["owner"])
    if size - row["charged"] + to_come > min(left.values()):
        raise _CopiesTooLarge(
            f"This picture takes {size / MEGABYTE:.1f} MB with its copies: more than is left for your files."
        )
    stored.arrived(act.db, id, size)


def _sizes(folder: Path, main: str) -> dict[str, int]:
    """Return the sizes of the copies; raises ``FileNotFoundError`` if they were removed meanwhile."""
    there = [name for name in COPIES if name == main or (folder / name).exists()]
    return {name: (folder / name).stat().st_size for name in there}


def _renamed(name: str, kind: str) -> str:
    """Return the name with an extension of the type that the picture has now."""
    first, *others = EXTENSIONS[kind]
    if name.lower().endswith((first, *others)):
        return name
    stem, dot, _ = name.rpartition(".")
    return (stem if dot else name) + first


def _claim(act: Act, id: str, key: str) -> Mapping[str, Any] | None:
    """Note the key before anything is stored under it; return the file, or None if it is complete or given up."""
    wanted, other = stored.claim(act.db, id, key)
    if other:
        remove_later(act, other)
    return stored.find(act.db, id) if wanted else None


def _complete(act: Act, id: str, key: str, about: Mapping[str, Any]) -> None:
    counts, other = stored.complete(act.db, id, key, **about)
    if not counts:
        raise NotFound(GONE)
    if other:
        remove_later(act, other)

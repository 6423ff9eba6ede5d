"""The previews as they are stored: pages as they were fetched, and which of them a message shows.

A page is never changed, because messages that show it would change unnoticed; after a time it is fetched anew. Each
tenant has pages of its own, and so has each room that is not open to all of them: how quickly a preview comes, or how
old it is, tells nobody what others link to where they can't read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import blake2b
from typing import Annotated, Any, cast

from pydantic import Field
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    delete,
    exists,
    false,
    insert,
    select,
    update,
)
from typing_extensions import TypedDict

from chatrooms import clock, names
from chatrooms.features.previews.links import links
from chatrooms.storage import usage
from chatrooms.storage.ahead import Foreseen
from chatrooms.storage.expressions import packed, values
from chatrooms.storage.rows import Message
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import messages, metadata, rooms

KEPT = timedelta(days=1)
"""How long a page that was fetched is shown for further messages with the same link."""
FAILURE_KEPT = timedelta(minutes=10)
"""How long a link is not tried again."""
UNUSED = timedelta(hours=1)
"""How long pages that no message shows are kept after that, in case that one is about to."""


class PreviewPicture(TypedDict):
    """The picture of a page, as WebP, in a box of 800 pixels."""

    url: Annotated[str, Field(description="Where it is, relative to the address of the chat.")]
    width: Annotated[int, Field(description="Of the original, in pixels.")]
    height: Annotated[int, Field(description="Of the original, in pixels.")]
    placeholder: Annotated[str, Field(description="A tiny picture to show meanwhile, as a `data:` URL.")]


class Preview(TypedDict):
    """What a page that a message links to says of itself; it may lie, so show the host of the `url` too."""

    url: Annotated[str, Field(description="The link in the text.")]
    title: Annotated[str, Field(description="One line; may be empty.")]
    description: Annotated[str, Field(description="One line; may be empty.")]
    site: Annotated[str, Field(description="The name of the site, one line; may be empty.")]
    picture: Annotated[PreviewPicture | None, Field(description="`null` if it has none.")]


pages = Table(
    "preview_pages",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("url", Text, nullable=False, comment="as in the text"),
    Column("found", Boolean, nullable=False, comment="whether there is anything to show"),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("picture", JSON(none_as_null=True)),
    Column("size", Integer, nullable=False, comment="the bytes of the picture"),
    Column("expires_at", String(24), nullable=False, comment="from when on it is fetched anew for further messages"),
    Column("tenant", String(64), nullable=False, server_default="", comment="whose people can be shown it"),
    Column(
        "counts_for",
        Text,
        nullable=False,
        server_default="",
        comment="whose space its picture takes, see pipeline.shares",
    ),
    Index(None, "url", "expires_at"),
    Index(None, "expires_at"),
)

previews = Table(
    "previews",
    metadata,
    Column("message", String(36), ForeignKey(messages.c.id), primary_key=True),
    Column("url", Text, primary_key=True),
    Column("place", Integer, nullable=False, comment="among the links of the message"),
    Column("page", String(36), ForeignKey(pages.c.id), index=True, comment="null if there is nothing to show"),
    Column("removed", Boolean, nullable=False, server_default=false(), comment="by the author"),
)

PAGE = ("id", "url", "found", "title", "description", "site", "picture", "size", "expires_at")
_is_shown = (previews.c.removed.is_(False), pages.c.found)
_ids = values("ids")
OF_MESSAGES = Foreseen(
    select(previews.c.message, *(pages.c[name] for name in PAGE))
    .select_from(_ids.join(previews, previews.c.message == _ids.c.value).join(pages, pages.c.id == previews.c.page))
    .where(*_is_shown)
    .order_by(previews.c.message, previews.c.place)
)
_urls = Prepared(select(previews.c.url).where(previews.c.message == bindparam("message")))
_cached = Prepared(
    select(pages)
    .where(*(pages.c[name] == bindparam(name) for name in ("url", "tenant")), pages.c.expires_at > bindparam("now"))
    .order_by(pages.c.expires_at.desc())
    .limit(1)
)
_shown = Prepared(
    select(pages)
    .select_from(previews.join(pages, pages.c.id == previews.c.page))
    .where(previews.c.message == bindparam("message"), pages.c.id == bindparam("page"), *_is_shown)
)


def load(db: Connection, ids: Sequence[str]) -> Mapping[str, list[Preview]]:
    """Return the previews of messages that have any, in the order of the links."""
    found: dict[str, list[Preview]] = {}
    for row in OF_MESSAGES.all(db, {"ids": packed(ids)}):
        found.setdefault(row["message"], []).append(_preview(row["message"], row))
    return found


def store(db: Connection, message: Message) -> Sequence[Preview]:
    """Forget the previews of links that a message has no longer; a job adds those of new ones."""
    if message["deleted"]:
        db.execute(delete(previews).where(previews.c.message == message["id"]))
    elif known := known_urls(db, message["id"]):
        now = links(message["text"] or "")
        for url in known:
            row = (previews.c.message == message["id"], previews.c.url == url)
            if url in now:
                db.execute(update(previews).where(*row).values(place=now.index(url)))
            else:
                db.execute(delete(previews).where(*row))
    return ()


def known_urls(db: Connection, message: str) -> list[str]:
    """Return the links of a message that were tried."""
    return [row["url"] for row in _urls.all(db, {"message": message})]


def cached(db: Connection, url: str, tenant: str) -> dict[str, Any] | None:
    """Return the page of a link if it was tried recently for people of a tenant, or of a room (see `whose`)."""
    return _cached.one(db, {"url": url, "tenant": tenant, "now": clock.now()})


def whose(db: Connection, room: str, tenant: str) -> str:
    """Return what stands for the people who share the pages of a room: those of a tenant, or the room's alone."""
    name = names.base(room)
    if db.scalar(select(rooms.c.access).where(rooms.c.name == name)) == "open":
        return tenant
    return f"room {blake2b(f'{tenant} {name}'.encode(), digest_size=16).hexdigest()}"


def shown(db: Connection, message: str, page: str) -> dict[str, Any] | None:
    """Return a page if a message shows it."""
    return _shown.one(db, {"message": message, "page": page})


def add_page(db: Connection, page: Mapping[str, Any]) -> None:
    """Add a page, whose picture counts from now on."""
    db.execute(insert(pages).values(**page))
    usage.charge(db, page["size"], *page["counts_for"].split())


def keep_page(db: Connection, page: str) -> None:
    """Have a page shown for further messages, now that its picture is stored."""
    db.execute(update(pages).where(pages.c.id == page).values(expires_at=clock.later(KEPT)))


def show(db: Connection, message: str, place: int, page: Mapping[str, Any] | None, url: str) -> None:
    """Note the page of a link in a message; none if it could not be tried."""
    row = {"message": message, "url": url, "place": place, "page": page["id"] if page else None}
    db.execute(insert(previews).values(**row))


def remove(db: Connection, message: str, url: str) -> bool:
    """Remove a preview from a message for good; return False if it is not shown."""
    is_shown = exists().where(pages.c.id == previews.c.page, pages.c.found)
    row = (previews.c.message == message, previews.c.url == url, previews.c.removed.is_(False), is_shown)
    return db.execute(update(previews).where(*row).values(removed=True)).rowcount > 0


def unused(db: Connection, limit: int) -> Sequence[Any]:
    """Return pages that no message shows and that are not shown for further ones: their ids and sizes."""
    before = clock.ago(seconds=UNUSED.total_seconds())
    is_used = exists().where(previews.c.page == pages.c.id)
    return db.execute(select(pages.c.id, pages.c.size).where(pages.c.expires_at < before, ~is_used).limit(limit)).all()


def forget_page(db: Connection, page: str) -> None:
    """Forget a page unless a message shows it, and count its picture no more."""
    is_used = exists().where(previews.c.page == pages.c.id)
    this = delete(pages).where(pages.c.id == page, ~is_used).returning(pages.c.size, pages.c.counts_for)
    row = db.execute(this).one_or_none()
    if row:  # another server may have forgotten it
        usage.charge(db, -row.size, *row.counts_for.split())


def _preview(message: str, row: Mapping[str, Any]) -> Preview:
    picture: Any = row["picture"]
    address = {"url": f"files/previews/{message}/{row['id']}"}
    return {
        "url": row["url"],
        "title": row["title"],
        "description": row["description"],
        "site": row["site"],
        "picture": cast(PreviewPicture, address | picture) if picture else None,
    }

"""Showing previews in messages: a job fetches them after the commit, and the room receives the message again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from hashlib import blake2b
from secrets import token_bytes
from typing import Any

from sqlalchemy import bindparam, select

from chatrooms import clock, extras
from chatrooms.errors import RateLimited
from chatrooms.features.messages.loading import changed, find
from chatrooms.features.previews import stored
from chatrooms.features.previews.fetching import Fetching
from chatrooms.features.previews.links import links, may_link
from chatrooms.pipeline import shares, tenants
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.feature import Row, on
from chatrooms.pipeline.jobs import Job, JobKind, enqueue
from chatrooms.storage.rows import Message
from chatrooms.storage.tables import jobs
from chatrooms.wire.networks import circles

AT_ONCE = 4
"""How many messages are worked on at once."""
AT_ONCE_OF_ONE = 2
"""How many of one network are, which is an IPv6 /48 or another address."""
MOST_WAITING = 200
"""How many messages may wait; the links of others are not previewed."""
MOST_OF_ONE = 20
"""How many of one network may."""
FEW = 100
SOON = timedelta(minutes=1)
"""After a failure, a message waits for less."""

_KEY = token_bytes(32)
_is_waiting = jobs.c.kind == "previews.fetch", jobs.c.done_at.is_(None), jobs.c.due_at <= bindparam("until")
# In this order, SQLite reads those that wait, and not all of the kind, most of which were done in the last days.
_waiting = select(jobs.c.data).where(*_is_waiting).order_by(jobs.c.due_at).limit(MOST_WAITING)

Pages = Mapping[str, Mapping[str, Any] | None]


@on("messages", when=("link",))
def linked(act: Act, rows: Sequence[Row]) -> None:
    """Have the links of messages previewed that were posted or edited, unless the author posts very many."""
    for row in rows if act.server.settings.previews and not extras.lacks("media") else ():
        if (row["seq"] == row["rev"] or row["edited_at"] == act.now) and not row["deleted"] and may_link(row["text"]):
            with suppress(RateLimited):
                _enqueue(act, row)


def _enqueue(act: Act, message: Row) -> None:
    if not act.me.host:
        act.rates.spend("preview", act.me.username, act.me.network)
    network = _hidden(circles(act.me.network)[-1] or act.me.username)
    waiting = [row.get("from") for row in act.db.scalars(_waiting, {"until": clock.moved(act.now, SOON)})]
    if len(waiting) < MOST_WAITING and waiting.count(network) < MOST_OF_ONE:
        about = {"message": message["id"], "room": message["room"], "from": network, "counts_for": _counts_for(act)}
        enqueue(act, FETCH, f"{message['id']} {message['edited_at'] or ''}", about)


def _counts_for(act: Act) -> list[str]:
    """Return for whom the pictures count that are stored because of the caller; those of the application for nobody."""
    return [] if act.me.host else [act.me.username, *shares.of(act)]


def _hidden(network: str) -> str:
    """Return what tells networks apart, while this server runs, and says nothing of them to who reads the database."""
    return blake2b(network.encode(), key=_KEY, digest_size=12).hexdigest()


async def _fetch(fetching: Fetching, chat: Chat, job: Job) -> None:
    """Fetch the links of a message that were not tried yet, and show what there is, all of it at once."""
    message, known, whose = await chat.lookup(partial(_asked, id=job.data["message"]))
    if message is None or message["deleted"]:
        return
    found = await asyncio.to_thread(links, message["text"] or "")
    new = [each for each in found if each not in known and not _is_below(each, chat.settings.url)]
    network, counts_for = job.data.get("from", ""), job.data.get("counts_for", [])
    asked = (fetching.page(each, network, whose, counts_for) for each in new)
    pages = dict(zip(new, await asyncio.gather(*asked), strict=True))
    if pages:
        await chat.change(partial(_show, asked=message, found=found, pages=pages), NOBODY, message["room"])


def _is_below(link: str, site: str) -> bool:
    """Return whether a link leads to this server itself, if it knows its address."""
    return bool(site) and f"{link}/".startswith(f"{site.rstrip('/')}/")


def _asked(db: Any, id: str) -> tuple[Message | None, list[str], str]:
    """Return a message, its links that were tried, and whose pages it can show."""
    message = find(db, id)
    whose = stored.whose(db, message["room"], tenants.of(db, message["author"])) if message else ""
    return message, stored.known_urls(db, id), whose


def _show(act: Act, asked: Message, found: Sequence[str], pages: Pages) -> None:
    """Show pages in a message whose links were ``found``, unless it was edited meanwhile: then another job does."""
    message = find(act.db, asked["id"])
    if message is None or message["deleted"] or message["text"] != asked["text"]:
        return
    known = stored.known_urls(act.db, message["id"])
    new = {link: page for link, page in pages.items() if link not in known}
    for link, page in new.items():
        stored.show(act.db, message["id"], found.index(link), page, link)
    if any(page and page["found"] for page in new.values()):
        changed(act, message, "found anew")


async def _sweep(_fetching: Fetching, chat: Chat, _job: Job) -> None:
    """Remove pages that no message shows any more, with their pictures."""
    while found := await chat.scan(lambda db: stored.unused(db, FEW)):
        for page in found:
            if page.size:
                await chat.blobs.ask("", chat.blobs.store.remove, page.id)
            await chat.change(partial(_forget, page=page.id), NOBODY)


def _forget(act: Act, page: str) -> None:
    stored.forget_page(act.db, page)


FETCH = JobKind("previews.fetch", _fetch, attempts=2, at_once=AT_ONCE, sharing="from", at_once_of_one=AT_ONCE_OF_ONE)
SWEEP = JobKind("previews.sweep", _sweep, every=timedelta(hours=1))

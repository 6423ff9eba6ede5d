"""Picks up the messages that the application wrote in transactions of its own database (see `chatrooms.outbox`)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import orjson
from sqlalchemy import URL, Engine, bindparam, create_engine, delete, inspect, select, update
from sqlalchemy.exc import SQLAlchemyError

from chatrooms.doors.answers import refusal_of
from chatrooms.doors.remote import NewMessage
from chatrooms.errors import Invalid, RateLimited, Refusal, Unavailable
from chatrooms.lifetime import NotRunning
from chatrooms.outbox import NAME, table
from chatrooms.pipeline.parsing import parsed

if TYPE_CHECKING:
    from chatrooms.client.rows import Message

SECONDS = 0.5
"""How often the table is looked at."""
LONGEST_PAUSE = 30.0
AT_ONCE = 500
PASSING = (RateLimited, Unavailable)
"""Refusals after which a message is tried again."""

Post: TypeAlias = "Callable[..., Awaitable[Message]]"
log = logging.getLogger(__name__)

_waiting = (
    select(table.c.number, table.c.id, table.c.message)
    .where(table.c.refused.is_(None), table.c.number > bindparam("after"))
    .order_by(table.c.number)
    .limit(AT_ONCE)
)
_posted = delete(table).where(table.c.id == bindparam("which"))
_refused = update(table).where(table.c.id == bindparam("which")).values(refused=bindparam("why"))


class Waiting(NamedTuple):
    """A row of the table."""

    number: int
    id: str
    message: str


class Outbox:
    """The table in the application's database, by its engine or URL; what is in it is posted by ``post``.

    A message is deleted once it is posted. One that is refused stays, with the reason, and is logged; set ``refused``
    to null to have it tried again. Each is posted by its own id, so that it is stored once if the process ends between
    posting and deleting it.
    """

    def __init__(self, where: Engine | URL | str, post: Post) -> None:
        if not isinstance(where, Engine | URL | str):
            raise TypeError("The outbox is an engine that blocks, as create_engine makes it, or the URL of one.")
        self._where, self._post = where, post
        self._after = 0
        self._is_reachable = True

    @asynccontextmanager
    async def delivering(self) -> AsyncIterator[None]:
        """Pick up what is there, until the end."""
        engine = self._where if isinstance(self._where, Engine) else create_engine(self._where)
        task = asyncio.create_task(self._deliver(engine))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            if engine is not self._where:
                engine.dispose()

    async def _deliver(self, engine: Engine) -> None:
        pause = SECONDS
        while True:
            try:
                pause = 0 if await self._round(engine) else SECONDS
                self._is_reachable = True
            except SQLAlchemyError as error:
                if self._is_reachable:
                    await asyncio.to_thread(_report, engine, error)
                self._is_reachable = False
                pause = min(LONGEST_PAUSE, 2 * pause + SECONDS)
            await asyncio.sleep(pause)

    async def _round(self, engine: Engine) -> bool:
        """Post what waits, and return whether there may be more to post at once."""
        rows = await asyncio.to_thread(_read, engine, self._after)
        is_more = len(rows) == AT_ONCE
        self._after = rows[-1].number if is_more else 0
        results = await asyncio.gather(*map(self._posted, rows))
        settled = [(row, why) for row, why in zip(rows, results, strict=True) if not isinstance(why, PASSING)]
        if settled:
            await asyncio.to_thread(_settle, engine, settled)
        return is_more

    async def _posted(self, row: Waiting) -> Refusal | None:
        """Post a message; return why it was refused."""
        try:
            await self._post(**_given(row))
        except NotRunning:
            return Unavailable()
        except Exception as error:
            refusal = refusal_of(error, f"posting message {row.id} of the outbox failed")
            if not isinstance(refusal, PASSING):
                log.error("message %s of the outbox is refused: %s: %s", row.id, refusal.code, refusal)  # noqa: TRY400
            return refusal
        return None


def _given(row: Waiting) -> dict[str, Any]:
    """Return what `Chatrooms.post` takes; raises `Invalid`."""
    try:
        written = orjson.loads(row.message)
    except orjson.JSONDecodeError as error:
        raise Invalid(f"This is not JSON: {error}", field="message") from None
    message = parsed(NewMessage, written).model_dump()
    return message if message["key"] is not None else message | {"id": row.id}


def _report(engine: Engine, error: SQLAlchemyError) -> None:
    """Log why the outbox cannot be used."""
    try:
        is_there = inspect(engine).has_table(NAME)
    except SQLAlchemyError:
        is_there = True
    if is_there:
        log.error("the outbox cannot be read or written; it is tried again", exc_info=error)
    else:
        log.error(
            "the database of the outbox has no table %s: make it by `chatrooms.outbox.metadata.create_all(engine)`, "
            "or in a migration; it is looked for again",
            NAME,
        )


def _read(engine: Engine, after: int) -> Sequence[Waiting]:
    with engine.connect() as db:
        return [Waiting(*row) for row in db.execute(_waiting, {"after": after})]


def _settle(engine: Engine, settled: Iterable[tuple[Waiting, Refusal | None]]) -> None:
    """Delete what was posted, and note of the rest why it was refused."""
    done = [{"which": row.id} for row, why in settled if why is None]
    refused = [{"which": row.id, "why": f"{why.code}: {why}"} for row, why in settled if why is not None]
    with engine.begin() as db:
        if done:
            db.execute(_posted, done)
        if refused:
            db.execute(_refused, refused)

"""The only way for committed changes and signals to leave the server: to this node's sockets, and to other nodes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import orjson

from chatrooms import names
from chatrooms.events import Align, Change, Emission, End, Event, Signal
from chatrooms.pipeline.addressing import BEYOND, moved_by, receiving
from chatrooms.pipeline.alignment import Alignment
from chatrooms.pipeline.belonging import Belonging
from chatrooms.pipeline.bus.messages import Moved
from chatrooms.pipeline.nodes.online import OnlinePeople
from chatrooms.pipeline.nodes.others import Others
from chatrooms.pipeline.scopes import OUTLINE
from chatrooms.pipeline.sockets import Sockets
from chatrooms.storage.reader import Reader
from chatrooms.wire.server import Delivery, Server

ENVELOPE = 100
"""About how many bytes an event takes in addition to its data."""


class Handler(Protocol):
    """What hears of all that is published by this node."""

    def handle(self, events: Sequence[Event]) -> None:
        """Take note of them, in order; at once."""


class Broadcast:
    """Delivers events to the rooms that they are addressed to, and to the ``handlers`` of the host application.

    ``people`` are those who are online, if a feature watches them. Without ``others``, the server is alone.
    """

    def __init__(self, server: Server, reader: Reader, handlers: Collection[Handler], others: Others | None) -> None:
        self.server, self._handlers, self._others = server, handlers, others
        self.sockets = Sockets(server)
        self.alignment = Alignment(self.sockets, reader, others)
        self.people = OnlinePeople()

    async def publish(self, events: Sequence[Event]) -> None:
        """Publish ``events`` to the other nodes, and deliver them in order to this node's sockets."""
        if self._others:
            self._others.bus.publish([event for event in events if not isinstance(event, Align)])
        await self.deliver(events)
        for handler in self._handlers:
            handler.handle(events)

    async def deliver(self, events: Sequence[Event]) -> None:
        """Deliver ``events`` in order to this node's sockets: of the changes, if there are other nodes, the next ones.

        The others may have changed a room in between; then the node fetches what is missing.
        """
        if self._others is None:
            aligned = [event.username for event in events if isinstance(event, Align)]
            moving = list(filter(self.sockets.of, aligned))
            await self._deliver_all(events, moving)
        elif all(isinstance(event, Signal | Emission) for event in events):
            await self._deliver_all(events, ())
        else:
            async with self._others.turn:
                await self._deliver_next(events, self._others)

    async def _deliver_next(self, events: Sequence[Event], others: Others) -> None:
        changes = [event for event in events if isinstance(event, Change)]
        moved = dict.fromkeys(username for event in events for username in moved_by(event))
        moving = list(filter(self.sockets.of, moved))
        if moving:  # who comes into a room now receives what brought them there
            begun = [change for change in reversed(changes) if names.kind(change.room) != "personal"]
            others.heads.begin({change.room: change.rev - 1 for change in begun})
        passed = {id(change) for change in changes if others.heads.take(change)}
        kept = [event for event in events if not isinstance(event, Align | Change) or id(event) in passed]
        await self._deliver_all([*map(Align, moving), *kept], moving)

    async def _deliver_all(self, events: Sequence[Event], moving: Collection[str]) -> None:
        """Deliver events; consecutive changes go out together, as one write per socket."""
        changes: list[Change] = []
        belonging = await self.alignment.belonging(moving) if moving else {}
        for event in events:
            if isinstance(event, Change):
                changes.append(event)
                continue
            await self._emit(changes)
            changes = []
            await self._deliver(event, belonging)
        await self._emit(changes)

    async def _deliver(self, event: Align | End | Signal | Emission, belonging: Mapping[str, Belonging] | None) -> None:
        match event:
            case Signal():
                await self.server.emit("signal", event.payload, to=receiving(event.room), volatile=True)
            case Emission():
                await self.server.emit(event.event, event.data, to=list(event.rooms))
            case Align():
                await self.alignment.move(event.username, belonging)
            case End():
                await self.sockets.end(event)

    def announce(self, username: str, *, online: bool) -> None:
        """Count a person as online at this node, or no longer, and let the other nodes know."""
        changed = self.people.arrive(username) if online else self.people.leave(username)
        if changed and self._others:
            self._others.bus.publish([Moved(came=[username]) if online else Moved(went=[username])])

    async def _emit(self, changes: Iterable[Change]) -> None:
        events = [("change", payload(each, rows), to) for each in changes for rows, to in self._copies(each)]
        await self.server.manager.emit_all(events, delivery=Delivery.SKIPPABLE)

    def _copies(self, change: Change) -> Iterator[tuple[Mapping[str, Any], tuple[str, ...]]]:
        """Yield the rows of a change, and who receives them: of a person's own room, programs receive `OUTLINE`."""
        yield change.rows, receiving(change.room)
        if names.kind(change.room) == "personal" and self.sockets.inside(reading := names.reading(change.room)):
            yield {table: rows for table, rows in change.rows.items() if table in OUTLINE}, (reading,)

    def kilobytes(self, event: Change | Signal) -> int:
        """Return the kilobytes of an event over all connections that receive it; safe in any thread."""
        data = event.rows if isinstance(event, Change) else event.data
        count: int = sum(map(self.server.manager.count, receiving(event.room)))
        return (ENVELOPE + len(orjson.dumps(data))) * count // 1000

    def online(self) -> frozenset[str]:
        """Return who is online at the moment; safe in any thread."""
        return frozenset(self.people.online)


def payload(change: Change, rows: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event ``change`` as clients receive it; a bare one so that it reveals a gap to all."""
    if change.bare:
        return {"room": change.room, "rev": BEYOND}
    if change.since is None:
        return {"room": change.room, "rev": change.rev, **rows}
    return {"room": change.room, "rev": change.rev, "since": change.since, **rows}

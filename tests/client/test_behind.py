"""A client that missed changes because it read too slowly ends with the same state as a new client."""

from __future__ import annotations

import asyncio
import json
from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from chatrooms.client.changes import Change
from chatrooms.client.state import State
from chatrooms.pipeline.addressing import BEYOND
from chatrooms.wire.crowd import Crowd
from chatrooms.wire.limits import Limits
from chatrooms.wire.message import Bundle, Delivery, Message
from chatrooms.wire.session_limits import SessionLimits
from chatrooms.wire.socket import Socket

ROOMS = ["#a", "#b", "#c"]
LIMITS = Limits(volatile=300, skippable=1000, queued=100_000)
FULL = 400
"""Bytes that fit into the transport's buffer."""


class Transport:
    """A transport whose bytes leave when the client reads."""

    name = "websocket"

    def __init__(self) -> None:
        self.socket: Socket
        self.frames: deque[Message] = deque()

    def carry(self, bundle: Bundle) -> bool:
        if self.buffered() >= FULL:
            return False
        self.frames += bundle.messages
        return True

    def flush(self) -> None:
        while self.socket.queue and self.buffered() < FULL:
            self.frames += self.socket.queue.take(1)

    def buffered(self) -> int:
        return sum(message.size for message in self.frames)

    def end(self, _ending: object) -> None:
        raise AssertionError("a client that is only slow was closed")


class World:
    """A server's rooms, and one client of it whose connection is a real `Socket`."""

    def __init__(self) -> None:
        self.logs: dict[str, list[dict]] = {room: [] for room in ROOMS}
        self.emitted = dict.fromkeys(ROOMS, 0)
        self.state = State(lambda _: None, keep=1000)
        self.state.username = "bob"
        rows = [{"room": room, "username": "bob", "gone": False, "rev": 1} for room in ROOMS]
        self.state.catch_up(Change("bob", 1, {"memberships": rows}), asked=0)
        self.asked: list[tuple[str, int, list[dict]]] = []
        self.transport = Transport()
        slot = SessionLimits().acquire("192.0.2.1")
        self.socket = Socket(
            "1", (25, 20), LIMITS, slot=slot, received=None, ended=None, caught_up=self._caught_up, everyone=Crowd()
        )
        self.socket.transport, self.transport.socket = self.transport, self.socket

    def change(self, room: str, size: int) -> None:
        """Commit and broadcast a message."""
        self.catch_up(room)
        self.commit(room, size)
        self._emit({"room": room, "rev": len(self.logs[room]), "messages": self.logs[room][-1:]}, Delivery.SKIPPABLE)
        self.emitted[room] += 1

    def commit(self, room: str, size: int) -> None:
        """Commit a message of which the server that has the client hears nothing."""
        rev = len(self.logs[room]) + 1
        row = {"id": f"{room} {rev}", "room": room, "seq": rev, "rev": rev, "number": rev, "text": "x" * size}
        row |= {"author": "alice", "deleted": False}
        self.logs[room].append(row)

    def catch_up(self, room: str) -> None:
        """Broadcast what other servers committed, as one change."""
        since, self.emitted[room] = self.emitted[room], len(self.logs[room])
        if since < len(self.logs[room]):
            told = {"room": room, "rev": len(self.logs[room]), "since": since, "messages": self.logs[room][since:]}
            self._emit(told, Delivery.SKIPPABLE)

    def read(self, count: int) -> None:
        """Let the client read some frames."""
        for _ in range(min(count, len(self.transport.frames))):
            message = self.transport.frames.popleft()
            told = json.loads(message.data)
            if not self.state.apply(Change.from_wire(told), told.get("since")):
                self.ask(told["room"])
        self.transport.flush()
        self.socket.relieve()

    def ask(self, room: str) -> None:
        """Call `sync` for a room; the response has the current state but arrives later."""
        self.asked.append((room, self.state.rev(room), list(self.logs[room])))

    def answer(self) -> None:
        """Deliver the oldest response."""
        if self.asked:
            room, known, rows = self.asked.pop(0)
            if len(rows) > known:
                self.state.catch_up(Change(room, len(rows), {"messages": rows[known:]}), asked=known)

    def _caught_up(self, _socket: Socket, missed: set[tuple[str, ...]]) -> None:
        for rooms in missed:
            self._emit({"room": rooms[0], "rev": BEYOND}, Delivery.RELIABLE)

    def _emit(self, told: dict, delivery: Delivery) -> None:
        self.socket.send(Bundle([Message(json.dumps(told).encode())], delivery, (told["room"],)))
        assert self.socket.waiting() < LIMITS.skippable + 2 * FULL + 1000


STEPS = st.one_of(
    st.tuples(st.sampled_from(["change", "commit"]), st.sampled_from(ROOMS), st.integers(1, 400)),
    st.tuples(st.just("catch_up"), st.sampled_from(ROOMS)),
    st.tuples(st.just("read"), st.integers(1, 8)),
    st.tuples(st.just("answer")),
)


@given(st.lists(STEPS, max_size=60))
def test_old_state_and_what_is_told_equal_a_fresh_state_whatever_was_left_out(steps):
    async def play() -> None:
        world = World()
        for step, *how in steps:
            getattr(world, step)(*how)
        for room in ROOMS:
            world.catch_up(room)
        while world.transport.frames or world.socket.queue or world.asked:
            world.read(1)
            world.answer()
        held = {room: list(world.state.rooms[room].messages.values()) for room in ROOMS if world.logs[room]}
        assert held == {room: rows for room, rows in world.logs.items() if rows}
        world.socket._timer.cancel()

    asyncio.run(play())

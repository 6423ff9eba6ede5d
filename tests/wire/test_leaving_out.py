"""A slow client is sent exactly what the bytes that wait for it allow."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from chatrooms.wire.crowd import Crowd
from chatrooms.wire.limits import Limits
from chatrooms.wire.message import Bundle, Delivery, Message
from chatrooms.wire.session_limits import SessionLimits
from chatrooms.wire.socket import Socket

LIMITS = Limits(volatile=40, skippable=100, queued=100_000)
MOST = 50
"""Bytes that fit into the transport's buffer."""


class Transport:
    """A transport whose bytes leave when the client reads; from one that does not ``write``, when it asks for them."""

    name = "websocket"

    def __init__(self, *, writes: bool) -> None:
        self.writes, self.sizes, self.asked = writes, list[int](), 0
        slot = SessionLimits().acquire("192.0.2.1")
        answers = {"received": None, "ended": None, "caught_up": lambda *_: None}
        self.socket = Socket("1", (25, 20), LIMITS, slot=slot, everyone=Crowd(), **answers)
        self.socket.transport = self

    def carry(self, bundle: Bundle) -> bool:
        carried = self.writes and sum(self.sizes) < MOST
        if carried:
            self.sizes.append(bundle.size)
        return carried

    def flush(self) -> None:
        if self.writes:
            self._fill()

    def buffered(self) -> int:
        self.asked += 1
        return sum(self.sizes)

    def read(self, count: int) -> None:
        """Let the client read; then as much as fits leaves the queue."""
        del self.sizes[:count]
        self._fill()

    def _fill(self) -> None:
        while self.socket.queue and sum(self.sizes) < MOST:
            self.sizes += [message.size for message in self.socket.queue.take(1)]


def send(transport: Transport, delivery: Delivery, size: int) -> int:
    """Send a message; return by how many bytes more waits."""
    before = transport.socket.waiting()
    transport.socket.send(Bundle([Message(b"x" * size)], delivery, ("#a",)))
    return transport.socket.waiting() - before


steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(Delivery), st.integers(1, 60)),
        st.tuples(st.just("read"), st.integers(1, 3)),
        st.tuples(st.just("relieve"), st.just(0)),
    ),
    max_size=80,
)


@given(st.booleans(), steps)
def test_what_waits_decides_what_is_left_out(writes, steps):
    async def play() -> None:
        transport, missed = Transport(writes=writes), False
        socket = transport.socket
        for step, number in steps:
            waiting = socket.waiting()
            full = socket.queue.messages is not None or not writes or sum(transport.sizes) >= MOST
            if step == "read":
                transport.read(number)
            elif step == "relieve":
                socket.relieve()
                missed = missed and waiting > LIMITS.volatile
            elif step is Delivery.VOLATILE:
                assert (send(transport, step, number) == 0) == (full and waiting > LIMITS.volatile)
            elif step is Delivery.SKIPPABLE:
                missed = missed or (full and waiting > LIMITS.skippable)
                assert (send(transport, step, number) == 0) == (missed and full)
            else:
                assert send(transport, step, number) == number
        socket._timer.cancel()

    asyncio.run(play())


async def test_the_transport_is_not_asked_for_each_message_to_a_client_that_is_behind():
    transport = Transport(writes=False)
    for _ in range(9):
        transport.socket.send(Bundle([Message(b"x" * 10)], Delivery.SKIPPABLE, ("#a",)))
    assert transport.asked == 1
    assert transport.socket.waiting() == 90
    transport.socket._timer.cancel()

"""The bus over Redis or Valkey: ``PUBLISH`` and ``SUBSCRIBE``, on two connections (the extra ``redis``).

A node hears one channel for all, with what concerns every node, and a channel for each room that it has sockets in. A
message for several rooms goes to the channels of all of them in envelopes with one number, so that a node that hears
more than one takes it once. What is missing of a room shows in its revs; only the channel for all is watched for gaps.

Publishing to a channel and receiving from one take about 10 and 20 µs of Python; a subscription as much once, and some
200 bytes in Redis (see `channels` for their names).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

from chatrooms.bus_address import BusAddress
from chatrooms.pipeline.bus import Listener
from chatrooms.pipeline.bus.carried import SECONDS_TO_CONNECT, SECONDS_TO_PUBLISH, SILENCE, Take, end
from chatrooms.pipeline.bus.channels import Channels
from chatrooms.pipeline.bus.concern import grouped
from chatrooms.pipeline.bus.database_clock import DatabaseClock
from chatrooms.pipeline.bus.envelopes import FULL, Receiver, Sender
from chatrooms.pipeline.bus.messages import Message
from chatrooms.storage.facts import Facts

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from redis.asyncio.client import PubSub

SUBSCRIBED_AT_ONCE = 500
"""Channels in one command, so that answering many does not hold up everything else."""
WHOLE = 16 * FULL
"""Bytes of a piece: all of an envelope, for which there is no limit here."""


class RedisCarrier:
    """The connections of one node to the server at ``address``."""

    def __init__(self, address: BusAddress) -> None:
        from redis.exceptions import RedisError

        self.errors: tuple[type[Exception], ...] = (RedisError,)
        self._address = address
        self._publishing: Redis | None = None
        self._ending = AsyncExitStack()
        self._followed: set[str] = set()
        self._coming: set[str] = set()
        self._going: set[str] = set()
        self._named: dict[str, str] = {}

    @property
    def number(self) -> int:
        """The number of the last envelope in the channel for all."""
        return self._to_all.number

    def begin(self, facts: Facts, node: str, clock: DatabaseClock) -> None:
        """Speak for this node of the database with these facts and this clock."""
        self._channels = Channels(facts)
        self._to_all, self._to_rooms = (Sender(facts, node, clock, stream, WHOLE) for stream in ("", "rooms"))
        self._of_all, self._of_rooms = Receiver(facts, node, clock), Receiver(facts, node, clock, "rooms", whole=False)
        self._news = asyncio.Event()
        for rooms in (self._followed, self._coming, self._going):
            rooms.clear()

    async def publish(self, messages: Sequence[Message]) -> None:
        """Publish messages, and connect before that if need be."""
        if self._publishing is None:
            self._publishing = await self._ending.enter_async_context(connected(self._address, SECONDS_TO_PUBLISH))
        async with self._publishing.pipeline(transaction=False) as pipeline:
            for channel, piece in self._packed(messages):
                pipeline.publish(channel, piece)
            await pipeline.execute()

    def _packed(self, messages: Sequence[Message]) -> Iterator[tuple[str, str]]:
        """Yield the pieces to publish, each with its channel."""
        for rooms, some in grouped(messages):
            pieces = (self._to_rooms if rooms else self._to_all).pack(some)
            for channel in map(self._channels.of, sorted(rooms)) if rooms else [self._channels.of_all]:
                yield from ((channel, piece) for piece in pieces)

    async def close(self) -> None:
        """Close the connection that publishes."""
        ending, self._ending, self._publishing = self._ending, AsyncExitStack(), None
        await ending.aclose()

    def skip(self) -> None:
        """Let the others notice that messages are missing."""
        self._to_all.skip()

    def follow(self, rooms: Collection[str]) -> None:
        """Hear the channels of these rooms, too."""
        new = {room for room in rooms if room not in self._followed}
        if new:
            self._followed |= new
            self._coming |= new
            self._going -= new
            self._news.set()

    def unfollow(self, is_needless: Callable[[str], bool]) -> None:
        """Hear no longer the channels of the rooms of which this is true."""
        gone = {room for room in self._followed if is_needless(room)}
        if gone:
            self._followed -= gone
            self._coming -= gone
            self._going |= gone
            self._news.set()

    async def listen(self, take: Take, listener: Listener) -> None:
        """Pass on what comes until the connection is lost."""
        async with connected(self._address, SILENCE) as client, client.pubsub() as channels:
            self._coming, self._going, self._named = set(self._followed), set(), {}
            async with asyncio.timeout(SECONDS_TO_CONNECT):
                await self._subscribe(channels)
                await channels.subscribe(self._channels.of_all)  # the last one: what is confirmed after it came later
            both = [asyncio.create_task(each) for each in (self._hear(channels, take, listener), self._tune(channels))]
            try:
                ended, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            finally:
                await end(*both)
            ended.pop().result()

    async def _tune(self, channels: PubSub) -> None:
        """Subscribe to what is followed, and to nothing else, as that changes."""
        while True:
            await self._news.wait()
            self._news.clear()
            for some in _taken(self._going):
                gone = [self._channels.of(room) for room in some]
                for channel in gone:
                    self._named.pop(channel, None)
                await channels.unsubscribe(*gone)
            await self._subscribe(channels)

    async def _subscribe(self, channels: PubSub) -> None:
        """Subscribe to the channels of the rooms that are coming."""
        for some in _taken(self._coming):
            new = {self._channels.of(room): room for room in some}
            self._named |= new
            await channels.subscribe(*new)

    async def _hear(self, channels: PubSub, take: Take, listener: Listener) -> None:
        is_complete = False
        while True:
            message: Any = await channels.get_message(timeout=SILENCE)
            if message is None:
                continue
            channel = message["channel"].decode()
            is_for_all = channel == self._channels.of_all
            if message["type"] == "message":
                take(self._of_all if is_for_all else self._of_rooms, message["data"])
            elif message["type"] == "subscribe" and is_for_all:
                is_complete = True
                listener.miss()
            elif message["type"] == "subscribe" and is_complete and (room := self._named.get(channel)):
                listener.tuned([room])


def _taken(rooms: set[str]) -> Iterator[list[str]]:
    """Take all rooms out of a set, some at a time."""
    while rooms:
        yield [rooms.pop() for _ in range(min(SUBSCRIBED_AT_ONCE, len(rooms)))]


@asynccontextmanager
async def connected(address: BusAddress, seconds: float) -> AsyncIterator[Redis]:
    """Yield a client that answers within so many seconds or raises, and does not try again by itself."""
    from redis.asyncio import Redis, Sentinel
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    ours: dict[str, Any] = {
        "retry": Retry(NoBackoff(), 0, supported_errors=()),  # or two tasks would connect one connection anew
        "socket_timeout": seconds,
        "socket_connect_timeout": SECONDS_TO_CONNECT,
        "protocol": 2,  # which servers of any age speak
        **({"ssl": True, **address.certificates} if address.tls else {}),
    }
    known: dict[str, Any] = {
        "username": address.username or None,
        "password": address.password or None,
        "db": address.db,
    }
    async with AsyncExitStack() as ending:
        if address.service:
            sentinels: Any = Sentinel  # has no types
            keepers = sentinels(address.hosts, sentinel_kwargs={**ours, **address.sentinel_login})
            for each in keepers.sentinels:
                ending.push_async_callback(each.aclose)
            client: Redis = keepers.master_for(address.service, **ours, **known)
        else:
            host, port = address.hosts[0]
            client = Redis(host=host, port=port, **ours, **known)
        ending.push_async_callback(client.aclose)
        yield client

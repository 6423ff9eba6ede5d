"""Bounded async iterators: a slow reader gets `Lagging`, and memory does not grow."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Generic, TypeVar
from weakref import WeakSet

from chatrooms.client.errors import Lagging
from chatrooms.client.home import Home, wake

T = TypeVar("T")


class Stream(Generic[T]):
    """All items from its creation on, for one reader.

    If there are more than ``backlog`` unread items, all of them are dropped and reading raises `Lagging` once.
    Iteration ends when the client is closed, and raises `Refused` if the server refused the connection.
    """

    def __init__(self, backlog: int) -> None:
        self._backlog = backlog
        self._items: deque[T] = deque()
        self._missed = 0
        self._news = asyncio.Event()
        self._end: Exception | None = None
        self.home: Home | None = None

    def __aiter__(self) -> Stream[T]:
        return self

    async def __anext__(self) -> T:
        if self.home and not self._end:
            self.home.require()
        while not (self._items or self._missed or self._end):
            self._news.clear()
            await self._news.wait()
        if self._missed:
            missed, self._missed = self._missed, 0
            raise Lagging(missed)
        if self._items:
            return self._items.popleft()
        raise self._end or StopAsyncIteration

    def push(self, item: T) -> None:
        """Add an item for the reader."""
        if self._missed or len(self._items) >= self._backlog:
            self._missed += len(self._items) + 1
            self._items.clear()
        else:
            self._items.append(item)
        self._news.set()

    def end(self, error: Exception | None) -> None:
        """Stop iteration, or raise ``error``, after the items that are left."""
        self._end = error or StopAsyncIteration()
        wake(self._news.set)


class Streams(Generic[T]):
    """All streams of one kind of item; a stream without other references is dropped."""

    def __init__(self, backlog: int) -> None:
        self._backlog = backlog
        self._streams: WeakSet[Stream[T]] = WeakSet()
        self._end: tuple[Exception | None] | None = None
        self._home: Home | None = None

    def begin(self, home: Home) -> None:
        """Let those streams have items, read at ``home``, that are opened from now on or were before the first end."""
        if self._end:
            self._streams, self._end = WeakSet(), None
        self._home = home
        for stream in self._streams:
            stream.home = home

    def open(self) -> Stream[T]:
        """Return a new stream; after the end and until `begin`, one that ends at once."""
        stream = Stream[T](self._backlog)
        stream.home = self._home
        self._streams.add(stream)
        if self._end:
            stream.end(*self._end)
        return stream

    def push(self, item: T) -> None:
        """Add an item to every stream."""
        for stream in self._streams:
            stream.push(item)

    def end(self, error: Exception | None) -> None:
        """End all open streams, and future ones until `begin`."""
        self._end = (error,)
        for stream in self._streams:
            stream.end(error)

"""Bounded async iterators: a slow reader is told that it lags, and memory does not grow."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Generic, TypeVar
from weakref import WeakSet

from chatrooms.client.errors import Lagging

T = TypeVar("T")


class Stream(Generic[T]):
    """Everything from the moment of its making on, for one reader.

    More than ``backlog`` unread items are dropped, all of them, and reading raises `Lagging` once. Iteration ends when
    the client is closed, and raises `Refused` if the server ended it.
    """

    def __init__(self, backlog: int) -> None:
        self._backlog = backlog
        self._items: deque[T] = deque()
        self._missed = 0
        self._news = asyncio.Event()
        self._end: Exception | None = None

    def __aiter__(self) -> Stream[T]:
        return self

    async def __anext__(self) -> T:
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
        """Let the reader have what is there, then stop or raise ``error``."""
        self._end = error or StopAsyncIteration()
        self._news.set()


class Streams(Generic[T]):
    """All readers of one kind of item; one who is forgotten is dropped."""

    def __init__(self, backlog: int) -> None:
        self._backlog = backlog
        self._streams: WeakSet[Stream[T]] = WeakSet()
        self._end: tuple[Exception | None] | None = None

    def open(self) -> Stream[T]:
        """A stream for one more reader."""
        stream = Stream[T](self._backlog)
        self._streams.add(stream)
        if self._end:
            stream.end(*self._end)
        return stream

    def push(self, item: T) -> None:
        """Give an item to every reader."""
        for stream in self._streams:
            stream.push(item)

    def end(self, error: Exception | None) -> None:
        """End the streams that are open and those to come."""
        self._end = (error,)
        for stream in self._streams:
            stream.end(error)

"""A room manager with many rooms, from which one after the other disconnects."""

from __future__ import annotations

import asyncio
import sys
import time
from statistics import median
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock
from uuid import uuid4

import socketio

LEAVE = 200
NAMESPACE = "/"


def manager(name: str) -> Any:
    """That of python-socketio, or ours, with no server behind it."""
    if name == "chatrooms":
        from chatrooms.wire.manager import Manager

        made = Manager()
    else:
        made = socketio.AsyncManager()
    made.set_server(MagicMock(eio=SimpleNamespace(generate_id=lambda: uuid4().hex, sockets={})))
    return made


async def disconnects(name: str, rooms: int) -> list[float]:
    """Seconds that each of some disconnects took. Everyone is in three rooms: all, their own, and the lobby."""
    made = manager(name)
    people = [await _enter(made, number) for number in range(rooms // 2)]
    return [await _leave(made, sid) for sid in people[:: len(people) // LEAVE]]


async def _enter(made: Any, number: int) -> str:
    """Two rooms more: python-socketio's for each socket, and a personal one."""
    sid = await made.pre_connect(f"eio{number}", NAMESPACE)
    await made.connect(sid, NAMESPACE)
    await made.enter_room(sid, NAMESPACE, "#lobby")
    await made.enter_room(sid, NAMESPACE, f"u{number}")
    return sid


async def _leave(made: Any, sid: str) -> float:
    before = time.perf_counter()
    await made.disconnect(sid, NAMESPACE)
    return time.perf_counter() - before


if __name__ == "__main__":
    print(1000 * median(asyncio.run(disconnects(sys.argv[1], int(sys.argv[2])))), flush=True)

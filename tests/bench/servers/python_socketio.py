"""The peer on unmodified python-socketio, with uvicorn, uvloop and orjson, without storage."""

from __future__ import annotations

import socket
from collections import Counter
from typing import Any

import orjson
import socketio
import uvicorn

BACKLOG = 2048


class Json:
    """orjson in the form that python-socketio asks for."""

    loads = staticmethod(orjson.loads)

    @staticmethod
    def dumps(value: Any, **_: Any) -> str:
        """``value`` as text."""
        return orjson.dumps(value).decode()


sio = socketio.AsyncServer(async_mode="asgi", json=Json)
names: dict[str, str] = {}
numbers: Counter[str] = Counter()


@sio.event
async def connect(sid: str, _environ: dict[str, Any], auth: dict[str, Any]) -> None:
    """Add a socket to the lobby and its own room."""
    names[sid] = auth["username"]
    await sio.enter_room(sid, "#lobby")
    await sio.enter_room(sid, auth["username"])


@sio.event
async def post(sid: str, data: dict[str, Any]) -> dict[str, Any]:
    """Emit to the room, or to the recipient and the sender's other tabs."""
    room = data["room"]
    numbers[room] += 1
    message = {"room": room, "number": numbers[room], "author": names[sid], "text": data["text"]}
    if room == "#lobby":
        await sio.emit("message", message, to=room)
    else:
        await sio.emit("message", message, to=[room, names[sid]], skip_sid=sid)
    return {"ok": True}


@sio.event
async def typing(sid: str, data: dict[str, Any]) -> dict[str, Any]:
    """Show the others in the room who types."""
    await sio.emit("typing", {"room": data["room"], "username": names[sid]}, to=data["room"], skip_sid=sid)
    return {"ok": True}


@sio.event
async def disconnect(sid: str, _reason: str) -> None:
    """Forget a socket."""
    names.pop(sid, None)


def main() -> None:
    """Serve on a free port."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
    print("127.0.0.1:%d" % listening.getsockname()[1], flush=True)  # noqa: UP031 - as the others say it
    config = uvicorn.Config(
        socketio.ASGIApp(sio), loop="uvloop", ws_per_message_deflate=False, log_level="error", access_log=False
    )
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()

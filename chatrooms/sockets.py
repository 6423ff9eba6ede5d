"""The Socket.IO door: an event to the pipe, its result to the acknowledgement."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import socketio.exceptions

from chatrooms import auth, names, sessions, users
from chatrooms.auth import Handshake
from chatrooms.commands import Caller, Pipe
from chatrooms.doorkeeper import Doorkeeper
from chatrooms.errors import Internal, Invalid, Refusal, Unauthorized
from chatrooms.live import Live
from chatrooms.params import MAX_TEXT
from chatrooms.settings import Settings
from chatrooms.version import __version__
from chatrooms.wire import failures

Connected = Callable[[str, Mapping[str, Any]], Awaitable[None]]


async def answer(work: Awaitable[Any]) -> dict[str, Any]:
    """What a command gives, in the shape that both doors answer with."""
    try:
        return {"ok": True, "result": await work}
    except Refusal as refusal:
        return refused(refusal)
    except Exception:
        failures.report("command failed")
        return refused(Internal())


def refused(refusal: Refusal) -> dict[str, Any]:
    """A refusal, in the shape that both doors answer with."""
    return {"ok": False, "error": refusal.as_dict()}


class Sockets:
    """Takes in sockets and their commands."""

    def __init__(
        self,
        settings: Settings,
        live: Live,
        pipe: Pipe,
        doorkeeper: Doorkeeper,
        on_connect: Connected | None = None,
    ) -> None:
        self._settings, self._live, self._pipe, self._doorkeeper = settings, live, pipe, doorkeeper
        self._on_connect = on_connect
        self._server = live.server
        self._server.connected = self._connected
        self._server.malformed = lambda: refused(Invalid("That is not JSON of an event.", field=""))
        self._server.on("connect", self._connect)
        self._server.on("*", self._event)

    async def _connect(self, sid: str, environ: Mapping[str, Any], payload: Any) -> None:
        scope = environ["asgi.scope"]
        handshake = Handshake(
            payload if isinstance(payload, dict) else {}, scope, auth.trusted(scope, self._settings.origins)
        )
        try:
            caller, token = await self._doorkeeper.connect(handshake)
            await self._place(sid, caller)
        except Refusal as refusal:
            raise _connect_error(refusal) from None
        except Exception:
            failures.report("connecting failed")
            raise _connect_error(Internal()) from None
        session = {"caller": caller, "token": token, "auth": handshake.auth}
        await self._server.save_session(sid, session)

    async def _place(self, sid: str, caller: Caller) -> None:
        """Enter the socket's rooms; raises `Unauthorized` if the session was revoked before it was in the session's."""
        await self._server.enter_room(sid, caller.username)
        if session := caller.session:
            await self._server.enter_room(sid, names.session(session))
            if not await self._pipe.lookup(lambda db: sessions.alive(db, session)):
                raise Unauthorized
        await self._live.align(caller.username, sid)

    async def _connected(self, sid: str) -> None:
        session = await self._server.get_session(sid)
        caller: Caller = session["caller"]
        user = await self._pipe.lookup(lambda db: users.find(db, caller.username))
        welcome = {
            "user": user,
            "server": {"version": __version__, "name": self._settings.name},
            "limits": {"text": MAX_TEXT},
        }
        if session["token"]:
            welcome["token"] = session["token"]
        await self._server.emit("welcome", welcome, to=sid)
        if self._on_connect:
            await self._on_connect(caller.username, session["auth"])

    async def _event(self, event: str, sid: str, *given: Any) -> dict[str, Any]:
        return await answer(self._run(event, sid, given))

    async def _run(self, event: str, sid: str, given: tuple[Any, ...]) -> Any:
        session = await self._server.get_session(sid)
        caller: Caller | None = session.get("caller")
        if caller is None:
            raise Unauthorized
        if len(given) != 1:
            raise Invalid("A command takes one object.", field="")
        return await self._pipe.run(event, given[0], replace(caller, sid=sid))


def _connect_error(refusal: Refusal) -> Exception:
    data = {"code": refusal.code, **refusal.details}
    error: Exception = socketio.exceptions.ConnectionRefusedError(refusal.message, data)
    return error

"""The Socket.IO door: an event to the pipe, its result to the acknowledgement."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import socketio.exceptions

from chatrooms import names
from chatrooms.errors import Internal, Invalid, Refusal, Unauthorized, Unavailable
from chatrooms.features import users
from chatrooms.identity import handshake as auth
from chatrooms.identity import tokens
from chatrooms.identity.gate import Doorkeeper
from chatrooms.identity.handshake import Handshake
from chatrooms.pipeline.broadcast import Broadcast
from chatrooms.pipeline.commands import Caller
from chatrooms.pipeline.pipeline import Pipeline
from chatrooms.settings import Settings
from chatrooms.types import MAX_SEQ, MAX_TEXT
from chatrooms.version import __version__
from chatrooms.wire import failures
from chatrooms.wire.tally import Tally

log = logging.getLogger(__name__)

BEYOND = MAX_SEQ
"""A rev that no room reaches: to every client, a change of this rev comes after a gap."""

Connected = Callable[[str, Mapping[str, Any]], Awaitable[None]]
"""What a host application does when a socket has connected: gets the username and the handshake's ``auth``."""

SECONDS_TO_END = 1.0


async def answer(work: Awaitable[Any]) -> tuple[dict[str, Any], int]:
    """Return what a command gives, in the shape that both doors answer with, and its HTTP status."""
    try:
        return {"ok": True, "result": await work}, 200
    except Refusal as refusal:
        return refused(refusal), refusal.status
    except Exception:
        failures.report("command failed")
        return refused(Internal()), Internal.status


def refused(refusal: Refusal) -> dict[str, Any]:
    """A refusal, in the shape that both doors answer with."""
    return {"ok": False, "error": refusal.as_dict()}


class Sockets:
    """Takes in sockets and their commands."""

    def __init__(
        self,
        settings: Settings,
        broadcast: Broadcast,
        pipeline: Pipeline,
        doorkeeper: Doorkeeper,
        on_connect: Connected | None = None,
    ) -> None:
        self._settings, self._broadcast, self._pipeline, self._doorkeeper = settings, broadcast, pipeline, doorkeeper
        self._on_connect = on_connect
        self._beside: set[asyncio.Task[None]] = set()
        self._tally = Tally(log)
        self._server = broadcast.server
        self._server.connected = self._connected
        self._server.caught_up = self._caught_up
        self._server.malformed = lambda why: refused(Invalid(f"That is not a command: {why}.", field=""))
        self._server.timed_out = _connect_error(Unavailable("Connecting took too long.")).error_args
        self._server.on("connect", self._connect)
        self._server.on("*", self._event)

    async def close(self) -> None:
        """Cancel what the host application's handlers still do, and give them `SECONDS_TO_END` for it."""
        beside = set(self._beside)
        for task in beside:
            task.cancel()
        if beside and (await asyncio.wait(beside, timeout=SECONDS_TO_END))[1]:
            log.error("on_connect does not end when it is cancelled; it is left alone")

    async def _connect(self, sid: str, environ: Mapping[str, Any], payload: Any) -> None:
        scope = environ["asgi.scope"]
        handshake = Handshake(
            payload if isinstance(payload, dict) else {}, scope, auth.trusted(scope, self._settings.origins)
        )
        try:
            caller, token = await self._doorkeeper.connect(handshake)
            await self._place(sid, caller)
        except Refusal as refusal:
            self._tally.note(logging.INFO, f"connection refused: {refusal.code}")
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
            if not await self._pipeline.lookup(lambda db: tokens.alive(db, session)):
                raise Unauthorized
        await self._broadcast.align(caller.username, sid)

    async def _connected(self, sid: str) -> None:
        session = await self._server.get_session(sid)
        caller: Caller = session["caller"]
        user = await self._pipeline.lookup(lambda db: users.find(db, caller.username))
        welcome = {
            "user": user,
            "server": {"version": __version__, "name": self._settings.name},
            "limits": {"text": MAX_TEXT},
        }
        if session["token"]:
            welcome["token"] = session["token"]
        await self._server.emit("welcome", welcome, to=sid)
        if self._on_connect:
            task = asyncio.create_task(self._tell_host(self._on_connect, caller.username, session["auth"]))
            self._beside.add(task)
            task.add_done_callback(self._beside.discard)

    async def _tell_host(self, on_connect: Connected, username: str, payload: Mapping[str, Any]) -> None:
        """Call the host application's handler, beside the socket: commands do not wait for it."""
        try:
            await on_connect(username, payload)
        except Exception:
            log.exception("on_connect failed")

    async def _caught_up(self, sid: str, missed: Iterable[Sequence[str]]) -> None:
        """Make the client call `sync`, as it does at any gap: it was left out of changes of these rooms."""
        rooms = (names.room_of(people) for people in missed)
        await self._server.emit_all(("change", {"room": room, "rev": BEYOND}, [sid]) for room in rooms)

    async def _event(self, event: str, sid: str, *given: Any) -> dict[str, Any]:
        return (await answer(self._run(event, sid, given)))[0]

    async def _run(self, event: str, sid: str, given: tuple[Any, ...]) -> Any:
        session = await self._server.get_session(sid)
        caller: Caller | None = session.get("caller")
        if caller is None:
            raise Unauthorized
        if not given or any(extra is not None for extra in given[1:]):  # an `undefined` in JavaScript comes as null
            raise Invalid("A command takes one object.", field="")
        return await self._pipeline.run(event, given[0], replace(caller, sid=sid))


def _connect_error(refusal: Refusal) -> Any:
    data = {"code": refusal.code, **refusal.details}
    return socketio.exceptions.ConnectionRefusedError(refusal.message, data)

"""The Socket.IO door: an event to the pipeline, its result to the acknowledgement."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import orjson
import socketio.exceptions
from sqlalchemy import Connection

from chatrooms import names, trace
from chatrooms.doors.answers import Failure, Success, failed, refusal_of
from chatrooms.doors.body import MAX_DEPTH
from chatrooms.doors.connection_handlers import ConnectionHandlers
from chatrooms.doors.own_events import OwnEvents
from chatrooms.doors.rechecking import Rechecking
from chatrooms.errors import Invalid, RateLimited, Refusal, Unauthorized, Unavailable
from chatrooms.events import ServerInfo, Welcome
from chatrooms.features import users
from chatrooms.identity import sessions
from chatrooms.identity.gate import Gate
from chatrooms.identity.handshake import Handshake
from chatrooms.identity.pages import Pages
from chatrooms.pipeline import second_factors
from chatrooms.pipeline.act import Caller
from chatrooms.pipeline.act import Server as About
from chatrooms.pipeline.addressing import BEYOND
from chatrooms.pipeline.broadcast import Broadcast
from chatrooms.pipeline.pipeline import Pipeline
from chatrooms.pipeline.rates import Limit
from chatrooms.settings import Settings
from chatrooms.types import MAX_TEXT
from chatrooms.version import __version__
from chatrooms.wire.answer import Answer
from chatrooms.wire.connection_limits import exempt
from chatrooms.wire.limits import Limits
from chatrooms.wire.origins import checked_before
from chatrooms.wire.server import Server
from chatrooms.wire.session_limits import SessionLimits
from chatrooms.wire.tally import Tally

log = logging.getLogger(__name__)

REJOIN = "30/minute"
"""How often a client may join the namespace on one connection."""

MAX_AUTH = 8 * 1024
"""Bytes of JSON in the `auth` of a handshake."""
MAX_SOCKETS = 50
"""Of one person: tabs and devices, and connections that are lost without having been noticed yet."""
SECONDS_TO_RETRY = 10


class SocketioDoor:
    """Identifies sockets and runs their commands."""

    def __init__(
        self,
        settings: Settings,
        broadcast: Broadcast,
        pipeline: Pipeline,
        gate: Gate,
        *,
        pages: Pages,
        connections: ConnectionHandlers,
        own: OwnEvents,
        rechecking: Rechecking | None,
    ) -> None:
        self._settings, self._pages = settings, pages
        self._broadcast, self._pipeline, self._gate = broadcast, pipeline, gate
        self._connections, self._own, self._rechecking = connections, own, rechecking
        self._joins = Limit(REJOIN)
        self._tally = Tally(log)
        self._server = broadcast.server
        self._server.use(connected=self._connected, caught_up=self._caught_up)
        self._server.on("connect", self._connect)
        self._server.on("disconnect", self._disconnected)
        self._server.on("*", self._event)

    async def _connect(self, sid: str, environ: Mapping[str, Any], payload: Any) -> None:
        scope = environ["asgi.scope"]
        handshake = Handshake(_auth(payload), scope, self._pages.trust(scope), socket=True)
        try:
            _check_size(payload)
            self._joins.spend(self._connection(sid))
            with self._broadcast.sockets.arriving(sid) as ended:
                caller = replace(await self._gate.identify(handshake), sid=sid)
                if caller.username in ended:
                    raise Unavailable
            self._connections.require_room(caller.username, self._connection(sid))
            await self._server.save_session(sid, {"caller": caller, "handshake": handshake})
            await self._place(sid, caller)
        except Refusal as refusal:
            self._tally.note(logging.INFO, f"connection refused: {refusal.code}", handshake.who)
            raise connect_error(refusal) from None
        except Exception as error:
            raise connect_error(refusal_of(error, "connecting failed")) from None

    def _connection(self, sid: str) -> str:
        """Return the id of the connection that a socket uses; empty if it is gone."""
        return self._server.connection_of(sid) or ""

    async def _place(self, sid: str, caller: Caller) -> None:
        """Enter the socket's rooms; raises `RateLimited` if the person has `MAX_SOCKETS` already.

        Raises `Unauthorized` if the session was ended before the socket was in the session's room, and
        `SecondFactorRequired` if one was required by then.
        """
        own = _own_room(caller)
        if self._server.count(own) >= MAX_SOCKETS:
            raise RateLimited(f"You can have {MAX_SOCKETS} connections at a time.", retry_after=SECONDS_TO_RETRY)
        await self._server.enter_room(sid, own)
        if session := caller.session:
            await self._server.enter_room(sid, names.session(session))
        await self._broadcast.alignment.align(caller.username, sid, partial(self._require, caller))

    def _require(self, caller: Caller, db: Connection) -> None:
        if caller.session and not sessions.lasts(db, caller):
            raise Unauthorized
        second_factors.require(db, caller, self._pipeline.server.second_factor)

    async def _connected(self, sid: str) -> None:
        session = await self._server.get_session(sid)
        caller: Caller = session["caller"]
        handshake: Handshake = session.pop("handshake")
        user, lobby = await self._pipeline.lookup(
            lambda db: (
                users.existing(db, caller.username),
                users.lobby_of(db, caller.username, self._settings.lobby),
            )
        )
        welcome: Welcome = {
            "user": user,
            "server": _info(self._pipeline.server, lobby),
            "limits": {"text": MAX_TEXT, "edit_minutes": self._settings.edit_minutes},
            "epoch": self._pipeline.facts.epoch,
        }
        if caller.new_token:
            welcome["token"] = caller.new_token
        await self._server.emit("welcome", welcome, to=sid)
        self._connections.begin(caller.username, self._connection(sid), handshake)
        if self._rechecking:
            self._rechecking.begin(sid, caller, handshake)

    async def _disconnected(self, sid: str, _reason: str) -> None:
        with suppress(KeyError):
            self._connections.end(self._server.session_of(sid)["caller"].username)
        if self._rechecking:
            self._rechecking.end(sid)

    async def _caught_up(self, sid: str, missed: Iterable[Sequence[str]]) -> None:
        """Make the client call `sync`, as it does at any gap: it was left out of changes of these rooms."""
        rooms = (names.room_of(people) for people in missed)
        await self._server.manager.emit_all(("change", {"room": room, "rev": BEYOND}, [sid]) for room in rooms)

    def _event(self, event: str, sid: str, *given: Any) -> Answer | Failure | Awaitable[Success | Failure]:
        called = given[0].get("id") if given and isinstance(given[0], dict) else None
        command = event if event in self._pipeline.names else ""
        doing = {**trace.current(), "socket": sid, "command": command, "id": called}
        before = trace.begin(doing)
        try:
            return self._begin(event, sid, given, doing)
        finally:
            trace.end(before)

    def _begin(
        self, event: str, sid: str, given: tuple[Any, ...], doing: Mapping[str, Any]
    ) -> Answer | Failure | Awaitable[Success | Failure]:
        answer = Answer()
        try:
            caller: Caller = self._server.session_of(sid)["caller"]
            params = _object(given)
            if self._pipeline.begin(event, params, caller, partial(self._answer, answer, sid)):
                return answer
            if event in self._own:
                return self._own.begin(event, params, caller)
        except Exception as error:
            return self._failed(sid, error)
        return self._run(event, sid, params, caller, doing)

    def _answer(self, answer: Answer, sid: str, result: Any, error: Exception | None) -> None:
        answer.give({"ok": True, "result": result} if error is None else self._failed(sid, error))

    async def _run(
        self, event: str, sid: str, params: Any, caller: Caller, doing: Mapping[str, Any]
    ) -> Success | Failure:
        with trace.of(**doing):
            try:
                return {"ok": True, "result": await self._pipeline.run(event, params, caller)}
            except Exception as error:
                return self._failed(sid, error)

    def _failed(self, sid: str, error: Exception) -> Failure:
        self._server.count_refusal(sid)
        return failed(refusal_of(error, "command failed"))


def _own_room(caller: Caller) -> str:
    """Return the room of the sockets that receive as much of the person's own room as the caller may."""
    scope, username = caller.scope, caller.username
    if scope is None or scope.receives_own(username):
        return username
    return names.reading(username) if scope.receives(username) else names.keyed(username)


def _info(server: About, lobby: str) -> ServerInfo:
    return {
        "version": __version__,
        "name": server.name,
        "lobby": lobby,
        "accent": server.settings.accent,
        "sign_up": server.sign_up,
    }


def _auth(payload: Any) -> Mapping[str, Any]:
    return payload if isinstance(payload, dict) else {}


def _check_size(payload: Any) -> None:
    if payload and len(orjson.dumps(payload)) > MAX_AUTH:
        raise Invalid(f"The handshake's `auth` can have at most {MAX_AUTH:,} bytes of JSON.", field="auth")


def _object(given: tuple[Any, ...]) -> Any:
    """Return the one argument of an event; an ``undefined`` after it in JavaScript comes as null."""
    if len(given) != 1 and (not given or any(extra is not None for extra in given[1:])):
        raise Invalid("A command takes one object.", field="")
    return given[0]


def malformed(reason: str) -> Failure:
    """Return the acknowledgement of an event that is not one."""
    return failed(Invalid(f"That is not a command: {reason}.", field=""))


def connect_error(refusal: Refusal) -> Any:
    """Return a refusal as python-socketio wants it from a connect handler."""
    data = {"code": refusal.code, **refusal.details}
    return socketio.exceptions.ConnectionRefusedError(refusal.message, data)


TIMED_OUT = connect_error(Unavailable("Connecting took too long.")).error_args
"""What a client receives whose connecting took too long."""


def server_of(settings: Settings) -> Server:
    """Return the Socket.IO server for a chat with these settings."""
    return Server(
        ping_interval=settings.ping_interval,
        ping_timeout=settings.ping_timeout,
        join_timeout=settings.join_timeout,
        sessions=SessionLimits(settings.connections, exempt(",".join(settings.proxies))),
        limits=Limits(depth=MAX_DEPTH, attachments=0),  # commands reject deeper JSON, and name the field
        malformed=malformed,
        timed_out=TIMED_OUT,
        async_handlers=False,
        cors_allowed_origins=checked_before,
    )

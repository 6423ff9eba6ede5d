"""`Chatrooms`: the only place where things are wired together; an ASGI application to serve or to mount."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

# Importing a concept registers its commands.
from chatrooms import auth, history, messages, names, presence, reads, rooms, sessions, signals, sync, users  # noqa: F401
from chatrooms.auth import Authenticate
from chatrooms.commands import Act, Caller, Pipe
from chatrooms.db import Database
from chatrooms.doorkeeper import NOBODY, Doorkeeper
from chatrooms.errors import Invalid, NotFound
from chatrooms.headers import SecurityHeaders
from chatrooms.live import Live, Signal
from chatrooms.rates import Rates
from chatrooms.settings import Settings
from chatrooms.sockets import Connected, Sockets
from chatrooms.tables import Message
from chatrooms.web import MAX_DEPTH, Web, http_error
from chatrooms.wire.limits import Limits
from chatrooms.wire.server import Server

SOCKETS = "/socket.io/"


class Chatrooms:
    """The chat as an ASGI application.

    Serve it by itself, or mount it in an application of yours and give that one its `lifespan`::

        chat = Chatrooms(authenticate=my_auth)
        app = Starlette(routes=[Mount("/chat", chat)], lifespan=chat.lifespan)

    ``authenticate`` answers who is at the other end of a connection; without it people join by name.
    ``on_connect`` is awaited with the username and the handshake's ``auth`` of each socket that has connected.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        authenticate: Authenticate | None = None,
        on_connect: Connected | None = None,
    ) -> None:
        self.settings = settings = settings or Settings()
        rates = Rates(settings)
        self._draining = False
        self._db = Database(settings.database_url)
        self._server = Server(
            ping_interval=settings.ping_interval,
            ping_timeout=settings.ping_timeout,
            join_timeout=settings.join_timeout,
            limits=Limits(depth=MAX_DEPTH),
        )
        self._live = Live(self._server, self._db)
        self._pipe = Pipe(self._db, self._live, rates, settings.lobby)
        self._db.committed = self._pipe.committed
        doorkeeper = Doorkeeper(settings, self._pipe, rates, authenticate)
        self._sockets = Sockets(settings, self._live, self._pipe, doorkeeper, on_connect)
        self._presence = presence.Presence(self._live, settings.presence_grace)
        web = Web(settings, self._pipe, doorkeeper, self._db, _static())
        self._web = Starlette(
            routes=web.routes(), lifespan=self.lifespan, exception_handlers={HTTPException: http_error}
        )
        self._listed = CORSMiddleware(
            self._connect, settings.origins, allow_methods=("GET", "POST"), allow_headers=("*",), allow_credentials=True
        )
        self._doors = SecurityHeaders(self._open)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or run the lifespan."""
        await self._doors(scope, receive, send)

    @asynccontextmanager
    async def lifespan(self, _app: Any = None) -> AsyncIterator[None]:
        """Run the chat: opens and migrates the database at the start, finishes what was asked for at the end."""
        if not self.settings.database:
            self.settings.data.mkdir(parents=True, exist_ok=True)
        await self._db.open()
        self._draining = False
        self._server.eio.begin()
        try:
            await self._pipe.change(_furnish, NOBODY, users.SYSTEM, self.settings.lobby)
            yield
        finally:
            await self.drain()
            await self._db.close()

    async def drain(self) -> None:
        """Tell the clients that this server ends, and close their connections; they come back to the next one."""
        if not self._draining:
            self._draining = True
            await self._server.shutdown()
            self._presence.close()

    async def post(self, room: str, text: str, *, author: str | None = None, id: str | None = None) -> Message:
        """Store a message and send it to everybody in ``room``, on every tab.

        ``room`` is a shared room, a conversation, or a username: the person's own room. Without an ``author`` the
        application itself speaks; with one, that person does, with their rights, and a username means the
        conversation with them. The same ``id`` (a UUID) posts once. Raises a `Refusal`.
        """
        me = await self._person(author) if author else NOBODY
        given = {"room": room, "text": text} | ({"id": id} if id else {})
        result = await self._pipe.run("message.post", given, me)
        message: Message = result["message"]
        return message

    async def signal(self, to: str, type: str, data: Any = None) -> None:
        """Send something live to everybody in the room ``to``, or to a person; it is not stored."""
        await self._live.signal([Signal(names.durable(to), users.SYSTEM, type, data)])

    async def emit(self, event: str, data: Any, *, to: str | list[str]) -> None:
        """Emit an event of your own to the sockets in one or several rooms; an empty ``to`` reaches nobody."""
        await self._server.emit(event, data, to=to)

    def sockets_in(self, room: str) -> list[str]:
        """The ids of this process's sockets that are in ``room`` now."""
        return self._live.sockets_in(room)

    async def run(self, command: str, params: dict[str, Any], *, username: str) -> Any:
        """Carry out any command as ``username``, with their rights; returns its result, raises a `Refusal`."""
        return await self._pipe.run(command, params, await self._person(username))

    async def _person(self, name: str) -> Caller:
        try:
            username = names.username(name)
        except ValueError as error:
            raise Invalid(str(error), field="username") from None
        if await self._pipe.lookup(lambda db: users.find(db, username)) is None:
            raise NotFound(username=username)
        return Caller(username)

    async def _open(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to the door that it came to."""
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        at_sockets = scope["type"] != "lifespan" and (path + "/").startswith(SOCKETS)
        await (self._listed if at_sockets else self._web)(scope, receive, send)

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a socket, unless the page that it comes from is a stranger's."""
        if auth.trusted(scope, self.settings.origins):
            await self._server.handle_request(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "origin"})
        else:
            await PlainTextResponse("origin not allowed", 403)(scope, receive, send)


def _furnish(act: Act) -> None:
    """What has to be there before the first person comes."""
    if users.find(act.db, users.SYSTEM) is None:
        users.add(act, users.SYSTEM)
    if not rooms.exists(act.db, act.lobby):
        rooms.add(act, act.lobby, "open", "Lobby", "Everybody is here.")


def _static() -> Path:
    """Where the browser client is: inside an installed package, beside it in a checkout."""
    package = Path(__file__).parent
    return package / "static" if (package / "static").is_dir() else package.parent / "static"

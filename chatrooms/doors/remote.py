"""The application's door over HTTP, for programs that have the service key (see `chatrooms.Remote`)."""

from __future__ import annotations

import hmac
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chatrooms.doors.answers import failed, refusal_of, refusal_response, response
from chatrooms.doors.application import ApplicationDoor, acting
from chatrooms.doors.body import read
from chatrooms.doors.callers import Callers
from chatrooms.errors import Forbidden, Invalid, NotFound, Refusal, Unauthorized
from chatrooms.identity import service_keys, tokens
from chatrooms.identity.accounts import MAX_ID, MAX_NAME, MAX_TENANT, User
from chatrooms.pipeline import scopes
from chatrooms.pipeline.act import APPLICATION, Caller
from chatrooms.pipeline.chat import Chat
from chatrooms.pipeline.parsing import parsed
from chatrooms.pipeline.rates import Rates
from chatrooms.storage.fields import ServerRole
from chatrooms.wire.server import MAX_PACKET

if TYPE_CHECKING:
    from chatrooms.client.rows import Message

MAX_MESSAGES = 500
"""How many messages one request can have."""
MAX_PICTURE = 12 * 1024 * 1024
"""Bytes of a request with a picture in Base64, which is 9 MiB of picture."""


NO_KEY = "This is not the service_key of this chat. A key that a person made acts for them, by chatrooms.client."
ENDED = "This key is invalid, has expired, or was revoked."
NO_DOOR = (
    "This chat has no service_key: give it one, such as by CHATROOMS_SERVICE_KEY, "
    "or make a key by `chatrooms key system`."
)
NOT_AS_USER = "This key speaks for the application alone, and for none of its users."


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class NewMessage(_Given):
    """What `ApplicationDoor.post` takes."""

    target: str | None = None
    text: str = ""
    to: str | None = None
    room: str | None = None
    thread: str | None = None
    reply_to: str | None = None
    author: str | None = None
    create: bool = False
    data: dict[str, Any] | None = None
    key: str | None = Field(None, max_length=1000)
    id: str | None = None


class NewMessages(_Given):
    """Messages to post, in order; each is a `NewMessage`, or refused alone."""

    messages: list[dict[str, Any]] = Field(min_length=1, max_length=MAX_MESSAGES)


class NewUser(_Given):
    """What `ApplicationDoor.add_user` takes."""

    id: str = Field(max_length=MAX_ID)
    name: str = Field("", max_length=2 * MAX_NAME)
    role: ServerRole | None = None
    tenant: str | None = Field(None, max_length=MAX_TENANT)
    avatar: str = ""
    roles: list[str] = Field(default_factory=list)

    def user(self) -> User:
        """Return the user; raises `Invalid`."""
        try:
            return User(self.id, self.name, self.avatar, self.roles, role=self.role, tenant=self.tenant)
        except ValueError as error:
            raise Invalid(str(error), field="id") from None


class HandOver(NewUser):
    """What `ApplicationDoor.hand_over` takes."""

    minutes: float = Field(15, gt=0, le=1440)


class Live(_Given):
    """What `ApplicationDoor.signal` takes."""

    to: str | None = None
    room: str | None = None
    type: str = Field(min_length=1, max_length=64)
    data: Any = None


class Whom(_Given):
    """A user."""

    id: str = Field(max_length=MAX_ID)


class Picture(Whom):
    """What `ApplicationDoor.set_picture` takes, in Base64."""

    picture: str | None

    def content(self) -> bytes | None:
        """Return the bytes of the picture; raises `Invalid`."""
        try:
            return None if self.picture is None else b64decode(self.picture, validate=True)
        except ValueError:
            raise Invalid("This is not Base64.", field="picture") from None


class Known(_Given):
    """A user by their username."""

    username: str = Field(max_length=MAX_ID)


class Run(_Given):
    """What `ApplicationDoor.run` takes."""

    command: str = Field(max_length=100)
    params: dict[str, Any] = Field(default_factory=dict)
    username: str | None = Field(None, max_length=MAX_ID)


class Own(_Given):
    """What `ApplicationDoor.emit` takes."""

    event: str = Field(min_length=1, max_length=64)
    data: Any = None
    to: str | list[str] | None = None
    room: str | None = None


class RemoteDoor:
    """Runs the application's calls for programs with the `service_key`, or a key from the command line."""

    def __init__(self, application: ApplicationDoor, chat: Chat, callers: Callers, rates: Rates) -> None:
        self._application, self._chat, self._callers, self._rates = application, chat, callers, rates
        self._key = application.settings.service_key.encode()
        self._calls: dict[str, tuple[type[_Given], Callable[[ApplicationDoor, Any], Any]]] = {
            "post": (NewMessages, self._post),
            "add_user": (NewUser, self._add_user),
            "signal": (Live, self._signal),
            "remove_user": (Whom, self._remove_user),
            "disconnect": (Whom, self._disconnect),
            "set_picture": (Picture, self._set_picture),
            "hand_over": (HandOver, self._hand_over),
            "username": (Whom, self._username),
            "user_id": (Known, self._user_id),
            "run": (Run, self._run_command),
            "emit": (Own, self._emit),
        }

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [Route("/application/{call}", self._run, methods=["POST"])]

    async def _run(self, request: Request) -> Response:
        try:
            me = await self._caller(request)
            model, call = self._calls.get(request.path_params["call"], (None, None))
            if model is None or call is None:
                raise Invalid("There is no such call.", field="")
            given = await read(request, MAX_PICTURE if model is Picture else MAX_PACKET)
            p = parsed(model, given)
            _require_allowed(me, request.path_params["call"], p)
            return response({"ok": True, "result": await call(acting(self._application, me), p)})
        except Exception as error:
            return refusal_response(refusal_of(error, "a call of the application failed"))

    async def _caller(self, request: Request) -> Caller:
        """Return the application, with what the key of a request is for; raises `Unauthorized` without a key.

        Raises `Forbidden` for pages, which must not have one, and `NotFound` for a key of a chat that has no setting.
        """
        handshake = self._callers.handshake(request)
        given = handshake.credentials.token or ""
        is_made = given.startswith(service_keys.OF_APPLICATION)
        if not self._key and not is_made:
            raise NotFound(NO_DOOR)
        if "origin" in request.headers or not handshake.trusted:
            raise Forbidden("Pages cannot speak for the application.")
        if self._key and hmac.compare_digest(given.encode(), self._key):
            return APPLICATION
        me = await tokens.of_application(self._chat, given) if is_made else None
        if me is None:
            self._rates.spend_by_address("join", handshake.network)
            raise Unauthorized(ENDED if is_made else NO_KEY)
        return me

    async def _post(self, application: ApplicationDoor, given: NewMessages) -> Any:
        messages = [_new(each) for each in given.messages]
        fit = (each.model_dump() for each in messages if isinstance(each, NewMessage))
        posted = iter(await application.post_all(fit))
        return {"messages": [_posted(each if isinstance(each, Refusal) else next(posted)) for each in messages]}

    async def _add_user(self, application: ApplicationDoor, given: NewUser) -> Any:
        with _invalid():
            return {"username": await application.add_user(given.user())}

    async def _hand_over(self, application: ApplicationDoor, given: HandOver) -> Any:
        with _invalid():
            return {"token": await application.hand_over(given.user(), minutes=given.minutes)}

    async def _username(self, application: ApplicationDoor, given: Whom) -> Any:
        return {"username": await application.username(given.id)}

    async def _user_id(self, application: ApplicationDoor, given: Known) -> Any:
        return {"id": await application.user_id(given.username)}

    async def _run_command(self, application: ApplicationDoor, given: Run) -> Any:
        return await application.run(given.command, given.params, username=given.username)

    async def _emit(self, application: ApplicationDoor, given: Own) -> Any:
        await application.emit(given.event, given.data, to=given.to, room=given.room)
        return {}

    async def _remove_user(self, application: ApplicationDoor, given: Whom) -> Any:
        await application.remove_user(given.id)
        return {}

    async def _signal(self, application: ApplicationDoor, given: Live) -> Any:
        await application.signal(given.to, given.type, given.data, room=given.room)
        return {}

    async def _set_picture(self, application: ApplicationDoor, given: Picture) -> Any:
        await application.set_picture(given.id, given.content())
        return {}

    async def _disconnect(self, application: ApplicationDoor, given: Whom) -> Any:
        await application.disconnect(given.id)
        return {}


@contextmanager
def _invalid() -> Iterator[None]:
    """Answer what an application hears by a ``ValueError``."""
    try:
        yield
    except ValueError as error:
        raise Invalid(str(error)) from None


def _new(message: dict[str, Any]) -> NewMessage | Refusal:
    try:
        return parsed(NewMessage, message)
    except Refusal as refusal:
        return refusal


def _posted(result: Message | Refusal) -> Any:
    return failed(result) if isinstance(result, Refusal) else {"ok": True, "message": result}


def _require_allowed(me: Caller, call: str, given: _Given) -> None:
    """Raise `Forbidden` for what a key is not for; what it may post and run, and where, the commands ask themselves."""
    if me.scope is None:
        return
    if isinstance(given, NewMessages):
        for message in given.messages:
            _require_own(message.get("author"))
            if message.get("create"):
                scopes.require_call(me.scope, "add_user")
    elif isinstance(given, Run):
        _require_own(given.username)
    else:
        scopes.require_call(me.scope, call)


def _require_own(user: object) -> None:
    if user is not None:
        raise Forbidden(NOT_AS_USER)

"""`Remote`: the application's own calls from another process, such as a worker, a cron job or a Django view.

It needs no event loop and nothing but Python's standard library, and imports nothing of the server.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import random
import time
import uuid
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, TypedDict, Unpack
from urllib.parse import urlsplit

from chatrooms.lifetime import require_free_thread

MAX_MESSAGES = 500
MAX_BYTES = 100_000
"""About how many bytes of JSON one request with several messages has."""
MOST, MOST_WITH_PICTURE = 128 * 1024, 12 * 1024 * 1024
"""How many bytes of JSON the server accepts."""
SHORTEST_KEY = 32
SECONDS_TO_ANSWER = 30.0
SECONDS_TO_TRY = 30.0
"""How long a call is repeated while the chat cannot be reached."""
TEMPORARY = frozenset({429, 502, 503, 504})
LONGEST_PAUSE = 4.0


class RemoteRefused(Exception):
    """The chat refused a call: ``code`` is for programs, ``message`` for people, and ``details`` say what was wrong."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        self.code, self.message, self.details = error["code"], error["message"], dict(error.get("details", {}))
        super().__init__(f"{self.code}: {self.message} {self.details or ''}".strip())


class _User(Protocol):
    """What a `chatrooms.User` has."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def avatar(self) -> str: ...
    @property
    def roles(self) -> Sequence[str]: ...
    @property
    def role(self) -> str | None: ...
    @property
    def tenant(self) -> str | None: ...


Whom: TypeAlias = _User | str
"""A `chatrooms.User`, or an id."""


class Given(TypedDict, total=False):
    """What can be given of a user beside an id and a name."""

    role: str | None
    tenant: str | None
    avatar: str
    roles: Sequence[str]


class Remote:
    """The chat at ``url``, including the path where it is mounted, for a program with its ``service_key``.

    Each call has a coroutine function and one that blocks, for threads. A call is repeated while the chat cannot be
    reached, for about half a minute; a message is posted once all the same. Then it raises ``OSError``. Those that
    block raise `WouldBlock` on the event loop of a chat, which they would stop.
    """

    def __init__(self, url: str, *, key: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{url!r} is not the http or https address of a chat.")
        if len(key) < SHORTEST_KEY or not key.isascii() or not key.isprintable() or " " in key:
            raise ValueError(
                f"The key is the chat's service_key: {SHORTEST_KEY} or more ASCII characters without spaces."
            )
        self._parts = parts
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    async def post(self, target: str | None = None, text: str = "", **how: Any) -> dict[str, Any]:
        """Post a message, as `Chatrooms.post` does, and return it; raises `RemoteRefused`."""
        return await asyncio.to_thread(self.post_sync, target, text, **how)

    def post_sync(self, target: str | None = None, text: str = "", **how: Any) -> dict[str, Any]:
        """Post a message from a thread."""
        (posted,) = self._post_all([{"target": target, "text": text, **how}])
        if isinstance(posted, RemoteRefused):
            raise posted
        return posted

    async def post_many(self, messages: Iterable[tuple[str, str]], **how: Any) -> list[dict[str, Any] | RemoteRefused]:
        """Post many messages, each a target and a text, and return each as it was stored, or why it was not."""
        return await asyncio.to_thread(self.post_many_sync, messages, **how)

    def post_many_sync(self, messages: Iterable[tuple[str, str]], **how: Any) -> list[dict[str, Any] | RemoteRefused]:
        """Post many messages from a thread."""
        return self._post_all([{"target": target, "text": text, **how} for target, text in messages])

    async def add_user(self, user: Whom, name: str = "", **more: Unpack[Given]) -> str:
        """Add a user who has not come yet or was removed, or change what others see of them; return their username.

        The parameters are those of `chatrooms.User`.
        """
        return await asyncio.to_thread(self.add_user_sync, user, name, **more)

    def add_user_sync(self, user: Whom, name: str = "", **more: Unpack[Given]) -> str:
        """Add a user from a thread."""
        return str(self._call("add_user", _user(user, name, **more))["username"])

    async def remove_user(self, id: str) -> None:
        """Remove a user, until you add them again, as `Chatrooms.remove_user` does."""
        await asyncio.to_thread(self.remove_user_sync, id)

    def remove_user_sync(self, id: str) -> None:
        """Remove a user from a thread."""
        self._call("remove_user", {"id": id})

    async def set_picture(self, id: str, picture: bytes | None) -> None:
        """Give a user a picture of at most 9 MiB, or take theirs away, as `Chatrooms.set_picture` does."""
        await asyncio.to_thread(self.set_picture_sync, id, picture)

    def set_picture_sync(self, id: str, picture: bytes | None) -> None:
        """Give a user a picture from a thread."""
        given = None if picture is None else b64encode(picture).decode()
        self._call("set_picture", {"id": id, "picture": given}, MOST_WITH_PICTURE)

    async def hand_over(self, user: Whom, name: str = "", *, minutes: float = 15, **more: Unpack[Given]) -> str:
        """Return a token by which a page connects as a user, as `Chatrooms.hand_over` does."""
        return await asyncio.to_thread(self.hand_over_sync, user, name, minutes=minutes, **more)

    def hand_over_sync(self, user: Whom, name: str = "", *, minutes: float = 15, **more: Unpack[Given]) -> str:
        """Return a token from a thread."""
        return str(self._call("hand_over", {**_user(user, name, **more), "minutes": minutes})["token"])

    async def username(self, id: str) -> str:
        """Return the username of a user; raises `RemoteRefused` before they have come or were added."""
        return await asyncio.to_thread(self.username_sync, id)

    def username_sync(self, id: str) -> str:
        """Return the username of a user, in a thread."""
        return str(self._call("username", {"id": id})["username"])

    async def user_id(self, username: str) -> str:
        """Return the id of the user who has a username, such as the ``author`` of a message."""
        return await asyncio.to_thread(self.user_id_sync, username)

    def user_id_sync(self, username: str) -> str:
        """Return the id of a user, in a thread."""
        return str(self._call("user_id", {"username": username})["id"])

    async def run(self, command: str, params: Mapping[str, Any], *, username: str | None = None) -> dict[str, Any]:
        """Run any command as the user with that id, or without one as the application, as `Chatrooms.run` does.

        Like a message, it is repeated while the chat cannot be reached; unlike one, it may then have run twice.
        """
        return await asyncio.to_thread(self.run_sync, command, params, username=username)

    def run_sync(self, command: str, params: Mapping[str, Any], *, username: str | None = None) -> dict[str, Any]:
        """Run a command from a thread."""
        given = {"command": command, "params": dict(params), "username": username}
        result: dict[str, Any] = self._call("run", given)
        return result

    async def emit(self, event: str, data: Any, *, to: str | list[str] | None = None, room: str | None = None) -> None:
        """Emit an event of your own to users or rooms, as `Chatrooms.emit` does."""
        await asyncio.to_thread(self.emit_sync, event, data, to=to, room=room)

    def emit_sync(self, event: str, data: Any, *, to: str | list[str] | None = None, room: str | None = None) -> None:
        """Emit your own event from a thread."""
        self._call("emit", {"event": event, "data": data, "to": to, "room": room})

    async def signal(self, to: str | None, type: str, data: Any = None, *, room: str | None = None) -> None:
        """Emit a live signal, which is not stored, as `Chatrooms.signal` does."""
        await asyncio.to_thread(self.signal_sync, to, type, data, room=room)

    def signal_sync(self, to: str | None, type: str, data: Any = None, *, room: str | None = None) -> None:
        """Emit a signal from a thread."""
        self._call("signal", {"to": to, "type": type, "data": data, "room": room})

    async def disconnect(self, id: str) -> None:
        """End every connection of a user."""
        await asyncio.to_thread(self.disconnect_sync, id)

    def disconnect_sync(self, id: str) -> None:
        """End every connection of a user, from a thread."""
        self._call("disconnect", {"id": id})

    def _post_all(self, messages: Iterable[dict[str, Any]]) -> list[dict[str, Any] | RemoteRefused]:
        posted: list[dict[str, Any] | RemoteRefused] = []
        for some in _in_parts(map(_repeatable, messages)):
            posted += self._post_together(some)
        return posted

    def _post_together(self, some: list[dict[str, Any]]) -> list[dict[str, Any] | RemoteRefused]:
        try:
            answers = self._call("post", {"messages": some})["messages"]
        except RemoteRefused as refused:
            if refused.code == "too_large":  # which a message can only be alone
                return [refused]
            raise
        return [each["message"] if each["ok"] else RemoteRefused(each["error"]) for each in answers]

    def _call(self, name: str, params: Mapping[str, Any], most: int = MOST) -> Any:
        require_free_thread()
        body = json.dumps(params, separators=(",", ":")).encode()
        if len(body) > most:  # the server would answer while it is sent, and end the connection
            raise RemoteRefused(
                {"code": "too_large", "message": f"This has {len(body):,} bytes as JSON, more than {most:,}."}
            )
        pause, end = min(0.5, LONGEST_PAUSE), time.monotonic() + SECONDS_TO_TRY
        while True:
            is_last = time.monotonic() + pause > end
            try:
                status, answer = self._ask(name, body)
            except (OSError, http.client.HTTPException) as error:
                if is_last:
                    raise OSError(f"The chat at {self._parts.netloc} cannot be reached: {error}") from error
            else:
                if is_last or status not in TEMPORARY:
                    return _result(status, answer)
            time.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - to spread callers
            pause = min(2 * pause, LONGEST_PAUSE)

    def _ask(self, name: str, body: bytes) -> tuple[int, bytes]:
        kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(str(self._parts.hostname), self._parts.port, timeout=SECONDS_TO_ANSWER)
        try:
            connection.request("POST", f"{self._parts.path.rstrip('/')}/application/{name}", body, self._headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def _user(user: Whom, name: str, **more: Unpack[Given]) -> dict[str, Any]:
    """Return what the chat takes of a user; what is given beside a `User` goes before what it says itself.

    The chat refuses a text as roles, whose letters would count as some.
    """
    roles = more.get("roles", ())
    given = {"name": name, **more, "roles": roles if isinstance(roles, str) else list(roles)}
    if isinstance(user, str):
        return {"id": user, **given}
    try:
        own = {key: getattr(user, key) for key in ("id", "name", *Given.__annotations__)}
    except AttributeError:
        raise TypeError(f"A user is a chatrooms.User, or an id, which is str, not {type(user).__name__}.") from None
    return own | {key: value for key, value in given.items() if value}


def _repeatable(message: dict[str, Any]) -> dict[str, Any]:
    """Return a message that is stored once, however often it is posted."""
    if message.get("key") is None and message.get("id") is None:
        return {**message, "id": str(uuid.uuid4())}
    return message


def _in_parts(messages: Iterable[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    """Yield the messages in lists that each fit into one request."""
    some: list[dict[str, Any]] = []
    size = 0
    for message in messages:
        more = len(json.dumps(message))
        if some and (size + more > MAX_BYTES or len(some) == MAX_MESSAGES):
            yield some
            some, size = [], 0
        some.append(message)
        size += more
    if some:
        yield some


def _result(status: int, answer: bytes) -> Any:
    try:
        given = json.loads(answer)
        if given["ok"]:
            return given["result"]
        error = given["error"]
    except (ValueError, LookupError, TypeError):
        raise OSError(
            f"This is not the answer of a chat: status {status}. Has the address the path where the chat is mounted, "
            "and the chat a service_key?"
        ) from None
    raise RemoteRefused(error)

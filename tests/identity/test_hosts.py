"""What a host application's `authenticate` may answer, and what comes of anything else."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial, wraps

import aiohttp
import pytest
import socketio.exceptions
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Mount

from chatrooms import Chatrooms, Settings, User, names
from chatrooms.doors.connection_handlers import AT_ONCE
from chatrooms.features import users
from chatrooms.identity import hosts
from tests.doors import post
from tests.people import PATIENCE, Person, connect, leave
from tests.servers import QUICK, serving

NEVER = object()
EVIL = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}


@dataclass
class Host:
    """An application whose login answers ``who``, whatever that is."""

    url: str = ""
    chat: Chatrooms | None = None
    who: object = None
    asked: int = 0
    connected: list[str] = field(default_factory=list)
    greet: asyncio.Event = field(default_factory=asyncio.Event)

    async def authenticate(self, handshake):
        self.asked += 1
        if self.who is NEVER:
            await asyncio.Event().wait()
        return handshake.auth.get("who", self.who)

    async def on_connect(self, username, auth):
        self.connected.append(username)
        await self.greet.wait()
        raise RuntimeError("a mistake of the host's")


@pytest.fixture
async def host(tmp_path) -> AsyncIterator[Host]:
    host = Host()
    chat = Chatrooms(
        Settings(data=tmp_path, name="Acme", **QUICK), authenticate=host.authenticate, on_connect=host.on_connect
    )
    async with serving(Starlette(routes=[Mount("/chat", chat)], lifespan=chat.lifespan), lifespan="on") as url:
        host.url, host.chat = url, chat
        yield host


def tab(host, who):
    return connect(host.url, who, auth={"who": who}, path="chat")


async def me(host, **how):
    return await post(host.url, "/chat/api/user.me", {}, **how)


REFUSED = [
    ("", "1 to 200 characters"),
    ("  ", "1 to 200 characters"),
    ("x" * 201, "1 to 200 characters"),
    ("x" * 100_000, "1 to 200 characters"),
    ("alice\0", "control characters"),
    ("alice\nbob", "control characters"),
    ("\ud800", "control characters"),
    (7, "str, not int"),
    (True, "str, not bool"),
    (b"alice", "str, not bytes"),
    ({"id": "alice"}, "str, not dict"),
    (object(), "str, not object"),
]


@pytest.mark.parametrize(("answer", "rule"), REFUSED)
async def test_what_is_no_id_is_refused_with_the_rule_and_logged_once(host, answer, rule, caplog):
    host.who = answer
    for _ in range(3):
        status, told, _ = await me(host)
        assert (status, told["error"]["code"]) == (400, "invalid")
        assert told["error"]["details"] == {"field": "username"}
        assert rule in told["error"]["message"]
    lines = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(lines) == 1
    assert rule in lines[0].getMessage() and len(lines[0].getMessage()) < 400


async def test_a_socket_is_refused_with_the_rule_too(host):
    host.who = "\0"
    person = Person(host.url, "alice")
    told = []
    person.client.on("connect_error", told.append)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await person.client.connect(host.url, socketio_path="chat/socket.io")
    await leave(person)
    assert told[0]["data"] == {"code": "invalid", "field": "username"}
    assert "control characters" in told[0]["message"]


@pytest.mark.parametrize("username", ["admin", "root", "a11", "h\u0435re", "ac", "acme2"])
async def test_a_name_that_no_guest_may_take_is_the_hosts_to_give_unless_it_means_somebody_else(host, username):
    host.who = username
    status, told, _ = await me(host)
    assert (status, told["result"]["user"]["username"]) == (200, username)


async def test_names_that_look_alike_are_two_people_where_the_host_vouches(host):
    for username in ("barney", "bamey", "bаrney", "rnary", "mary"):
        host.who = username
        for _ in range(2):
            status, told, _ = await me(host)
            assert (status, told["result"]["user"]["username"]) == (200, username)


async def test_many_that_look_alike_may_come_at_once(host):
    looks = ["mmm", "rnmm", "mrnm", "mmrn", "rnrnm", "rnmrn", "mrnrn", "rnrnrn"]
    assert len({names.skeleton(name) for name in looks}) == 1

    async def come(username):
        async with tab(host, username) as person:
            return (await person.run("user.me"))["user"]["username"]

    assert await asyncio.gather(*map(come, looks)) == looks


@settings(deadline=None)
@given(st.one_of(st.text(max_size=40), st.from_regex(r"[a-zA-Z0-9._-]{1,34}", fullmatch=True)))
def test_a_vouched_name_is_exactly_itself_or_refused(name):
    try:
        vouched = names.vouched(name)
    except ValueError:
        return
    assert vouched == name == names.username(name)


@settings(deadline=None)
@given(st.text(st.characters(categories=["L", "M", "N"]), min_size=1, max_size=32))
def test_no_name_looks_like_the_mark_of_one_whose_looks_are_taken(name):
    assert users.LOOKS_TAKEN not in names.skeleton(name)


@pytest.mark.parametrize("headers", [EVIL, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}])
@pytest.mark.parametrize("bearer", [{}, {"Authorization": "Bearer anything"}])
async def test_a_page_of_another_origin_is_refused_before_the_host_is_asked(host, headers, bearer):
    host.who = "alice"
    body = {"room": "#lobby", "text": "not mine"}
    given = {**headers, **bearer, "Content-Type": "text/plain", "Cookie": "login=alice"}
    status, told, _ = await post(host.url, "/chat/api/message.post", body, headers=given)
    assert (status, told["error"]["code"], host.asked) == (403, "forbidden", 0)
    assert (await me(host))[0] == 200


async def test_an_answer_that_never_comes_is_given_up(host, monkeypatch, caplog):
    monkeypatch.setattr(hosts, "SECONDS_TO_ANSWER", 0.05)
    host.who = NEVER
    status, told, _ = await me(host)
    assert (status, told["error"]["code"]) == (503, "unavailable")
    assert "authenticate did not answer" in caplog.text


async def test_on_connect_runs_beside_its_socket_and_its_failure_is_logged(host, caplog):
    async with tab(host, "alice") as alice:
        await alice.say("#lobby", "answered, though the handler has not returned")
        host.greet.set()
        await alice.settled()
    assert host.connected == ["alice"]
    assert caplog.text.count("on_connect failed: RuntimeError") == 1


async def test_what_on_connect_still_does_at_the_end_is_cancelled(host):
    async with tab(host, "alice"):
        waiting = next(task for task in asyncio.all_tasks() if "ConnectionHandlers._in_turn" in repr(task))
        await host.chat.drain()
        assert waiting.cancelled()


async def next_packet(ws, *kinds: str) -> str:
    """Return the next Socket.IO packet of one of these kinds."""
    while not (packet := await ws.receive_str(timeout=PATIENCE)).startswith(kinds):
        pass
    return packet


@asynccontextmanager
async def raw_socket(host: Host) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    url = f"{host.url}/chat/socket.io/?EIO=4&transport=websocket"
    async with aiohttp.ClientSession() as http, http.ws_connect(url) as ws:
        yield ws


async def join(ws, who: str = "alice") -> str:
    """Join the namespace; return the answer."""
    await ws.send_str("40" + json.dumps({"who": who}))
    return await next_packet(ws, "40", "44")


async def test_joining_again_on_one_connection_has_a_rate(host):
    host.greet.set()
    async with raw_socket(host) as ws:
        answers = [await join(ws, "not\0an id") for _ in range(40)]
        assert "rate_limited" not in answers[0] and "rate_limited" in answers[-1]
        assert host.asked <= 31
    async with raw_socket(host) as other:
        assert (await join(other)).startswith("40")


async def test_a_connection_has_one_on_connect_at_a_time(host):
    async with raw_socket(host) as ws:
        assert (await join(ws)).startswith("40")
        await ws.send_str("41")
        for _ in range(5):
            answer = await join(ws)
            assert answer.startswith("44") and "rate_limited" in answer
        assert host.connected == ["alice"]


async def test_a_person_has_a_bounded_number_of_them_and_others_their_own(host):
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(raw_socket(host)) for _ in range(AT_ONCE + 3)]
        answers = [await join(ws) for ws in sockets]
        assert [answer[:2] for answer in answers] == ["40"] * AT_ONCE + ["44"] * 3
        bob = await stack.enter_async_context(raw_socket(host))
        assert (await join(bob, "bob")).startswith("40")
        assert await next_packet(bob, '42["welcome"')
        await asyncio.sleep(0)
        assert (host.connected.count("alice"), host.connected.count("bob")) == (AT_ONCE, 1)


async def test_sockets_that_connect_together_keep_that_bound(host):
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(raw_socket(host)) for _ in range(2 * AT_ONCE)]
        joined = [answer.startswith("40") for answer in await asyncio.gather(*map(join, sockets))]
        welcomed = [ws for ws, came in zip(sockets, joined, strict=True) if came]
        await asyncio.gather(*(next_packet(ws, '42["welcome"') for ws in welcomed))
        assert host.connected.count("alice") <= AT_ONCE <= len(welcomed)


async def test_a_host_application_says_the_role_and_without_one_it_stays(tmp_path):
    answer = User("ann@example.com", "Ann", role="owner")

    async def authenticate(_handshake):
        return answer

    async def role() -> str:
        _, got, _ = await post(url, "/api/user.me", {})
        return got["result"]["user"]["role"]

    chat = Chatrooms(Settings(data=tmp_path, **QUICK), authenticate=authenticate)
    async with chat.lifespan(), serving(chat) as url:
        assert await role() == "owner"
        answer = User("ann@example.com", "Ann")
        assert await role() == "owner"
        answer = User("ann@example.com", "Ann", role="guest")
        assert await role() == "guest"
        with pytest.raises(ValueError, match="role is one of"):
            User("ann", role="king")


async def nobody():
    """Take no handshake."""


class Door:
    """Authenticates as an object."""

    async def __call__(self, _handshake):
        return "ann"


def plainly(function):
    """Decorate a coroutine function without knowing that it is one."""

    @wraps(function)
    def call(*given):
        return function(*given)

    return call


@plainly
async def decorated(_handshake):
    return "ann"


@pytest.mark.parametrize("authenticate", [Door(), Door().__call__, partial(Door.__call__, Door()), decorated])
def test_a_coroutine_function_may_be_a_method_or_an_object(tmp_path, authenticate):
    Chatrooms(Settings(data=tmp_path), authenticate=authenticate)


@pytest.mark.parametrize(
    ("authenticate", "why"),
    [
        ("ann", "a coroutine function, not str"),
        (nobody, "must take the handshake"),
        (lambda _handshake: "ann", "must be a coroutine function: async def"),
        (str, "must be a coroutine function: async def"),
    ],
    ids=["text", "no parameter", "no coroutine", "a class"],
)
def test_what_cannot_be_asked_who_is_there_is_refused_when_the_chat_is_made(tmp_path, authenticate, why):
    with pytest.raises(TypeError, match=why):
        Chatrooms(Settings(data=tmp_path), authenticate=authenticate)

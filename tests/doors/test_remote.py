"""The application's calls from another process: what they do, who may make them, and a chat that is away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from chatrooms import Chatrooms, Remote, RemoteRefused, Settings, User, WouldBlock, remote
from chatrooms.doors.application import ApplicationDoor
from tests.doors import post
from tests.features.files import picture
from tests.people import PATIENCE, connect
from tests.servers import QUICK, serving

KEY = "0123456789abcdef" * 2
CALLS = [
    *("post", "add_user", "signal", "disconnect", "remove_user", "hand_over", "username", "user_id", "run", "emit"),
    *("set_picture", "unknown"),
]
BEARER = {"Authorization": f"Bearer {KEY}"}


async def who(handshake):
    return handshake.auth.get("id")


@asynccontextmanager
async def serving_shop(data: Path) -> AsyncIterator[str]:
    """Serve a chat of an application; return its URL."""
    chat = Chatrooms(Settings(data=data, service_key=KEY, name="Acme", **QUICK), authenticate=who)
    app = Starlette(routes=[Mount("/chat", chat)], lifespan=chat.lifespan)
    async with serving(app, lifespan="on") as url:
        yield f"{url}/chat"


@pytest.fixture
async def url(tmp_path) -> AsyncIterator[str]:
    async with serving_shop(tmp_path) as url:
        yield url


@pytest.fixture(scope="module")
async def shared_url(tmp_path_factory) -> AsyncIterator[str]:
    """Serve a chat to tests of what is refused, and so changes nothing."""
    async with serving_shop(tmp_path_factory.mktemp("shop")) as url:
        yield url


async def test_a_program_speaks_for_the_application(url):
    shop = Remote(url, key=KEY)
    assert await shop.add_user("alice@example.com", "Alice", role="moderator") == "alice"
    async with connect(url.removesuffix("/chat"), "alice", auth={"id": "alice@example.com"}, path="chat") as alice:
        posted = await shop.post("alice@example.com", "Howdy", data={"order": 7}, key="order 7")
        assert await asyncio.to_thread(shop.post_sync, "alice@example.com", "Howdy", key="order 7") == posted
        assert (await alice.hears_text("Howdy"))["data"] == {"order": 7}
        await shop.post("#lobby", "to all")
        await shop.post("bob@example.com", "to someone new", create=True)
        await shop.post(text="in the thread", thread=posted["id"], author="alice@example.com")
        assert (await alice.run("user.me"))["user"]["role"] == "moderator"
        await shop.signal("alice@example.com", "greeting", {"n": 1})
        await shop.signal(None, "by name", room="alice+system")
        for kind in ("greeting", "by name"):
            await alice.hears(lambda _, data, kind=kind: data.get("type") == kind)
        await alice.settled()
        assert [*dict.fromkeys(alice.texts())] == ["Howdy", "to all"]
        await shop.disconnect("alice@example.com")
        await alice.disconnected()


async def test_many_messages_come_in_order_and_say_which_failed(url):
    shop = Remote(url, key=KEY)
    await shop.add_user("alice")
    given = [("nobody" if number % 50 == 7 else "alice", f"{number} {'x' * 500}") for number in range(700)]
    large = await shop.post_many([("alice", "first"), ("alice", "x" * remote.MOST), ("alice", "last")])
    assert [one.code if isinstance(one, RemoteRefused) else one["text"] for one in large] == [
        "first",
        "too_large",
        "last",
    ]
    posted = await shop.post_many(given)
    assert [one.code if isinstance(one, RemoteRefused) else one["text"] for one in posted] == [
        "not_found" if id == "nobody" else text for id, text in given
    ]
    seqs = [one["seq"] for one in posted if isinstance(one, dict)]
    assert seqs == sorted(seqs)


async def test_a_worker_hands_over_runs_commands_and_emits(url):
    shop = Remote(url, key=KEY)
    token = await shop.hand_over("ann@example.com", "Ann", tenant="acme", minutes=5)
    async with connect(url.removesuffix("/chat"), "ann", auth={"token": token}, path="chat") as ann:
        assert await shop.username("ann@example.com") == "ann"
        assert await asyncio.to_thread(shop.user_id_sync, "ann") == "ann@example.com"
        created = await shop.run("room.create", {"name": "#acme"}, username="ann@example.com")
        assert created["room"]["created_by"] == "ann"
        await shop.emit("news", {"n": 1}, to="#acme")
        await ann.hears(lambda event, data: event == "news" and data == {"n": 1})
        with pytest.raises(RemoteRefused) as refused:
            await shop.add_user("ann@example.com", tenant="globex")
        assert refused.value.code == "conflict"


async def test_a_worker_names_users_as_the_application_does(url):
    shop = Remote(url, key=KEY)
    assert await shop.add_user(User("7", "Carol", role="moderator")) == "carol"
    assert await shop.hand_over(User("7"))
    with pytest.raises(TypeError, match=r"a chatrooms\.User, or an id, which is str, not int"):
        await shop.add_user(7)


async def test_a_call_that_would_stop_a_chat_is_refused_at_once(url):
    shop = Remote(url, key=KEY)
    with pytest.raises(WouldBlock):
        shop.post_sync("#lobby", "x")
    assert await asyncio.to_thread(shop.post_sync, "#lobby", "x")


async def test_a_worker_gives_a_picture_and_takes_it_away(url):
    shop, mine = Remote(url, key=KEY), picture(width=600, height=300)
    await shop.add_user("alice")

    async def present():
        return (await shop.run("user.me", {}, username="alice"))["user"]["picture"]

    await shop.set_picture("alice", mine)
    given = await present()
    assert given
    await asyncio.to_thread(shop.set_picture_sync, "alice", mine)
    assert await present() == given
    for wrong, code in ((b"", "invalid"), (b"no picture", "invalid"), (bytes(remote.MOST_WITH_PICTURE), "too_large")):
        with pytest.raises(RemoteRefused) as refused:
            await shop.set_picture("alice", wrong)
        assert refused.value.code == code
    await shop.set_picture("alice", None)
    assert await present() is None


NO_COUNTERPART = {
    "post_all": "`post_many` is it: each message can be given its own arguments by `post`.",
    "sockets_in": "The ids of sockets mean something only in the process that has them.",
    "on_message": "Another process hears by a bot of `chatrooms.client`, which goes on where it stopped.",
    "on_join": "Another process hears by a bot, as with `on_message`.",
    "on_change": "Another process hears by a client's `changes`.",
    "on_connect": "Handlers run where the sockets are.",
    "on_disconnect": "Handlers run where the sockets are.",
    "event": "Handlers run where the sockets are.",
    "may_create": "Decisions are made where commands run.",
    "may_write": "Decisions are made where commands run.",
}
"""The calls of `Chatrooms` that a program elsewhere cannot make, and why."""


def test_a_program_elsewhere_has_every_call_or_a_reason_why_not():
    ours = {name for name in dir(ApplicationDoor) if not name.startswith("_")}
    theirs = {name for name in vars(Remote) if not name.startswith("_")}
    assert ours - theirs == set(NO_COUNTERPART)
    assert theirs <= ours
    assert {name for name in theirs if not name.endswith("_sync")} == {
        name.removesuffix("_sync") for name in theirs if name.endswith("_sync")
    }


async def test_a_thread_has_every_call(tmp_path):
    chat = Chatrooms(Settings(data=tmp_path, **QUICK), authenticate=who)

    def call_all():
        assert chat.add_user_sync("alice") == chat.username_sync("alice") == chat.user_id_sync("alice") == "alice"
        assert [each["text"] for each in chat.post_many_sync([("alice", "1"), ("alice", "2")])] == ["1", "2"]
        chat.set_picture_sync("alice", None)
        assert chat.run_sync("user.me", {}, username="alice")["user"]["username"] == "alice"
        chat.signal_sync("alice", "greeting", {"n": 1})
        chat.emit_sync("news", {"n": 1}, to="alice")

    async with chat.lifespan():
        await asyncio.to_thread(call_all)


@pytest.mark.parametrize(
    ("call", "params", "code"),
    [
        ("hand_over", {"id": "x", "minutes": 2000}, "invalid"),
        ("hand_over", {"id": ""}, "invalid"),
        ("add_user", {"id": "x", "tenant": "\n"}, "invalid"),
        ("username", {"id": "nobody"}, "not_found"),
        ("user_id", {"username": "nobody"}, "not_found"),
        ("run", {"command": "user.me", "username": "nobody"}, "not_found"),
        ("emit", {"event": "x"}, "invalid"),
        ("remove_user", {"id": "nobody"}, "not_found"),
        ("post", {"messages": [{"target": "nobody", "text": "x"}]}, "not_found"),
        ("post", {"messages": [{"target": "#lobby", "text": ""}]}, "invalid"),
        ("post", {"messages": [{"text": "x"}]}, "invalid"),
        ("add_user", {"id": "\0"}, "invalid"),
        ("add_user", {"id": "x", "name": "\u202e"}, "invalid"),
        ("signal", {"to": "nobody", "type": "x"}, "not_found"),
        ("signal", {"type": "x"}, "invalid"),
        ("add_user", {"id": "x", "role": "king"}, "invalid"),
        ("disconnect", {"id": ""}, "invalid"),
        ("set_picture", {"id": "nobody", "picture": None}, "not_found"),
        ("set_picture", {"id": "nobody", "picture": "no Base64"}, "invalid"),
        ("set_picture", {"id": "nobody"}, "invalid"),
        ("post", {"messages": [{"text": 7}, {"text": "x"}]}, "invalid"),
        ("post", {"messages": [{"text": "x", "more": 1}]}, "invalid"),
    ],
)
async def test_what_is_wrong_is_said(shared_url, call, params, code):
    status, answer, _ = await post(shared_url, f"/application/{call}", params, headers=BEARER)
    error = answer["result"]["messages"][0]["error"] if call == "post" else answer["error"]
    assert error["code"] == code and (call == "post") == (status == 200)


@pytest.mark.parametrize(
    "body",
    [
        {"messages": []},
        {"messages": [{}] * 501},
        {"messages": {}},
        {"messages": ["x"]},
        {"more": 1},
        [],
    ],
)
async def test_what_is_no_list_of_messages_is_invalid(shared_url, body):
    status, answer, _ = await post(shared_url, "/application/post", body, headers=BEARER)
    assert (status, answer["error"]["code"]) == (400, "invalid")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": f"Bearer {KEY[:-1]}"}, 401),
        ({"Authorization": f"Bearer {KEY}x"}, 401),
        ({"Authorization": f"Basic {KEY}"}, 401),
        ({"Authorization": "Bearer \u00e9"}, 401),
        (BEARER | {"Origin": "http://evil.example"}, 403),
        (BEARER | {"Origin": "null"}, 403),
        (BEARER | {"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
@pytest.mark.parametrize("call", CALLS)
async def test_others_cannot_speak_for_the_application(shared_url, headers, status, call):
    assert (await post(shared_url, f"/application/{call}", {}, headers=headers))[0] == status


async def test_keys_cannot_be_tried_for_long(tmp_path):
    chat = Chatrooms(Settings(data=tmp_path, service_key=KEY, **QUICK | {"rate_join": "3/hour"}))
    async with chat.lifespan(), serving(chat) as url:
        tried = [(await post(url, "/application/post", {}, headers={"Authorization": "Bearer x"}))[0] for _ in range(5)]
        assert tried == [401, 401, 401, 429, 429]
        assert (await post(url, "/application/post", {}, headers=BEARER))[0] == 400


async def test_without_a_service_key_there_is_no_such_door(tmp_path):
    chat = Chatrooms(Settings(data=tmp_path, **QUICK))
    async with chat.lifespan(), serving(chat) as url:
        for key in ("", KEY):
            assert (await post(url, "/application/post", {}, headers={"Authorization": f"Bearer {key}"}))[0] == 404
        with pytest.raises(RemoteRefused, match="has no service_key"):
            await Remote(url, key=KEY).post("#lobby", "x")


async def test_a_chat_where_people_join_by_name_says_so(tmp_path):
    chat = Chatrooms(Settings(data=tmp_path, service_key=KEY, **QUICK))
    async with chat.lifespan(), serving(chat) as url:
        shop = Remote(url, key=KEY)
        for call in (shop.add_user, shop.hand_over):
            with pytest.raises(RemoteRefused, match="Only a chat with authenticate"):
                await call("ann@example.com")


async def test_a_call_is_repeated_while_the_chat_is_away_and_posts_once(monkeypatch):
    monkeypatch.setattr(remote, "LONGEST_PAUSE", 0.01)
    asked = []

    async def answer(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        (length,) = (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        asked.append(json.loads(await reader.readexactly(length)))
        if len(asked) == 2:
            writer.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
        if len(asked) == 3:
            told = json.dumps({"ok": True, "result": {"messages": [{"ok": True, "message": {"text": "x"}}]}}).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(told), told))
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with asyncio.timeout(PATIENCE):
            assert await Remote(f"http://127.0.0.1:{port}", key=KEY).post("#lobby", "x") == {"text": "x"}
    assert asked[0] == asked[1] == asked[2]
    assert asked[0]["messages"][0]["id"]


class Clock:
    """Stands for the time that a call waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_a_chat_that_restarts_is_waited_for_half_a_minute(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(remote, "time", clock)
    with pytest.raises(OSError, match="cannot be reached"):
        Remote("http://127.0.0.1:1", key=KEY).post_sync("#lobby", "x")
    assert 25 <= clock.now <= 30


async def test_a_chat_that_stays_away_or_is_none_is_an_oserror(url, monkeypatch):
    monkeypatch.setattr(remote, "SECONDS_TO_TRY", 0.001)
    with pytest.raises(OSError, match="cannot be reached"):
        await Remote("http://127.0.0.1:1", key=KEY).post("#lobby", "x")
    with pytest.raises(OSError, match="not the answer of a chat"):
        await Remote(url.removesuffix("/chat"), key=KEY).signal("#lobby", "x")
    for wrong in ("", "short", KEY + "\n", f" {KEY}", "\u00e9" * 40):
        with pytest.raises(ValueError, match="the chat's service_key") as told:
            Remote(url, key=wrong)
        assert not wrong or wrong not in str(told.value)
    with pytest.raises(RemoteRefused, match="not the service_key"):
        await Remote(url, key=KEY[::-1]).post("#lobby", "x")
    for wrong in ("127.0.0.1:8000", "ftp://example.org", "http://"):
        with pytest.raises(ValueError, match="address of a chat"):
            Remote(wrong, key=KEY)


@pytest.mark.parametrize("key", ["short", "x" * 31, "x" * 40 + " ", "é" * 40, "x" * 40 + "\n"])
def test_a_service_key_is_long_and_fits_a_header(key):
    with pytest.raises(ValueError, match="32 ASCII characters"):
        Settings(service_key=key)


def test_a_service_key_is_not_shown():
    assert KEY not in repr(Settings(service_key=KEY))

"""Programs that were written for python-socketio run as they are, with its own client at the other end."""

from __future__ import annotations

import asyncio

import pytest
import socketio

from chatrooms.wire import Limits, Namespace, Server
from tests.servers import serving
from tests.wire.client import connected
from tests.wire.program import until

TRANSPORTS = [["polling"], ["websocket"]]


@pytest.fixture
async def sio(protocols):
    """A server for handlers of the test."""
    server = Server(namespaces="*", limits=Limits(handlers=5))
    yield server
    await server.shutdown()


@pytest.fixture
async def url(sio):
    """Where it is served by python-socketio's own application."""
    async with serving(socketio.ASGIApp(sio)) as at:
        yield at


class Old(socketio.AsyncNamespace):
    """Handlers of the older forms."""

    def __init__(self, *given):
        super().__init__(*given)
        self.came, self.left = [], []

    async def on_connect(self, sid, environ):
        self.came.append((sid, environ["REMOTE_ADDR"]))

    def on_disconnect(self, sid):
        self.left.append(sid)

    async def on_everyone(self, _sid, data):
        await self.emit("said", data)

    async def on_back(self, sid, data):
        await self.emit("said", data, room=sid)

    async def on_nobody(self, _sid, data):
        await self.emit("said", data, to=None)

    async def on_ask(self, sid):
        return await self.call("question", to=sid)

    def on_sum(self, _sid, a, b=1):
        return a + b


class New(Namespace):
    """Handlers of the newer forms."""

    def __init__(self, *given):
        super().__init__(*given)
        self.came, self.left, self.failed = [], [], 0

    async def on_connect(self, sid, _environ, auth):
        if auth and auth.get("stranger"):
            raise socketio.exceptions.ConnectionRefusedError("no", {"why": "stranger"})
        self.came.append((sid, auth))

    async def on_disconnect(self, sid, reason):
        self.left.append((sid, reason))

    async def on_fails(self, _sid):
        self.failed += 1
        raise TypeError("not of the call, but of the handler")


class Loud(Old):
    """Emits in its own way."""

    async def emit(self, event, data=None, **how):
        await super().emit(event, f"{data}!", **how)


async def test_a_namespace_class_of_the_older_forms(sio, url):
    old = Old("/old")
    sio.register_namespace(old)
    async with connected(url, "/old", auth={"a": 1}) as one, connected(url, "/old") as two:
        assert {address for _, address in old.came} == {"127.0.0.1"}
        await one.emit("everyone", 1, namespace="/old")
        await one.emit("back", 2, namespace="/old")
        await one.emit("nobody", 3, namespace="/old")
        assert await one.call("sum", (2, 3), namespace="/old") == 5
        assert await one.call("sum", 2, namespace="/old") == 3
        await until(lambda: len(one.heard) == 2 and len(two.heard) == 1)
        assert [given[-1] for given in one.heard] == [1, 2]
        one.on("question", lambda: "answer", namespace="/old")
        assert await one.call("ask", namespace="/old") == "answer"
    await until(lambda: len(old.left) == 2)


async def test_a_namespace_class_of_the_newer_forms(sio, url):
    new = New("/new")
    sio.register_namespace(new)
    async with connected(url, "/new", auth={"a": 1}) as client:
        with pytest.raises(socketio.exceptions.TimeoutError):
            await client.call("fails", namespace="/new", timeout=0.5)
        assert new.came == [(client.get_sid("/new"), {"a": 1})]
    assert new.failed == 1
    await until(lambda: [sid for sid, reason in new.left if reason] == [new.came[0][0]])
    with pytest.raises(socketio.exceptions.ConnectionError, match="/new"):
        async with connected(url, "/new", auth={"stranger": True}):
            pass


async def test_a_namespace_class_that_emits_in_its_own_way(sio, url):
    sio.register_namespace(Loud("/loud"))
    async with connected(url, "/loud") as client:
        await client.emit("everyone", "hey", namespace="/loud")
        await until(lambda: client.heard)
        assert client.heard[0][-1] == "hey!"


async def test_decorated_handlers_and_those_for_everything(sio, url):
    @sio.event
    async def add(_sid, a, b):
        return a + b

    @sio.on("name with spaces")
    def spaces(_sid):
        return "sync", "two"

    @sio.on("*")
    async def anything(event, _sid, *given):
        return [event, *given]

    @sio.on("*", namespace="*")
    async def anywhere(event, namespace, _sid, *given):
        return [event, namespace, *given]

    async with connected(url, "/", "/else") as client:
        assert await client.call("add", (1, 2)) == 3
        assert await client.call("name with spaces") == ("sync", "two")
        assert await client.call("other", b"\1") == ["other", b"\1"]
        assert await client.call("other", 1, namespace="/else") == ["other", "/else", 1]


@pytest.mark.parametrize("transports", TRANSPORTS)
async def test_bytes_go_both_ways(sio, url, transports):
    @sio.event
    async def mirror(sid, data):
        await sio.emit("mirrored", data, to=sid)
        return data, {"deep": [data["x"]]}

    async with connected(url, transports=transports) as client:
        assert await client.call("mirror", {"x": b"\0\1"}) == ({"x": b"\0\1"}, {"deep": [b"\0\1"]})
        await until(lambda: client.heard)
        assert client.heard[0][-1] == {"x": b"\0\1"}


async def test_emitting_without_an_address_reaches_everybody_in_the_namespace(sio, url):
    async with connected(url) as one, connected(url) as two, connected(url, "/else") as other:
        await sio.emit("news", 1)
        await sio.send("text")
        await sio.emit("news", 2, skip_sid=one.get_sid("/"))
        await sio.emit("news", 3, namespace="/else")
        await until(lambda: len(one.heard) == 2 and len(two.heard) == 3 and other.heard)
        assert [given[-1] for given in two.heard] == [1, "text", 2]
        assert [given[-1] for given in other.heard] == [3]


async def test_a_handler_calls_its_own_client(sio, url):
    @sio.event
    async def ask(sid):
        return await sio.call("question", b"?", to=sid, timeout=5)

    @sio.event
    async def ask_by_callback(sid):
        answered = asyncio.get_running_loop().create_future()
        await sio.emit("question", b"?", to=sid, callback=answered.set_result)
        return await asyncio.wait_for(answered, 5)

    async with connected(url) as client:
        client.on("question", lambda data: data + b"!")
        assert await client.call("ask") == b"?!"
        assert await client.call("ask_by_callback") == b"?!"
        assert await sio.call("question", b"", to=client.get_sid("/")) == b"!"


async def test_a_call_that_nobody_answers_ends_in_time(sio, url):
    enough = asyncio.Event()
    async with connected(url) as client:
        client.on("question", enough.wait)
        with pytest.raises(socketio.exceptions.TimeoutError):
            await sio.call("question", to=client.get_sid("/"), timeout=0.1)
        enough.set()
    for nobody in (None, "", []):
        with pytest.raises(ValueError, match="id"):
            await sio.call("question", to=nobody)


async def test_calling_in_order_would_wait_for_itself():
    server = Server(async_handlers=False)
    with pytest.raises(RuntimeError, match="async_handlers"):
        await server.call("question", to="somebody")


async def test_a_client_has_so_many_handlers_at_once_and_no_more(sio, url):
    now, most, go = 0, 0, asyncio.Event()

    @sio.event
    async def wait(_sid):
        nonlocal now, most
        now += 1
        most = max(most, now)
        await go.wait()
        now -= 1
        return most

    async with connected(url) as client:
        answers = [asyncio.create_task(client.call("wait")) for _ in range(12)]
        await until(lambda: now == 5)
        assert await sio.sleep(0.05) is None and now == 5
        go.set()
        assert set(await asyncio.gather(*answers)) == {5}
    await until(lambda: not sio._workers._busy)


async def test_sessions_rooms_and_environments(sio, url):
    async with connected(url) as client:
        sid = client.get_sid("/")
        async with sio.session(sid) as session:
            session["name"] = "alice"
        assert await sio.get_session(sid) == {"name": "alice"}
        await sio.save_session(sid, {"name": "bob"})
        assert (await sio.get_session(sid))["name"] == "bob"
        await sio.enter_room(sid, "r")
        assert sorted(sio.rooms(sid)) == sorted([sid, "r"])
        await sio.close_room("r")
        assert sio.rooms(sid) == [sid]
        await sio.enter_room(sid, "r")
        await sio.leave_room(sid, "r")
        assert sio.rooms(sid) == [sid]
        assert sio.transport(sid) == "websocket"
        assert sio.get_environ(sid)["REMOTE_ADDR"] == "127.0.0.1"
        done = sio.start_background_task(sio.sleep, 0)
        assert await done is None
        await sio.disconnect(sid)
        await until(lambda: not client.connected)


async def test_the_program_hears_of_a_socket_that_is_connected(sio, url):
    heard = []
    sio.use(connected=lambda *given: heard.append(given))
    async with connected(url, "/else", auth={"a": 1}) as client:
        await until(lambda: heard)
        assert heard == [(client.get_sid("/else"), "/else", {"a": 1})]


async def test_what_a_handler_raises_leaves_its_client_without_an_answer(sio, url, capfd, caplog):
    @sio.event
    async def fail(_sid):
        raise RuntimeError("of the handler")

    async with connected(url) as client:
        with pytest.raises(socketio.exceptions.TimeoutError):
            await client.call("fail", timeout=0.3)
        assert client.connected
    assert "of the handler" in capfd.readouterr().out + caplog.text


async def test_a_client_that_answers_with_too_much_is_no_mistake_of_ours(sio, url, capfd, caplog):
    async with connected(url) as client:
        client.on("question", lambda: (1, 2, 3))
        await sio.emit("question", to=client.get_sid("/"), callback=lambda _one: None)
        await sio.emit("question", to=client.get_sid("/"))
        assert await sio.call("question", to=client.get_sid("/")) == (1, 2, 3)
    assert "Traceback" not in capfd.readouterr().out + caplog.text

"""Chatrooms in a host's Starlette application, under a prefix, with the host's login."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
import socketio.exceptions
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from chatrooms import Chatrooms, Settings, settings
from chatrooms.errors import Invalid, NotFound
from chatrooms.settings import OF_SERVER
from tests.doors import get, post
from tests.people import Person, connect, leave
from tests.servers import QUICK, serving

LOGINS = {"s3cret": "alice", "hunter2": "bob"}


async def by_login(handshake):
    """The host's login: its own cookie, or the same value in the handshake."""
    return LOGINS.get(handshake.cookies.get("login") or handshake.auth.get("login"))


async def home(_request):
    return PlainTextResponse("the host's own page")


@dataclass
class Host:
    url: str
    chat: Chatrooms


@pytest.fixture
async def host(tmp_path) -> AsyncIterator[Host]:
    chat = Chatrooms(Settings(data=tmp_path, **QUICK), authenticate=by_login)
    app = Starlette(routes=[Route("/", home), Mount("/chat", chat)], lifespan=chat.lifespan)
    async with serving(app, lifespan="on") as url:
        yield Host(url, chat)


BREACHED = "breached"
"""A file of a hash in the test's folder."""
WITHOUT_EFFECT = {
    "require_second_factor": {"require_second_factor": "admins"},
    "breached_passwords": {"breached_passwords": BREACHED},
    "oidc_issuer": {"url": "https://chat.example", "oidc_client_id": "x", "oidc_issuer": "https://login.example"},
    "ldap_url": {"ldap_bind_dn": "uid={username},dc=example", "ldap_url": "ldaps://ldap.example"},
    "session_days": {"session_days": 30},
    "session_max_days": {"session_max_days": 90},
    "workers": {"workers": 2},
    "drain_seconds": {"drain_seconds": 5},
    "log_level": {"log_level": "debug"},
    "log_format": {"log_format": "json"},
}


@pytest.mark.parametrize("name", OF_SERVER)
def test_a_setting_without_effect_in_an_application_is_rejected(tmp_path, name, monkeypatch):
    (tmp_path / BREACHED).write_text("A" * 40)
    monkeypatch.chdir(tmp_path)
    settings = Settings(data=tmp_path, **WITHOUT_EFFECT[name])
    with pytest.raises(ValueError, match=f"`{name}` has no effect in an application that says"):
        Chatrooms(settings, authenticate=by_login)
    Chatrooms(settings)


def test_the_address_of_an_applications_login_is_rejected_where_people_log_in_here(tmp_path):
    settings = Settings(data=tmp_path, login_url="/login")
    with pytest.raises(ValueError, match="`login_url` has no effect without an application"):
        Chatrooms(settings)
    Chatrooms(settings, authenticate=by_login)


def tab(host, login, **how):
    return connect(host.url, login, auth={"login": login}, path="chat", **how)


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_the_host_authenticates_people(host, transport):
    async with tab(host, "s3cret", transport=transport) as alice, tab(host, "hunter2", transport=transport) as bob:
        assert (await alice.run("user.me"))["user"]["username"] == "alice"
        await alice.say("bob", "hi")
        await bob.hears_text("hi")


async def test_both_doors_refuse_people_unknown_to_the_host(host):
    person = Person(host.url, "mallory")
    with pytest.raises(socketio.exceptions.ConnectionError):
        await person.client.connect(host.url, auth={"username": "alice"}, socketio_path="chat/socket.io")
    await leave(person)
    assert (await post(host.url, "/chat/api/user.me", {}))[0] == 401
    assert (await post(host.url, "/chat/api/session.join", {"username": "alice"}))[0] == 403


async def test_the_hosts_login_works_over_http(host):
    status, answer, _ = await post(host.url, "/chat/api/user.me", {}, cookies={"login": "s3cret"})
    assert (status, answer["result"]["user"]["username"]) == (200, "alice")


async def test_the_hosts_pages_and_the_client_have_their_own_paths(host):
    assert (await get(host.url, "/"))[1] == "the host's own page"
    status, page, _ = await get(host.url, "/chat/")
    assert (status, '<base href="/chat/">' in page) == (200, True)
    assert (await get(host.url, "/chat/js/main.js"))[0] == 200
    assert (await get(host.url, "/chat/healthz"))[0] == 200
    assert (await get(host.url, "/chat/openapi.json"))[0] == 200


async def test_the_host_posts_to_a_person_to_a_room_and_as_a_person(host):
    async with tab(host, "s3cret") as alice, tab(host, "hunter2") as bob:
        note = await host.chat.post("alice", "Howdy, User 1!")
        await host.chat.post("#lobby", "deployed")
        await host.chat.post("alice", "from bob", author="bob")
        await alice.hears_text("from bob")
        await bob.settled()
        assert alice.texts() == ["Howdy, User 1!", "deployed", "from bob"]
        assert bob.texts() == ["deployed", "from bob"]
        assert (note["room"], note["author"]) == ("alice+system", "system")


async def test_the_host_runs_commands_as_people_by_their_exact_ids(host):
    async with tab(host, "hunter2"):
        assert (await host.chat.run("user.me", {}, username="bob"))["user"]["username"] == "bob"
        assert (await host.chat.post("#lobby", "hi", author="bob"))["author"] == "bob"
        for name, refusal in (("zebedee", NotFound), ("BOB", NotFound), ("#lobby", NotFound), ("\0", Invalid)):
            with pytest.raises(refusal):
                await host.chat.run("room.join", {"room": "#lobby"}, username=name)
            with pytest.raises(refusal):
                await host.chat.post("#lobby", "hi", author=name)


async def test_the_host_cannot_post_to_unknown_people_and_posts_the_same_id_once(host):
    with pytest.raises(NotFound):
        await host.chat.post("zebedee", "anybody there?")
    async with tab(host, "s3cret"):
        id = "11111111-1111-4111-8111-111111111111"
        first = await host.chat.post("alice", "once", id=id)
        assert await host.chat.post("alice", "once", id=id) == first


async def test_a_hosts_signal_reaches_one_person_and_is_not_stored(host):
    async with tab(host, "s3cret") as alice, tab(host, "hunter2") as bob:
        await host.chat.signal("alice", "greeting", {"n": 1})
        await alice.hears(lambda event, data: event == "signal" and data["type"] == "greeting")
        await bob.settled()
        assert bob.signals("greeting") == []
        assert alice.signals("greeting")[0]["from"] == "system"


@pytest.mark.parametrize("nowhere", ["", "  ", "#", 5, None])
async def test_a_hosts_signal_without_a_recipient_is_invalid(host, nowhere):
    async with tab(host, "s3cret") as alice:
        with pytest.raises(Invalid) as refusal:
            await host.chat.signal(nowhere, "greeting")
        assert refusal.value.details == {"field": "to"}
        await alice.settled()
        assert alice.signals("greeting") == []


NOBODY = ["zebedee", "#nowhere", "alice+zebedee", "+", "~alice", "!1", "a b", "alice+"]
"""Rooms that do not exist, and ids of users that nobody has."""


async def test_a_hosts_signal_to_an_unknown_recipient_is_not_found(host):
    async with tab(host, "s3cret"):
        for nobody in NOBODY:
            with pytest.raises(NotFound):
                await host.chat.signal(nobody, "greeting")


async def visit(chat):
    async with chat.lifespan(), serving(chat) as url, connect(url, "alice") as alice:
        assert (await alice.run("presence.watch", usernames=["bob"]))["states"] == {"bob": "offline"}
        async with connect(url, "bob") as bob:
            await alice.hears(lambda _, data: data.get("from") == "bob" and data["data"] == {"state": "online"})
            await bob.say("#lobby", "hi")
            assert (await alice.hears_text("hi"))["author"] == "bob"


async def test_a_chat_can_be_run_again_even_on_another_event_loop(tmp_path):
    chat = Chatrooms(Settings(data=tmp_path, guests="open", **QUICK | {"presence_grace": 60}))
    for _ in range(2):
        await visit(chat)
    for _ in range(2):
        await asyncio.to_thread(asyncio.run, visit(chat))


async def test_two_chats_in_one_process_are_independent(tmp_path):
    chats = [Chatrooms(Settings(data=tmp_path / str(number), **QUICK)) for number in range(2)]
    async with AsyncExitStack() as stack:
        people = []
        for chat in chats:
            await stack.enter_async_context(chat.lifespan())
            url = await stack.enter_async_context(serving(chat))
            people.append(await stack.enter_async_context(connect(url, "alice")))
        here, there = people
        await asyncio.gather(here.say("#lobby", "here"), there.say("#lobby", "there"))
        await asyncio.gather(here.settled(), there.settled())
        assert (here.texts(), there.texts()) == (["here"], ["there"])


def test_an_application_reads_no_file_of_settings_unless_it_asks_to(tmp_path, monkeypatch):
    (tmp_path / "chatrooms.toml").write_text('name = "from the file"')
    monkeypatch.setattr(settings, "DEFAULT_CONFIG", tmp_path / "chatrooms.toml")
    assert (Settings().name, settings.load().name) == ("Chatrooms", "from the file")


async def test_a_login_that_hangs_refuses_as_unavailable(tmp_path):
    async def hanging(_handshake):
        await asyncio.Event().wait()

    chat = Chatrooms(Settings(data=tmp_path, join_timeout=0.3, **QUICK), authenticate=hanging)
    client = socketio.AsyncClient(reconnection=False)
    refused = asyncio.get_running_loop().create_future()
    client.on("connect_error", refused.set_result)
    async with chat.lifespan(), serving(chat) as url:
        with pytest.raises(socketio.exceptions.ConnectionError):
            await client.connect(url, transports=["websocket"])
        assert (await refused)["data"] == {"code": "unavailable"}


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_the_host_disconnects_somebody_from_any_loop_and_nobody_else(host, transport):
    async with tab(host, "s3cret", transport=transport) as one, tab(host, "s3cret") as two, tab(host, "hunter2") as bob:
        await asyncio.to_thread(asyncio.run, host.chat.disconnect("alice"))
        await one.disconnected()
        await two.disconnected()
        assert host.chat.sockets_in("alice") == []
        await bob.settled()
        async with tab(host, "s3cret") as alice:
            await alice.settled()


async def test_somebody_who_has_never_come_can_log_out(host):
    await host.chat.disconnect("zebedee")
    await asyncio.to_thread(host.chat.disconnect_sync, "zebedee")
    with pytest.raises(Invalid):
        await host.chat.disconnect("\0")


async def test_a_socket_is_disconnected_even_while_its_login_is_asked(tmp_path):
    asked, answer = asyncio.Event(), asyncio.Event()

    async def slow_login(handshake):
        if handshake.auth.get("slow"):
            asked.set()
            await answer.wait()
        return "alice"

    chat = Chatrooms(Settings(data=tmp_path, **QUICK), authenticate=slow_login)
    async with chat.lifespan(), serving(chat) as url, connect(url, "alice"):
        late = Person(url, "alice")
        arriving = asyncio.create_task(late.client.connect(url, auth={"slow": True}, transports=["websocket"]))
        await asked.wait()
        await chat.disconnect("alice")
        answer.set()
        with pytest.raises(socketio.exceptions.ConnectionError):
            await arriving
        await leave(late)
        assert chat.sockets_in("alice") == []

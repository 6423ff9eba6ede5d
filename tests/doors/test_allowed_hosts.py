"""The names that the server answers to."""

from __future__ import annotations

import logging
import socket

import aiohttp
import pytest
from pydantic import ValidationError
from starlette.responses import PlainTextResponse

from chatrooms import Settings
from chatrooms.addresses import Hosts
from chatrooms.cli import serve
from chatrooms.doors.allowed_hosts import AllowedHosts
from chatrooms.doors.headers import SecurityHeaders
from chatrooms.identity.handshake import Handshake
from tests.doors import get
from tests.servers import running
from tests.wire.raw import PATH

WEBSOCKET = f"{PATH}?EIO=4&transport=websocket"
HOSTS = "chat.example.org, *.Example.NET, [::1], Bücher.example"


@pytest.fixture
async def named(tmp_path):
    async with running(tmp_path, hosts=HOSTS) as server:
        yield server


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("chat.example.org", True),
        ("CHAT.example.org.:8000", True),
        ("a.b.example.net:1", True),
        ("[::1]:8000", True),
        ("xn--bcher-kva.example", True),
        ("example.org", False),
        ("example.net", False),
        ("evil-example.net", False),
        ("chat.example.org.evil.test", False),
        ("evil.test", False),
        (".", False),
        ("", False),
        ("127.0.0.1", False),
        ("[::2]", False),
    ],
)
async def test_only_listed_names_are_answered(named, host, allowed):
    for path in ("/", "/api/user.me", PATH):
        status, _, _ = await get(named.url, path, headers={"Host": host})
        assert (status != 421) is allowed


async def test_probes_may_use_any_name(named):
    status, _, _ = await get(named.url, "/healthz", headers={"Host": "10.0.0.7:8000"})
    assert status == 200


async def test_without_the_setting_any_name_is_answered(own_server):
    status, _, _ = await get(own_server.url, "/", headers={"Host": "evil.test"})
    assert status == 200


async def answer(app, host: str, path: str = "/") -> tuple[int, str]:
    sent = []

    async def send(message):
        sent.append(message)

    headers = [(b"host", host.encode())] if host else []
    await app({"type": "http", "method": "GET", "path": path, "root_path": "", "headers": headers}, None, send)
    return sent[0]["status"], sent[1]["body"].decode()


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("192.0.2.7", True),
        ("LOCALHOST.:8000", True),
        ("demo.localhost:8000", True),
        ("", True),
        ("evil.test:8000", False),
        ("127.0.0.1.evil.test", False),
        ("localhost.evil.test", False),
        ("notlocalhost", False),
    ],
)
async def test_a_server_on_loopback_without_a_name_answers_to_this_machine_s_alone(host, allowed, caplog):
    app = AllowedHosts(PlainTextResponse("hi"), Hosts(()), local=True)
    status, text = await answer(app, host)
    assert (status == 200) is allowed
    assert allowed or ("`hosts`" in text and "localhost" in caplog.text)
    assert (await answer(app, host, "/healthz"))[0] == 200


@pytest.mark.parametrize(
    ("at", "settings", "status"),
    [
        ("127.0.0.1", {}, 421),
        ("127.0.0.1", {"hosts": "evil.test"}, 200),
        ("127.0.0.1", {"url": "https://chat.example.org/"}, 200),
        ("0.0.0.0", {}, 200),
    ],
)
async def test_only_who_listens_on_loopback_alone_without_a_setting_is_so_strict(at, settings, status):
    with socket.socket() as listening:
        listening.bind((at, 0))
        app = serve.named(PlainTextResponse("hi"), Settings(**settings), listening)
    assert (await answer(app, "evil.test"))[0] == status


@pytest.mark.parametrize(
    ("host", "address", "local"),
    [
        ("localhost:8000", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.1", True),
        ("[::1]:1", "::1", True),
        ("evil.test", "127.0.0.1", False),
        ("", "127.0.0.1", False),
        ("127.0.0.1", "192.0.2.7", False),
    ],
)
def test_the_first_person_comes_by_a_name_of_this_machine(host, address, local):
    scope = {"type": "http", "headers": [(b"host", host.encode())] if host else [], "client": (address, 1)}
    found = Handshake({}, scope, trusted=True)
    assert (found.local and found.names_itself) is local


async def test_a_web_socket_to_another_name_is_rejected(named):
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(named.url + WEBSOCKET, headers={"Host": "evil.test"})
        async with session.ws_connect(named.url + WEBSOCKET, headers={"Host": "chat.example.org"}) as socket:
            assert (await socket.receive()).data.startswith("0{")


@pytest.mark.parametrize(
    ("scheme", "mount", "host", "sent"),
    [
        ("https", "", "chat.example.org", True),
        ("http", "", "chat.example.org", False),
        ("https", "/chat", "chat.example.org", False),
        ("https", "", "localhost:8443", False),
    ],
)
async def test_a_site_of_https_asks_browsers_to_stay_with_it(scheme, mount, host, sent):
    started = []

    async def send(message):
        started.append(message)

    app = SecurityHeaders(PlainTextResponse("hi"))
    scope = {"type": "http", "method": "GET", "path": "/", "scheme": scheme, "root_path": mount}
    await app(scope | {"headers": [(b"host", host.encode())]}, None, send)
    assert (b"strict-transport-security" in dict(started[0]["headers"])) is sent


async def test_a_rejected_name_is_logged_once_with_those_allowed(named, caplog):
    caplog.set_level(logging.WARNING)
    for _ in range(3):
        await get(named.url, "/", headers={"Host": "evil.test"})
    (line,) = [each.getMessage() for each in caplog.records if "evil.test" in each.getMessage()]
    assert "chat.example.org" in line and "`hosts`" in line


@pytest.mark.parametrize("hosts", ["https://example.org", "example.org:8000", "exa mple.org", "*", "a/b"])
def test_what_is_no_name_is_rejected(hosts):
    with pytest.raises(ValidationError, match="A host looks like"):
        Settings(hosts=hosts)

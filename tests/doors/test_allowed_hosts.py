"""The names that the server answers to."""

from __future__ import annotations

import logging

import aiohttp
import pytest
from pydantic import ValidationError
from starlette.responses import PlainTextResponse

from chatrooms import Settings
from chatrooms.doors.headers import SecurityHeaders
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

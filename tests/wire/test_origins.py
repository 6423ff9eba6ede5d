"""Which web pages may use the server, on both transports, and what browsers read beside its answers."""

from __future__ import annotations

import re

import aiohttp
import pytest

from chatrooms.wire import Server, checked_before
from tests.wire.raw import PATH

QUERY = {"EIO": "4", "transport": "polling"}
EVIL = "http://evil.example"
HOST = "chat.example"


class Never:
    """The answer of a coroutine function in disguise, which is true as it stands."""

    def __await__(self):
        yield


async def ask(raw, method="GET", **headers):
    """Status and headers of the answer to a handshake by polling."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with raw.http.request(method, raw.url + PATH, params=QUERY, headers=named) as answer:
        return answer.status, answer.headers


async def connects(raw, **headers) -> bool:
    """Whether a WebSocket is accepted."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        ws = await raw.http.ws_connect(raw.url + PATH, params=QUERY | {"transport": "websocket"}, headers=named)
    except aiohttp.WSServerHandshakeError as refused:
        return refused.status != 403
    await ws.close()
    return True


def ours(origin, environ):
    return origin == f"http://{environ['HTTP_HOST']}"


def good(origin):
    return re.match(r"https://\w+\.good\.example$", origin)


RULES = {
    "the server's own": (None, [f"http://{HOST}", f"HTTP://{HOST}:80"], [EVIL, f"https://{HOST}", f"http://{HOST}:81"]),
    "listed": (["https://a.example", "http://b.example:8080/"], ["https://A.example", "http://b.example:8080"], []),
    "one": ("https://a.example", ["https://a.example:443"], ["https://a.example.evil", "https://a.example:8443"]),
    "all": ("*", [EVIL, "null", "file://"], None),
    "a function": (lambda origin: origin == EVIL, [EVIL], ["http://good.example"]),
    "a function of two": (ours, [f"http://{HOST}"], [EVIL]),
    "a function that matches": (good, ["https://a.good.example"], [EVIL]),
    "a function that should have been awaited": (lambda _origin: Never(), [], [EVIL]),
}


@pytest.mark.parametrize("rule", RULES)
async def test_pages_of_accepted_origins_alone_may_use_the_server(start, rule):
    allowed, accepted, refused = RULES[rule]
    program, raw = await start(cors_allowed_origins=allowed)
    for origin in accepted:
        status, headers = await ask(raw, Origin=origin, Host=HOST)
        assert (status, headers["access-control-allow-origin"]) == (200, origin)
        assert headers["access-control-allow-credentials"] == "true"
        assert await connects(raw, Origin=origin, Host=HOST)
    sessions = len(program.server.eio.sockets)
    for origin in (
        [] if refused is None else [*refused, "null", f"http://{HOST}.evil.example", "http://[", "http://x:y"]
    ):
        status, headers = await ask(raw, Origin=origin, Host=HOST)
        assert status == 403 and "access-control-allow-origin" not in headers
        assert not await connects(raw, Origin=origin, Host=HOST)
    assert len(program.server.eio.sockets) <= sessions


async def test_a_server_that_says_nothing_of_origins_refuses_strange_pages(start):
    _, raw = await start()
    assert (await ask(raw, Origin=EVIL))[0] == 403
    assert not await connects(raw, Origin=EVIL)
    assert (await ask(raw))[0] == 200  # a program
    assert (await ask(raw, Origin=raw.url))[0] == 200


async def test_a_proxy_in_between_tells_the_servers_own_origin(start):
    _, raw = await start()
    tells = {"X_Forwarded_Proto": "https, http", "X_Forwarded_Host": "chat.example, inner"}
    assert (await ask(raw, Origin="https://chat.example", **tells))[0] == 200
    assert (await ask(raw, Origin=EVIL, **tells))[0] == 403
    assert (await ask(raw, Origin="https://chat.example", Host="chat.example", X_Forwarded_Proto="https"))[0] == 200


async def test_a_browser_may_ask_beforehand(start):
    _, raw = await start(cors_allowed_origins=["http://good.example"])
    wanted = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "x-mine"}
    status, headers = await ask(raw, "OPTIONS", Origin="http://good.example", **wanted)
    assert (status, headers["access-control-allow-headers"]) == (200, "x-mine")
    assert "POST" in headers["access-control-allow-methods"]
    assert (await ask(raw, "OPTIONS", Origin=EVIL, **wanted))[0] == 403


async def test_credentials_may_be_kept_out(start):
    _, raw = await start(cors_allowed_origins="*", cors_credentials=False)
    assert "access-control-allow-credentials" not in (await ask(raw, Origin=EVIL))[1]


async def test_an_application_may_have_checked_before(start):
    _, raw = await start(cors_allowed_origins=checked_before)
    status, headers = await ask(raw, Origin=EVIL)
    assert status == 200 and "access-control-allow-origin" not in headers


async def coroutine_function(_origin) -> bool:
    return False


@pytest.mark.parametrize("allowed", [[], (), "", "null", "example.org", ["http://a/b"], [None], coroutine_function])
def test_what_would_open_the_server_by_mistake_is_refused_in_words(allowed):
    with pytest.raises((TypeError, ValueError), match="cors_allowed_origins"):
        Server(cors_allowed_origins=allowed)

"""Cookies of several chats on one host never meet, and those of earlier versions still count."""

from __future__ import annotations

from http.cookies import SimpleCookie

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from chatrooms import Chatrooms, Settings
from chatrooms.identity.cookies import Jar
from tests.doors import post
from tests.people import connect
from tests.servers import QUICK, running, serving


class Jarred:
    """A browser's cookies of one host: the port does not matter, the path does (RFC 6265, 5.1.4)."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    async def join(self, url: str, name: str, path: str = "", **headers: str) -> int:
        status, _, answered = await self.post(url, f"{path}/api/session.join", {"username": name}, **headers)
        for line in answered.getall("Set-Cookie", []):
            ((key, morsel),) = SimpleCookie(line).items()
            self.kept[key, morsel["path"]] = morsel.value
            if morsel["max-age"] == "0":
                del self.kept[key, morsel["path"]]
        return status

    async def post(self, url: str, path: str, body: object = None, **headers: str):
        sent = {key: value for (key, at), value in self.kept.items() if path.startswith(at)}
        return await post(url, path, body or {}, cookies=sent, headers=headers)

    async def me(self, url: str, path: str = "", **headers: str) -> str:
        _, answer, _ = await self.post(url, f"{path}/api/user.me", **headers)
        return answer["result"]["user"]["username"] if answer["ok"] else answer["error"]["code"]


@pytest.fixture
async def two(tmp_path):
    """Run two chats on one host, at two ports; each has a database of its own."""
    async with (
        running(tmp_path / "a", lobby="one") as first,
        running(tmp_path / "b", lobby="one") as second,
    ):
        yield first.url, second.url


async def test_two_chats_on_one_host_keep_their_people_apart(two):
    browser = Jarred()
    for url in two:
        assert await browser.join(url, "carol") == 200
    assert [await browser.me(url) for url in two] == ["carol", "carol"]
    _, answer, headers = await browser.post(two[0], "/api/session.leave", {"username": "carol"})
    assert answer["ok"] and len(headers.getall("Set-Cookie")) == 1
    assert [await browser.me(url) for url in two] == ["unauthorized", "carol"]


async def test_two_mounts_in_one_application_keep_their_people_apart(tmp_path):
    red, blue = (Chatrooms(Settings(data=tmp_path / name, lobby="one", **QUICK)) for name in ("red", "blue"))
    async with (
        red.lifespan(),
        blue.lifespan(),
        serving(Starlette(routes=[Mount("/red", red), Mount("/blue", blue)])) as url,
    ):
        browser = Jarred()
        assert await browser.join(url, "carol", "/red") == await browser.join(url, "dave", "/blue") == 200
        assert {path for _, path in browser.kept} == {"/red/", "/blue/"}
        assert [await browser.me(url, path) for path in ("/red", "/blue")] == ["carol", "dave"]


@pytest.mark.parametrize(
    ("url", "prefix", "path"),
    [
        ("https://example.org/", "__Host-", "/"),
        ("https://example.org/chat/", "__Secure-", "/chat/"),
        ("http://example.org/chat/", "", "/chat/"),
    ],
)
async def test_a_cookie_is_bound_to_what_the_address_allows(tmp_path, url, prefix, path):
    async with running(tmp_path, url=url) as server:
        _, _, headers = await post(server.url, "/api/session.join", {"username": "alice"})
        cookie = headers["Set-Cookie"]
        assert cookie.startswith(prefix + "chatrooms_") and f"; Path={path};" in cookie
        assert ("; Secure" in cookie) is bool(prefix)


@pytest.mark.parametrize("forwarded", [{}, {"X-Forwarded-Proto": "https"}], ids=["http", "https"])
@pytest.mark.parametrize("before", ["", "__Host-"])
async def test_people_stay_signed_in_after_the_upgrade(own_server, forwarded, before):
    browser = Jarred()
    async with connect(own_server.url, "alice") as alice:
        browser.kept[f"{before}chatrooms-alice", "/"] = alice.token
    counts = bool(before) or not forwarded  # without a prefix, anybody on the network could have set it
    assert await browser.me(own_server.url, **forwarded) == ("alice" if counts else "unauthorized")
    assert await browser.join(own_server.url, "alice", **forwarded) == (200 if counts else 409)
    if counts:
        await browser.post(own_server.url, "/api/session.leave", {"username": "alice"}, **forwarded)
        assert await browser.me(own_server.url, **forwarded) == "unauthorized"


@pytest.mark.parametrize(
    ("cookies", "username"),
    [
        ({"chatrooms_one_alice": "t"}, "alice"),
        ({"chatrooms_two_bob": "t", "chatrooms_one_alice": "t"}, "alice"),
        ({"chatrooms-bob": "t", "chatrooms_one_alice": "t"}, "alice"),
        ({"chatrooms-bob": "t", "chatrooms_two_alice": "t"}, "bob"),
        ({"chatrooms_one_alice": "t", "chatrooms_one_bob": "t"}, None),
        ({"__Host-chatrooms_one_alice": "t", "chatrooms_one_alice": "t"}, "alice"),
        ({"chatrooms_two_alice": "t", "other": "t"}, None),
    ],
)
def test_the_one_person_of_a_browser_is_known_without_a_name(cookies, username):
    assert Jar("one", "/", secure=False).only_username(cookies) == username


async def test_the_id_of_a_chat_stays_the_same(tmp_path):
    names = []
    for user in ("alice", "bob"):
        async with running(tmp_path) as server:
            _, _, headers = await post(server.url, "/api/session.join", {"username": user})
            names.append(headers["Set-Cookie"].partition(user)[0])
    assert names[0] == names[1]


@pytest.mark.parametrize(
    ("path", "cookies", "token"),
    [
        ("/", {"__Host-chatrooms_one_alice": "ours"}, "ours"),
        ("/", {"__Secure-chatrooms_one_alice": "of a name beside ours"}, None),
        ("/", {"chatrooms_one_alice": "of the network"}, None),
        ("/chat/", {"__Secure-chatrooms_one_alice": "ours"}, "ours"),
        ("/chat/", {"chatrooms_one_alice": "of the network"}, None),
    ],
)
def test_over_https_only_those_cookies_count_that_no_one_else_could_have_set(path, cookies, token):
    jar = Jar("one", path, secure=True)
    assert jar.token(cookies, "alice") == token
    assert jar.only_username(cookies) == (token and "alice")

"""Where people reach the server: its address, the origins of pages, and what proxies in between make of a request."""

from __future__ import annotations

import logging
import time

import aiohttp
import pytest
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.routing import Mount

from chatrooms import Chatrooms, Settings
from chatrooms.once import Once
from tests.doors import get, post
from tests.people import connect
from tests.servers import QUICK, running, serving

URL = "https://chat.example.org/team/chat/"
OURS = {"Origin": "https://chat.example.org"}


@pytest.fixture
async def site(tmp_path):
    async with running(tmp_path, url=URL, hosts="alias.example.org", origins="HTTPS://App.Example.org:443/") as server:
        yield server


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://Example.ORG", "https://example.org/"),
        ("https://example.org:443/chat", "https://example.org/chat/"),
        ("http://example.org:8080/a/b/", "http://example.org:8080/a/b/"),
        ("https://Bücher.example/", "https://xn--bcher-kva.example/"),
        ("http://[2001:DB8::0:1]:80/", "http://[2001:db8::1]/"),
        ("", ""),
    ],
)
def test_the_address_is_kept_as_browsers_write_it(written, kept):
    assert Settings(url=written).url == kept


@pytest.mark.parametrize(
    "written",
    [
        *("example.org", "ftp://example.org/", "https://", "https://example.org/?a", "https://example.org/#a"),
        *(
            "https://user@example.org/",
            "https://example.org/a b/",
            "https://example.org//",
            "https://example.org:port/",
        ),
    ],
)
def test_what_is_no_address_is_rejected(written):
    with pytest.raises(ValidationError):
        Settings(url=written)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://Example.ORG:443/", "https://example.org"),
        ("http://example.org:80", "http://example.org"),
        ("http://example.org:443", "http://example.org:443"),
        ("http://[::0:1]:8000", "http://[::1]:8000"),
        ("capacitor://localhost", "capacitor://localhost"),
    ],
)
def test_an_origin_is_kept_as_browsers_write_it(written, kept):
    assert Settings(origins=written).origins == (kept,)


@pytest.mark.parametrize(
    "written", ["null", "file://", "file:///", "*", "https://example.org/a", "https://a@b.example"]
)
def test_what_is_no_origin_is_rejected(written):
    with pytest.raises(ValidationError):
        Settings(origins=written)


@pytest.mark.parametrize("prefix", ["", "/team/chat"], ids=["removed", "kept"])
async def test_a_proxy_may_keep_or_remove_the_path_and_name_any_address(site, prefix):
    hosts = ("chat.example.org", "CHAT.example.org:443", "127.0.0.1:8000", "[::1]", "localhost")
    for number, host in enumerate(hosts):
        headers = {"Host": host}
        status, page, _ = await get(site.url, prefix + "/", headers=headers)
        assert (status, '<base href="/team/chat/">' in page) == (200, True), host
        status, _, _ = await post(
            site.url, f"{prefix}/api/session.join", {"username": f"alice{number}"}, headers=headers | OURS
        )
        assert status == 200, host
        status, reference, _ = await get(site.url, f"{prefix}/docs", headers=headers)
        assert URL in reference, host
        async with connect(site.url, f"bob{number}", path=prefix, headers=headers | OURS) as person:
            await person.settled()


@pytest.mark.parametrize(
    ("mount", "asked", "base"),
    [
        ("/chat", "/chat", "/team/chat/"),
        ("/team/chat", "/team/chat", "/team/chat/"),
        ("/at", "/at", "/at/"),
        ("/other", "/other", "/other/"),
        ("/{name}", "/chat", "/team/chat/"),
        ("/{name}", "/evil", "/evil/"),
        ("/more/team/chat", "/more/team/chat", "/more/team/chat/"),
    ],
)
async def test_a_proxy_may_remove_what_is_before_the_mount_of_a_chat(tmp_path, mount, asked, base, caplog):
    chat = Chatrooms(Settings(data=tmp_path, url=URL, **QUICK))
    app = Starlette(routes=[Mount(mount, chat)], lifespan=chat.lifespan)
    headers = {"Host": "chat.example.org"}
    async with serving(app, lifespan="on") as url:
        status, page, _ = await get(url, f"{asked}/", headers=headers)
        assert (status, f'<base href="{base}">' in page) == (200, True)
        _, document, _ = await get(url, f"{asked}/openapi.json", headers=headers)
        assert f'"https://chat.example.org{base.rstrip("/")}"' in document
        _, _, got = await post(url, f"{asked}/api/session.join", {"username": "alice"}, headers=headers | OURS)
        assert f"Path={base};" in f"{got['Set-Cookie']};"
        async with connect(url, "bob", path=asked.strip("/"), headers=headers | OURS) as person:
            await person.settled()
    said = [each.getMessage() for each in caplog.records if each.name == "chatrooms.doors.site"]
    assert len(said) == (base != "/team/chat/")
    assert not said or (f"mounted at {asked}," in said[0] and URL in said[0])


async def test_an_alias_keeps_its_name(site):
    headers = {"Host": "alias.example.org", "Origin": "https://alias.example.org"}
    async with connect(site.url, "alice", headers=headers) as alice:
        await alice.settled()
    assert "https://alias.example.org/team/chat/" in (await get(site.url, "/docs", headers=headers))[1]


@pytest.mark.parametrize("mount", ["/chat", "/team/chat", "/other"])
async def test_an_alias_reaches_a_mounted_chat_where_it_is_mounted(tmp_path, mount, caplog):
    chat = Chatrooms(Settings(data=tmp_path, url=URL, hosts="alias.example.org", **QUICK))
    app = Starlette(routes=[Mount(mount, chat)], lifespan=chat.lifespan)
    headers = {"Host": "alias.example.org"}
    async with serving(app, lifespan="on") as url:
        _, page, _ = await get(url, f"{mount}/", headers=headers)
        assert f'<base href="{mount}/">' in page
        async with connect(url, "bob", path=mount.strip("/"), headers=headers) as person:
            await person.settled()
    assert not [each for each in caplog.records if each.name == "chatrooms.doors.site"]


async def test_the_path_without_a_slash_leads_to_the_page(site):
    _, _, headers = await get(site.url, "/team/chat", allow_redirects=False)
    assert headers["Location"] == URL


async def test_another_name_is_rejected(site):
    assert (await get(site.url, "/", headers={"Host": "evil.example"}))[0] == 421


async def test_a_cookie_is_of_the_address_alone(site):
    _, _, headers = await post(site.url, "/api/session.join", {"username": "carol"}, headers=OURS)
    assert {"Secure", "HttpOnly"} <= set(headers["Set-Cookie"].split("; "))


@pytest.mark.parametrize(("url", "asks"), [("https://a.example/", True), (URL, False), ("http://a.example/", False)])
async def test_https_is_asked_for_where_the_chat_is_the_whole_site(tmp_path, url, asks):
    async with running(tmp_path, url=url) as server:
        _, _, headers = await get(server.url, "/healthz")
        assert ("Strict-Transport-Security" in headers) is asks


async def test_pages_of_listed_origins_use_commands_with_cookies(site):
    origin = {"Origin": "https://app.example.org"}
    wanted = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    async with (
        aiohttp.ClientSession() as session,
        session.options(site.url + "/api/user.me", headers=origin | wanted) as preflight,
    ):
        assert preflight.status == 200
        assert preflight.headers["Access-Control-Allow-Credentials"] == "true"
    status, _, headers = await post(site.url, "/api/session.join", {"username": "dave"}, headers=origin)
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, origin["Origin"])
    _, _, headers = await post(site.url, "/api/user.me", {}, headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize(
    ("host", "origin", "trusted"),
    [
        ("Chat.Example:80", "http://chat.example", True),
        ("chat.example", "http://CHAT.example:80", True),
        ("chat.example", "https://chat.example:443", True),
        ("[0::1]:8000", "http://[::1]:8000", True),
        ("chat.example.", "http://chat.example", True),
        ("chat.example", "http://chat.example:8000", False),
        ("chat.example:443", "http://chat.example", False),
        ("chat.example", "http://chat.example.evil.test", False),
        ("a@chat.example", "http://chat.example", False),
    ],
)
async def test_host_and_origin_are_compared_in_one_form(own_server, host, origin, trusted):
    async with connect(own_server.url, "bob"):  # the first person comes by another name
        pass
    headers = {"Host": host, "Origin": origin}
    status, _, _ = await post(own_server.url, "/api/session.join", {"username": "alice"}, headers=headers)
    assert status == (200 if trusted else 403)


async def test_a_rejected_page_is_logged_once_with_its_origin_and_the_host(own_server, caplog):
    caplog.set_level(logging.WARNING)
    headers = {"Host": "upstream:8000", "Origin": "https://chat.example.org"}
    for _ in range(3):
        _, answer, _ = await post(own_server.url, "/api/session.join", {"username": "alice"}, headers=headers)
    (logged,) = [each.getMessage() for each in caplog.records if each.name.startswith("chatrooms.")]
    for text in (answer["error"]["message"], logged):
        assert "https://chat.example.org" in text and "upstream:8000" in text


async def test_strangers_cannot_fill_the_log_with_origins(own_server, caplog):
    caplog.set_level(logging.WARNING)
    for number in range(40):
        await post(own_server.url, "/api/user.me", {}, headers={"Origin": f"https://{number}{'x' * 1000}.example"})
    assert len(caplog.records) == 20
    assert max(len(each.getMessage()) for each in caplog.records) < 500


def test_a_warning_comes_again_after_an_hour(caplog, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    once = Once(logging.getLogger("test"))
    for minutes in (0, 30, 59, 61, 90):
        now[0] = 1000 + 60 * minutes
        once.warn("%s at %s", "one", "two")
    assert [each.getMessage() for each in caplog.records] == ["one at two"] * 2


def test_different_warnings_are_told_apart_though_they_have_no_values(caplog):
    once = Once(logging.getLogger("test"))
    for text in ("the bus is slow", "the bus is silent", "the bus is slow"):
        once.warn(text)
    assert [each.getMessage() for each in caplog.records] == ["the bus is slow", "the bus is silent"]

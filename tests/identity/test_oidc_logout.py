"""Signing out at an OpenID provider, here and there, and what it says of people only when asked."""

from __future__ import annotations

import time
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
import pytest

from tests.doors import post
from tests.identity.test_oidc import FORGED, PAGE, Browser, settings
from tests.people import connect
from tests.servers import running
from tests.services import oidc
from tests.services.oidc import CLIENT, LOGOUT

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BAD = 400, {"error": "invalid_request"}


@pytest.fixture
async def provider():
    async with oidc.provider(f"{PAGE}oidc") as started:
        yield started


@pytest.fixture
async def server(tmp_path, provider):
    async with running(tmp_path, **settings(provider)) as started:
        yield started


@pytest.fixture
def browser(server, provider):
    return Browser(server, provider)


def with_more(provider, **told):
    provider.describes = {"userinfo_endpoint": f"{provider.url}/person"}
    provider.told = told


async def test_what_a_token_leaves_out_is_asked_for_once_and_joins_it(browser, provider):
    provider.person = {"sub": "1", "name": "Al"}
    with_more(provider, sub="1", preferred_username="alice", email="alice@example.org", name="Alice", iss="x")
    newcomer = (await browser.sign_in())["newcomer"]
    assert (newcomer["username"], newcomer["label"]) == ("alice", "alice")
    assert provider.asked.count("person") == 1
    with_more(provider, sub="1", email="alice@example.org")
    assert (await browser.sign_in())["newcomer"]["label"] == "alice@example.org"


async def test_a_token_that_says_enough_is_not_asked_about(browser, provider):
    with_more(provider, sub="1001", preferred_username="mallory")
    assert (await browser.sign_in())["newcomer"]["label"] == "alice"
    assert "person" not in provider.asked


@pytest.mark.parametrize("told", [{"sub": "2"}, {"preferred_username": "bob"}, {"sub": 1}])
async def test_what_is_said_about_somebody_else_signs_in_nobody(browser, provider, told):
    provider.person = {"sub": "1"}
    with_more(provider, **told)
    assert await browser.sign_in() == "unauthorized"


@pytest.mark.parametrize("place", ["/nowhere", "//evil.example/", "http://192.0.2.1/"])
async def test_people_come_in_without_what_the_provider_does_not_say(browser, provider, place):
    provider.person = {"sub": "1"}
    provider.describes = {"userinfo_endpoint": f"{provider.url}{place}" if place == "/nowhere" else place}
    assert (await browser.sign_in())["newcomer"]["label"] == "1"


async def way_out(browser) -> str | None:
    return (await browser.ask("oidc.way_out"))["url"]


async def test_who_came_by_the_provider_is_shown_the_way_out_of_it_and_led_back(browser, provider):
    provider.describes = {"end_session_endpoint": f"{provider.url}/leave"}
    await browser.join("alice")
    url = await way_out(browser)
    wanted = {"client_id": CLIENT, "post_logout_redirect_uri": PAGE}
    assert (url.partition("?")[0], dict(parse_qsl(urlsplit(url).query))) == (f"{provider.url}/leave", wanted)
    async with aiohttp.ClientSession() as web, web.get(url, allow_redirects=False) as answer:
        assert answer.headers["Location"] == PAGE


async def test_there_is_no_way_out_where_the_provider_has_none_or_somebody_came_another_way(browser, provider, server):
    for place in (None, "javascript:alert(1)", 7):
        provider.describes = {"end_session_endpoint": place}
        await browser.sign_in()
    await browser.join("alice")
    assert await way_out(browser) is None
    async with connect(server.url, "bob") as bob:
        assert await bob.run("oidc.way_out") == {"url": None}


async def tell(server, token) -> tuple[int, object]:
    """Say as the provider does that somebody has signed out there."""
    form = urlencode({"logout_token": token}).encode()
    status, answer, headers = await post(server.url, "/oidc/logout", form, headers=FORM)
    assert headers["Cache-Control"] == "no-store"
    return status, answer


def token_of(browser, name):
    return next(value for key, value in browser.cookies.items() if key.endswith(f"_{name}"))


async def test_signing_out_there_ends_the_session_and_its_sockets_and_no_other(server, provider):
    laptop, phone, newcomer = (Browser(server, provider) for _ in range(3))
    provider.twist = {"sid": "laptop"}
    await laptop.join("alice")
    provider.twist = {"sid": "phone"}
    await phone.sign_in()
    provider.person, provider.twist = {"sub": "2"}, {"sid": "laptop"}
    ticket = (await newcomer.sign_in())["newcomer"]["ticket"]
    async with connect(server.url, "alice", token=token_of(laptop, "alice")) as alice:
        for names in ({}, {"sub": None}):
            assert await tell(server, provider.logout_token(sid="another", **names)) == (200, {})
        assert await laptop.whose() == "alice"
        assert await tell(server, provider.logout_token(sid="laptop", sub=None)) == (200, {})
        await alice.disconnected()
    assert await laptop.whose() == "unauthorized"
    assert await newcomer.ask("session.oidc_join", ticket=ticket, username="bob") == "unauthorized"
    assert await phone.whose() == "alice"


async def test_signing_out_there_everywhere_ends_what_began_there(server, provider):
    laptop, phone = Browser(server, provider), Browser(server, provider)
    await laptop.join("alice")
    await phone.sign_in()
    token = token_of(laptop, "alice")
    async with connect(server.url, "alice", token=token) as alice, connect(server.url, "bob") as bob:
        assert await tell(server, provider.logout_token(sub="nobody")) == (200, {})
        assert await laptop.whose() == "alice"
        assert await tell(server, provider.logout_token()) == (200, {})
        await alice.disconnected()
        assert await bob.run("user.me")
    assert await laptop.whose() == await phone.whose() == "unauthorized"


TWISTS = {
    "another issuer": {"iss": "https://evil.example"},
    "another client": {"aud": "another"},
    "no client": {"aud": None},
    "no time": {"iat": None},
    "made long ago": {"iat": 1},
    "made in the future": {"iat": 4102444800},
    "expired": {"exp": 1},
    "no event": {"events": None},
    "another event": {"events": {"https://example.org/event": {}}},
    "an event that is none": {"events": {LOGOUT: True}},
    "events in a list": {"events": [LOGOUT]},
    "a nonce": {"nonce": "x"},
    "nobody": {"sub": None},
    "a person as a number": {"sub": 7},
    "a session as a list": {"sid": ["x"]},
    "no id": {"jti": None},
    "an empty id": {"jti": ""},
}


@pytest.fixture
async def alice(browser):
    await browser.join("alice")
    return browser


async def test_tokens_that_claim_the_wrong_thing_end_nothing_and_get_one_answer(server, provider, alice):
    for name, twist in TWISTS.items():
        assert await tell(server, provider.logout_token(**twist)) == BAD, name
    for token in ("", "x", "a.b.c", "\0", "x" * 9000):
        assert await tell(server, token) == BAD, token
    assert await alice.whose() == "alice"


async def test_tokens_that_the_provider_has_not_signed_end_nothing(server, provider, alice):
    now = int(time.time())
    of = {"iss": provider.url, "aud": CLIENT, "iat": now, "exp": now + 60, "jti": "1", "sub": "1001"}
    for forge in FORGED:
        assert await tell(server, forge(of | {"events": {LOGOUT: {}}}, provider.key)) == BAD, forge.__name__
    assert await alice.whose() == "alice"


async def test_a_token_that_signs_in_ends_nothing(server, provider, alice):
    assert await tell(server, provider.token({"nonce": "x"})) == BAD
    assert await alice.whose() == "alice"


async def test_a_token_counts_once(server, provider, alice):
    token = provider.logout_token(sub="nobody")
    assert await tell(server, token) == (200, {})
    assert await tell(server, token) == BAD


async def test_without_a_provider_nobody_is_signed_out(own_server):
    assert await tell(own_server, "x") == BAD

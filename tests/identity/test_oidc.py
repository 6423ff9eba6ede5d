"""Signing in at an OpenID provider: newcomers, people who have connected it, and what is not as it should be."""

from __future__ import annotations

import base64
import hmac
import json
import logging
import re
import time
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pyotp
import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey
from sqlalchemy import update

from chatrooms import clock
from chatrooms.identity import fresh
from chatrooms.identity.oidc import provider as ours
from chatrooms.identity.oidc.attempts import attempts
from chatrooms.identity.oidc.linked import linked
from chatrooms.identity.oidc.newcomers import newcomers
from chatrooms.settings import Settings
from tests.appointing import appoint
from tests.doors import post
from tests.identity.test_lifetimes import write
from tests.people import connect
from tests.servers import running
from tests.services import oidc
from tests.services.oidc import CLIENT, SECRET, new_key

PAGE = "https://chat.example.org/"
STRONG = "umbrella cactus 42"


@pytest.fixture
async def provider():
    async with oidc.provider(f"{PAGE}oidc") as started:
        yield started


def settings(provider, **more):
    given = {"oidc_issuer": provider.url, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    return {"url": PAGE, "guests": "claim", **given, **more}


@pytest.fixture
async def server(tmp_path, provider):
    async with running(tmp_path, **settings(provider)) as started:
        yield started


class Browser:
    """A browser with its cookies."""

    def __init__(self, server, provider) -> None:
        self.server, self.provider = server, provider
        self.cookies: dict[str, str] = {}

    async def ask(self, entry: str, **params):
        """Run an entry; return its result, or the code of its refusal."""
        status, answer, headers = await post(self.server.url, f"/api/{entry}", params, cookies=self.cookies)
        for line in headers.getall("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return answer["result"] if status == 200 else answer["error"]["code"]

    async def leave(self, *, without: str = "", **begin) -> dict[str, str]:
        """Go to the provider, and return what it adds to the address to which it leads back.

        Somebody at the browser may leave a parameter of the address out: ``without`` is its name.
        """
        url = re.sub(rf"&{without}=[^&]*", "", (await self.ask("oidc.begin", **begin))["url"])
        async with aiohttp.ClientSession() as web, web.get(url, allow_redirects=False) as answer:
            assert answer.status == 303, await answer.text()
            place, _, query = answer.headers["Location"].partition("?")
        assert place == f"{PAGE}oidc"
        return dict(parse_qsl(query))

    async def sign_in(self, **begin):
        return await self.ask("session.oidc", **await self.leave(**begin))

    async def join(self, name: str, **more):
        """Come in for the first time, by a name; return the answer, or the code of the refusal."""
        newcomer = (await self.sign_in())["newcomer"]
        return await self.ask("session.oidc_join", ticket=newcomer["ticket"], username=name, **more)

    async def whose(self) -> str | None:
        answer = await self.ask("user.me")
        return answer if isinstance(answer, str) else answer["user"]["username"]


@pytest.fixture
def browser(server, provider):
    return Browser(server, provider)


@pytest.fixture
def another(server, provider):
    return Browser(server, provider)


async def link(alice, browser, **proof) -> dict | str:
    """Connect the provider to somebody who is signed in."""
    return await browser.sign_in(connect=(await alice.run("oidc.connect", **proof))["state"])


async def test_a_newcomer_picks_a_name_and_comes_back_by_the_provider_alone(browser, another, provider):
    arrived = await browser.sign_in()
    assert arrived["user"] is None
    assert arrived["newcomer"]["username"] == arrived["newcomer"]["label"] == "alice"
    user = (await browser.ask("session.oidc_join", ticket=arrived["newcomer"]["ticket"], username="alison"))["user"]
    assert user["username"] == await browser.whose() == "alison"
    assert (await another.sign_in())["user"]["username"] == await another.whose() == "alison"
    assert provider.asked.count("description") == provider.asked.count("keys") == 1


async def test_a_second_factor_shown_at_the_provider_is_enough_and_else_ours_is_asked_for(tmp_path, provider):
    async with running(tmp_path, **settings(provider), require_second_factor="everybody") as server:
        browser, another = Browser(server, provider), Browser(server, provider)
        provider.person["amr"] = ["pwd", "mfa"]
        await browser.join("alice")
        assert await browser.whose() == "alice"
        provider.person["amr"] = ["pwd"]
        await another.sign_in()
        assert await another.whose() == "second_factor_required"
        provider.person["amr"] = ["mfa"]
        await another.sign_in()
        assert await another.whose() == "alice"


async def test_cookies_of_the_page_are_for_its_host_alone_and_signing_in_leaves_no_secret_in_them(browser, server):
    _, _, headers = await post(server.url, "/api/oidc.begin", {})
    (line,) = headers.getall("Set-Cookie")
    assert line.startswith("__Host-browser_")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(line.split("; "))


async def test_a_name_is_suggested_that_is_free_and_can_be_one(browser, another, provider, server):
    async with connect(server.url, "alice"):
        for preferred, suggested in (
            ("alice", "alice-2"),
            ("Carol@example.org", "carol"),
            ("admin", ""),
            ("x" * 300, "x" * 20),
            (7, ""),
            ("a\x00b", ""),
            (None, ""),
        ):
            provider.person = {"sub": "1002", "preferred_username": preferred}
            newcomer = (await browser.sign_in())["newcomer"]
            assert newcomer["username"] == suggested, preferred


async def test_an_account_is_never_linked_by_a_name_or_an_e_mail_address(browser, provider, server):
    async with connect(server.url, "alice") as alice:
        assert await browser.join("alice") == "name_taken"
        provider.person = {
            "sub": "2",
            "preferred_username": "alice",
            "email": "alice@example.org",
            "email_verified": True,
        }
        assert (await browser.sign_in())["user"] is None
        assert (await alice.run("oidc.get"))["account"] is None


async def test_somebody_who_is_signed_in_connects_it_signs_in_by_it_and_disconnects_it(browser, another, server):
    async with connect(server.url, "alice") as alice:
        await alice.run("password.set", password=STRONG)
        connected = await link(alice, browser, password=STRONG)
        assert (connected["user"]["username"], connected["connected"]) == ("alice", True)
        assert await browser.whose() == "unauthorized"  # connecting is no signing in
        assert (await another.sign_in())["user"]["username"] == "alice"
        account = (await alice.run("oidc.get"))["account"]
        assert account["label"] == "alice" and account["used_at"]
        await alice.run("oidc.disconnect", password=STRONG)
        assert (await alice.run("oidc.get"))["account"] is None
        assert (await another.sign_in())["user"] is None


async def test_connecting_and_disconnecting_take_fresh_proof(server, browser, monkeypatch):
    async with connect(server.url, "alice") as alice:
        await alice.run("password.set", password=STRONG)
        for command in ("oidc.connect", "oidc.disconnect"):
            assert await code(alice, command) == await code(alice, command, password="wrong wrong") == "invalid"
    await browser.join("bob")
    token = next(value for name, value in browser.cookies.items() if name.endswith("_bob"))
    async with connect(server.url, "bob", token=token) as bob:
        assert await code(bob, "oidc.connect") == "fine"
        monkeypatch.setattr(fresh, "GOOD_MINUTES", -1)
        assert await code(bob, "oidc.connect") == await code(bob, "oidc.disconnect") == "forbidden"


async def test_signing_in_without_being_asked_at_the_provider_proves_nothing_anew(server, browser, another, provider):
    await browser.join("bob")
    for signed_in_at, begin, began, outcome in (
        (time.time() - 8 * 3600, {}, "single_sign_on", "forbidden"),
        (time.time() - 8 * 3600, {"anew": True}, "provider", "fine"),
        (time.time(), {}, "provider", "fine"),
        (time.time() + 8 * 3600, {}, "single_sign_on", "forbidden"),
    ):
        provider.signed_in_at = signed_in_at
        assert (await another.sign_in(**begin))["user"]["username"] == "bob"
        token = next(value for name, value in another.cookies.items() if name.endswith("_bob"))
        async with connect(server.url, "bob", token=token) as bob:
            own = next(each for each in (await bob.run("session.list"))["sessions"] if each["current"])
            assert (own["began"], await code(bob, "oidc.connect")) == (began, outcome)


async def test_a_provider_that_tells_times_is_not_believed_without(server, browser, another, provider):
    await browser.join("bob")
    provider.signed_in_at = time.time() - 8 * 3600
    assert await began(server, another, without="max_age") == "single_sign_on"


async def test_a_provider_that_never_tells_times_is_believed(server, browser, another, provider):
    provider.twist = {"auth_time": None}
    await browser.join("bob")
    assert await began(server, another) == "provider"


async def test_what_a_provider_tells_of_one_account_is_remembered_of_that_one_alone(tmp_path, provider):
    data, given = tmp_path / "data", settings(provider)
    async with running(data, **given) as server:
        await Browser(server, provider).join("bob")
    provider.signed_in_at = time.time() - 8 * 3600
    async with running(data, **given) as server:
        assert await began(server, Browser(server, provider), without="max_age") == "single_sign_on", "a new process"
        bob, provider.person = provider.person, {"sub": "4711", "preferred_username": "bert"}
        assert (await Browser(server, provider).sign_in())["newcomer"]["username"] == "bert"
        await write(server, update(linked).values(tells_time=False))
        provider.person = bob
        assert await began(server, Browser(server, provider), without="max_age") == "provider", "it has never told"


async def test_disconnecting_it_leaves_no_second_factor_that_was_shown_there(tmp_path, provider):
    async with (
        running(tmp_path, **settings(provider, guests="open")) as server,
        connect(server.url, "alice") as alice,
    ):
        await alice.run("password.set", password=STRONG)
        provider.person["amr"] = ["mfa"]
        browser = Browser(server, provider)
        await link(alice, browser, password=STRONG)
        await browser.sign_in(anew=True)
        async with connect(server.url, "alice", token=token_of(browser, "alice")) as by_provider:
            app = pyotp.TOTP((await alice.run("factor.begin", password=STRONG))["secret"])
            await alice.run("factor.enable", code=app.now())
            await by_provider.run("oidc.disconnect", password=STRONG)
            answer = await code(by_provider, "password.set", password=f"another {STRONG}", current=STRONG)
            assert answer == "second_factor_required"


async def began(server, browser, name: str = "bob", **begin) -> str:
    """Sign in as bob, or another one; return how the session began."""
    assert (await browser.sign_in(**begin))["user"]["username"] == name
    async with connect(server.url, name, token=token_of(browser, name)) as person:
        return next(each["began"] for each in (await person.run("session.list"))["sessions"] if each["current"])


def token_of(browser, name: str) -> str:
    return next(value for key, value in browser.cookies.items() if key.endswith(f"_{name}"))


async def test_a_newcomer_whom_the_provider_has_not_asked_proves_nothing(server, browser, provider):
    provider.signed_in_at = time.time() - 8 * 3600
    await browser.join("bob")
    async with connect(server.url, "bob", token=token_of(browser, "bob")) as bob:
        assert await code(bob, "key.create", name="x", commands=["read"]) == "forbidden"


async def test_an_account_of_the_provider_is_connected_by_who_has_just_signed_in_there(server, browser, provider):
    provider.signed_in_at = time.time() - 8 * 3600
    async with connect(server.url, "alice") as alice:
        assert await link(alice, browser) == "forbidden"
        state = (await alice.run("oidc.connect"))["state"]
        assert (await browser.sign_in(connect=state, anew=True))["connected"]


async def test_disconnecting_ends_what_the_provider_has_just_begun_elsewhere(server, browser, another):
    async with connect(server.url, "alice") as alice:
        await alice.run("password.set", password=STRONG)
        await link(alice, browser, password=STRONG)
        assert (await another.sign_in())["user"]["username"] == "alice"
        async with connect(server.url, "alice", token=token_of(another, "alice")) as thief:
            await alice.run("oidc.disconnect", password=STRONG)
            await thief.disconnected()
        assert await another.whose() == "unauthorized"


async def code(person, command: str, **params) -> str:
    answer = await person.client.call(command, params)
    return "fine" if answer["ok"] else answer["error"]["code"]


async def test_the_last_way_to_sign_in_cannot_be_disconnected(browser, server):
    await browser.join("bob")
    token = next(value for name, value in browser.cookies.items() if name.endswith("_bob"))
    async with connect(server.url, "bob", token=token) as bob:
        assert await code(bob, "oidc.disconnect") == "conflict"
        await bob.run("password.set", password=STRONG)
        assert await code(bob, "oidc.disconnect", password=STRONG) == "fine"
        assert (await bob.run("oidc.get"))["account"] is None


async def test_one_account_of_the_provider_belongs_to_one_person_and_the_other_way_round(
    browser, another, provider, server
):
    async with connect(server.url, "alice") as alice, connect(server.url, "bob") as bob:
        await link(alice, browser)
        assert await link(bob, another) == "conflict"
        provider.person = {"sub": "2"}
        assert (await link(bob, another))["connected"] is True
        provider.person = {"sub": "3"}
        assert await link(alice, browser) == "conflict"


async def test_forgetting_what_signs_a_person_in_disconnects_the_provider(browser, another, server):
    await browser.join("bob")
    async with connect(server.url, "olga") as olga:
        await appoint(server.chat, "olga", "owner")
        await olga.run("user.link", username="bob", forget_password=True)
    assert await browser.whose() == "unauthorized"
    assert (await another.sign_in())["user"] is None


async def test_suspended_people_do_not_come_back_by_the_provider(browser, another, server):
    await browser.join("bob")
    async with connect(server.url, "olga") as olga:
        await appoint(server.chat, "olga", "owner")
        await olga.run("user.suspend", username="bob", reason="Spam")
    assert await another.sign_in() == "suspended"


async def test_nor_under_another_name_by_an_account_that_they_have_disconnected_before(tmp_path, provider):
    async with running(tmp_path, **settings(provider, guests="invite", oidc_approved=True)) as server:
        browser, early, late = (Browser(server, provider) for _ in range(3))
        await browser.join("bob")
        token = next(value for name, value in browser.cookies.items() if name.endswith("_bob"))
        async with connect(server.url, "bob", token=token) as bob:
            await bob.run("password.set", password=STRONG)
            await bob.run("oidc.disconnect", password=STRONG)
        ticket = (await early.sign_in())["newcomer"]["ticket"]
        await server.chat.run("user.suspend", {"username": "bob", "reason": "Spam"})
        await server.chat.run("user.restore", {"username": "bob"})
        await server.chat.run("user.suspend", {"username": "bob", "reason": "Spam"})
        assert await early.ask("session.oidc_join", ticket=ticket, username="rob") == "suspended"
        assert await late.sign_in() == "suspended"
        await server.chat.run("user.restore", {"username": "bob"})
        assert (await early.ask("session.oidc_join", ticket=ticket, username="rob"))["user"]["username"] == "rob"


TWISTS = {
    "another issuer": {"iss": "https://evil.example"},
    "an issuer with a slash": {"iss": "SLASH"},
    "another client": {"aud": "another"},
    "another client among several": {"aud": ["another", "third"]},
    "several clients without a party": {"aud": [CLIENT, "another"]},
    "another party": {"aud": [CLIENT], "azp": "another"},
    "no client": {"aud": None},
    "another nonce": {"nonce": "x" * 43},
    "no nonce": {"nonce": None},
    "expired": {"exp": 1},
    "no end": {"exp": None},
    "an end that is no number": {"exp": "4102444800"},
    "true as a time": {"exp": True},
    "not yet": {"nbf": 4102444800},
    "made in the future": {"iat": 4102444800},
    "made long ago": {"iat": 1},
    "nobody": {"sub": None},
    "an empty person": {"sub": ""},
    "a person as a number": {"sub": 7},
    "a person that is too long": {"sub": "x" * 256},
}


@pytest.mark.parametrize("twist", TWISTS.values(), ids=TWISTS)
async def test_a_token_that_claims_the_wrong_thing_signs_in_nobody(browser, provider, twist):
    provider.twist = {name: f"{provider.url}/" if value == "SLASH" else value for name, value in twist.items()}
    assert await browser.sign_in() == "unauthorized"
    provider.twist = {}
    assert (await browser.sign_in())["newcomer"]


def _part(of: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(of).encode()).decode().rstrip("=")


def unsigned(claims: dict, _key) -> str:
    return f"{_part({'alg': 'none'})}.{_part(claims)}."


def by_public_key_as_secret(claims: dict, key) -> str:
    signed = f"{_part({'alg': 'HS256', 'kid': key.kid})}.{_part(claims)}"
    signature = hmac.digest(key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def by_another_key_of_that_name(claims: dict, key) -> str:
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, new_key(key.kid))


def by_the_key_that_it_brings_along(claims: dict, key) -> str:
    own = ECKey.generate_key("P-256")
    registry = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    header = {"alg": "ES256", "kid": key.kid, "jwk": own.as_dict(private=False)}
    return jwt.encode(header, claims, own, registry=registry)


def cut(claims: dict, key) -> str:
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key)[:-9]


def with_an_unknown_condition(claims: dict, key) -> str:
    _, payload, signature = jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key).split(".")
    changed = _part({"alg": "ES256", "kid": key.kid, "crit": ["exp"], "exp": 1})
    return f"{changed}.{payload}.{signature}"


FORGED = (
    unsigned,
    by_public_key_as_secret,
    by_another_key_of_that_name,
    by_the_key_that_it_brings_along,
    cut,
    with_an_unknown_condition,
)


@pytest.mark.parametrize("forge", FORGED)
async def test_a_token_that_the_provider_has_not_signed_signs_in_nobody(browser, provider, monkeypatch, forge):
    now = int(time.time())
    claims = {"iss": provider.url, "aud": CLIENT, "iat": now, "exp": now + 300, "sub": "1001"}
    monkeypatch.setattr(provider, "token", lambda code: forge(claims | {"nonce": code["nonce"]}, provider.key))
    assert await browser.sign_in() == "unauthorized"


async def test_a_code_and_a_state_count_once_in_the_browser_that_asked(browser, another, provider):
    back = await browser.leave()
    assert await another.ask("session.oidc", **back) == "unauthorized"
    await another.leave()  # has a cookie now, but its own
    assert await another.ask("session.oidc", **back) == "unauthorized"
    assert (await browser.ask("session.oidc", **back))["newcomer"]
    assert await browser.ask("session.oidc", **back) == "unauthorized"
    mine, other = await browser.leave(), await browser.leave()
    assert await browser.ask("session.oidc", **{**mine, "code": other["code"]}) == "unauthorized"  # PKCE, nonce
    assert await browser.ask("session.oidc", **{**other, "state": "x" * 43}) == "unauthorized"


async def test_an_attempt_expires(browser, server):
    back = await browser.leave()
    await write(server, update(attempts).values(expires_at=clock.now()))
    assert await browser.ask("session.oidc", **back) == "unauthorized"


async def test_an_answer_in_the_name_of_another_provider_is_refused_before_the_code_is_sent(browser, provider):
    for mixed in ({"iss": "https://evil.example"}, {"iss": f"{provider.url}/"}, {}):
        back = await browser.leave()
        del back["iss"]
        assert await browser.ask("session.oidc", **back, **mixed) == "unauthorized"
    assert "token" not in provider.asked


async def test_what_connects_belongs_to_a_session_that_goes_on_and_begins_once(browser, another, server):
    async with connect(server.url, "alice") as alice:
        state = (await alice.run("oidc.connect"))["state"]
        back = await browser.leave(connect=state)
        assert await another.ask("oidc.begin", connect=state) == "unauthorized"
        assert await another.ask("session.oidc", **back) == "unauthorized"
        await alice.run("session.revoke", id=(await alice.run("session.list"))["sessions"][0]["id"])
        assert await browser.ask("session.oidc", **back) == "unauthorized"


async def test_a_claim_of_ones_own_session_does_not_join_as_somebody_who_is_here(browser, server, caplog):
    async with connect(server.url, "olga"), connect(server.url, "mal", auth={"username": "mal", "claim": "m" * 43}):
        ticket = (await browser.sign_in())["newcomer"]["ticket"]
        with caplog.at_level(logging.INFO):
            for username, outcome in (("olga", "name_taken"), ("free", "unauthorized")):
                asked = {"ticket": ticket, "username": username, "claim": "m" * 43}
                assert await browser.ask("session.oidc_join", **asked) == outcome
        assert "signed in by" not in caplog.text


async def test_a_ticket_belongs_to_its_browser_and_counts_once(browser, another):
    ticket = (await browser.sign_in())["newcomer"]["ticket"]
    await another.leave()
    assert await another.ask("session.oidc_join", ticket=ticket, username="mallory") == "unauthorized"
    assert (await browser.ask("session.oidc_join", ticket=ticket, username="alice"))["user"]
    assert await browser.ask("session.oidc_join", ticket=ticket, username="alice-2") == "unauthorized"


async def test_a_ticket_expires(browser, server):
    ticket = (await browser.sign_in())["newcomer"]["ticket"]
    await write(server, update(newcomers).values(expires_at=clock.now()))
    assert await browser.ask("session.oidc_join", ticket=ticket, username="alice") == "unauthorized"


async def test_a_key_that_the_provider_has_changed_is_fetched_but_not_for_every_token(browser, provider, monkeypatch):
    assert (await browser.sign_in())["newcomer"]
    provider.key = new_key("second")
    provider.keys[:] = [provider.key]
    assert await browser.sign_in() == "unauthorized"
    assert provider.asked.count("keys") == 1
    monkeypatch.setattr(ours, "KEPT_LEAST", 0.0)
    assert (await browser.sign_in())["newcomer"]
    assert provider.asked.count("keys") == 2


BROKEN = {
    "another issuer": {"issuer": "https://evil.example"},
    "no issuer": {"issuer": None},
    "an address that runs in the page": {"authorization_endpoint": "javascript:alert(1)"},
    "an address without https": {"authorization_endpoint": "http://login.example.org/"},
    "a code sent without https": {"token_endpoint": "http://192.0.2.1/token"},
    "a code sent to a file": {"token_endpoint": "file:///etc/passwd"},
    "no keys": {"jwks_uri": None},
    "too much": {"padding": "x" * 300_000},
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
async def test_a_provider_that_does_not_describe_itself_as_it_should_signs_in_nobody(browser, provider, broken):
    provider.describes = broken
    begun = await browser.ask("oidc.begin")
    if isinstance(begun, dict):
        assert await browser.sign_in() == "unavailable"
    else:
        assert begun == "unavailable"
    assert "token" not in provider.asked


async def test_a_provider_that_cannot_be_reached_is_not_asked_again_at_once(tmp_path, provider):
    gone = settings(provider, oidc_issuer="http://127.0.0.1:9")
    async with running(tmp_path, **gone) as server:
        browser = Browser(server, provider)
        assert await browser.ask("oidc.begin") == "unavailable"
        assert await browser.ask("oidc.begin") == "unavailable"


async def test_a_provider_that_wants_the_secret_in_the_form_gets_it_there(browser, provider):
    provider.describes = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert (await browser.sign_in())["newcomer"]


MODES = {  # guests: what a newcomer gets, and one whom the provider's people count as approved
    "claim": ("alice", "alice"),
    "invite": ("unauthorized", "alice"),
    "approval": ("approval_required", "alice"),
    "off": ("unauthorized", "unauthorized"),
}


@pytest.mark.parametrize(("guests", "answers"), MODES.items(), ids=MODES)
@pytest.mark.parametrize("approved", [False, True])
async def test_newcomers_of_the_provider_come_in_as_the_settings_say(tmp_path, provider, guests, answers, approved):
    async with running(tmp_path, **settings(provider, guests=guests, oidc_approved=approved)) as server:
        joined = await Browser(server, provider).join("alice")
        assert (joined if isinstance(joined, str) else joined["user"]["username"]) == answers[approved]


async def test_a_newcomer_who_waits_is_signed_in_by_the_provider_anywhere_once_approved(tmp_path, provider):
    async with running(tmp_path, **settings(provider)) as server, connect(server.url, "olga") as olga:
        await appoint(server.chat, "olga", "owner")
        browser, another = Browser(server, provider), Browser(server, provider)
        server.chat.settings.model_fields_set.discard("guests")
        await olga.run("server.update", sign_up="approval")
        ticket = (await browser.sign_in())["newcomer"]["ticket"]
        asked = await browser.ask("session.oidc_apply", ticket=ticket, username="alice", about="Alice from work")
        assert asked == {"state": "waiting"}
        again = {"ticket": ticket, "username": "alison", "about": "Alice from work"}
        assert await browser.ask("session.oidc_apply", **again) == "unauthorized"
        assert await another.sign_in() == "waiting"
        (applicant,) = (await olga.run("applicant.list"))["applicants"]
        await olga.run("applicant.approve", id=applicant["id"])
        assert (applicant["proof"], applicant["label"]) == ("provider", "alice")
        assert await browser.whose() == "alice"
        signed_in_at, provider.signed_in_at = provider.signed_in_at, time.time() - 8 * 3600
        assert await began(server, Browser(server, provider), "alice", without="max_age") == "single_sign_on"
        provider.signed_in_at = signed_in_at
        assert (await another.sign_in())["user"]["username"] == "alice"
        found = [session["began"] for session in (await another.ask("session.list"))["sessions"]]
        assert sorted(found) == ["approval", "provider", "single_sign_on"]
        assert await browser.ask("password.set", password="umbrella cactus 42") == "forbidden"
        assert await another.ask("password.set", password="umbrella cactus 42") == {}


async def test_a_browser_asks_to_join_as_the_last_account_of_the_provider(tmp_path, provider):
    async with running(tmp_path, **settings(provider, guests="approval")) as server:
        browser = Browser(server, provider)
        for subject in ("1", "2"):
            provider.person = {"sub": subject}
            ticket = (await browser.sign_in())["newcomer"]["ticket"]
            asked = {"ticket": ticket, "username": "alice", "about": "x"}
            assert await browser.ask("session.oidc_apply", **asked) == {"state": "waiting"}
        assert await browser.sign_in() == "waiting"
        provider.person = {"sub": "1"}
        assert (await browser.sign_in())["newcomer"]


async def test_one_who_was_declined_can_ask_again_with_another_name(tmp_path, provider):
    async with running(tmp_path, **settings(provider)) as server, connect(server.url, "olga") as olga:
        await appoint(server.chat, "olga", "owner")
        server.chat.settings.model_fields_set.discard("guests")
        await olga.run("server.update", sign_up="approval")
        browser = Browser(server, provider)
        ticket = (await browser.sign_in())["newcomer"]["ticket"]
        await browser.ask("session.oidc_apply", ticket=ticket, username="alice", about="x")
        (applicant,) = (await olga.run("applicant.list"))["applicants"]
        await olga.run("applicant.decline", id=applicant["id"])
        assert (await browser.sign_in())["newcomer"]


async def test_without_a_provider_nothing_of_it_works(own_server, person):
    alice = await person("alice")
    assert (await alice.run("oidc.get")) == {"provider": "", "account": None}
    assert await code(alice, "oidc.connect") == "forbidden"
    for entry, params in (("oidc.begin", {}), ("session.oidc", {"state": "x" * 43, "code": "x"})):
        _, answer, _ = await post(own_server.url, f"/api/{entry}", params)
        assert answer["error"]["code"] == "forbidden"


WRONG = {
    "without an address of the chat": {"url": ""},
    "without a client": {"oidc_client_id": ""},
    "without https": {"oidc_issuer": "http://login.example.org"},
    "with a query": {"oidc_issuer": "https://login.example.org/?realm=x"},
    "with a password": {"oidc_issuer": "https://a:b@login.example.org/"},
    "with another scheme": {"oidc_issuer": "file:///etc"},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_settings_that_cannot_work_are_refused(wrong):
    good = {"url": PAGE, "oidc_issuer": "https://login.example.org/realms/team", "oidc_client_id": CLIENT}
    assert urlsplit(Settings(**good).oidc_issuer).path == "/realms/team"
    with pytest.raises(ValueError):
        Settings(**good | wrong)

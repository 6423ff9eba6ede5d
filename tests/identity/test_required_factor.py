"""The setting `require_second_factor`: who has shown none gets no further than to show it, or to set one up."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import pyotp
import pytest
import socketio.exceptions

from chatrooms.cli.database import links as console
from chatrooms.errors import Unauthorized
from chatrooms.features import roles
from chatrooms.identity.gate import Gate
from chatrooms.identity.oidc import id_tokens
from chatrooms.pipeline import second_factors
from chatrooms.pipeline.act import Caller
from chatrooms.pipeline.jobs import Job
from chatrooms.pipeline.turn import AT_ONCE
from tests.appointing import appoint
from tests.direct import Direct
from tests.doors import by_http, post
from tests.features.files import load, share
from tests.identity.authenticator import Authenticator
from tests.identity.entering import enter
from tests.identity.test_passkeys import HERE, Browser, add
from tests.people import Person, Refused, connect
from tests.servers import RunningServer, running

STRONG = "umbrella cactus 42"
NEEDED = "second_factor_required"
PROMOTED = {"username": "alice", "role": "admin", "password": STRONG}


@pytest.fixture
async def strict(tmp_path):
    """A server that requires a second factor of admins and owners; olga owns it and has a password alone."""
    async with running(tmp_path, require_second_factor="admins") as server:
        async with connect(server.url, "olga") as olga:
            await olga.run("password.set", password=STRONG)
        await appoint(server.chat, "olga", "owner")
        yield server


class Program:
    """A program that signs in with a password, and asks by HTTP and sockets."""

    def __init__(self, server: RunningServer, name: str = "olga") -> None:
        self.url, self.name, self.token = server.url, name, f"{name} of a program of their own".ljust(43, ".")

    async def sign_in(self, **more) -> str:
        """Return ``fine``, or the code of the refusal."""
        status, answer, _ = await enter(
            self.url, "password", username=self.name, password=STRONG, claim=self.token, **more
        )
        return "fine" if status == 200 else answer["error"]["code"]

    async def ask(self, command: str, **params):
        """Return the result, or the code of the refusal, and whether the person has a second factor."""
        answer = await by_http(self, command, params)
        if answer["ok"]:
            return answer["result"]
        error = answer["error"]
        return (NEEDED, error["details"]["has_one"]) if error["code"] == NEEDED else error["code"]

    async def turn_on(self) -> list[str]:
        """Turn codes on, and return the recovery codes."""
        app = pyotp.TOTP((await self.ask("factor.begin", password=STRONG))["secret"])
        return (await self.ask("factor.enable", code=app.at(time.time())))["codes"]

    async def add_passkey(self) -> Browser:
        """Add a passkey, and return a browser that has it."""
        key = Authenticator()
        options = (await self.ask("passkey.begin", origin=HERE, password=STRONG))["options"]
        await self.ask("passkey.add", credential=key.create(options, HERE), name="Phone")
        return Browser(self.url, key)

    async def connects(self) -> str:
        """Return ``fine``, or the code with which a socket is refused."""
        return await reason(self.url, username=self.name, token=self.token)


async def reason(url: str, **auth) -> str:
    """Return ``fine``, or the code with which a socket is refused."""
    refusals: list[dict] = []
    client = socketio.AsyncClient(reconnection=False)
    client.on("connect_error", refusals.append)
    with suppress(socketio.exceptions.ConnectionError):
        await client.connect(url, auth=auth, transports=["websocket"])
    await client.disconnect()
    return refusals[0]["data"]["code"] if refusals else "fine"


async def code(person: Person, command: str, **params) -> str:
    try:
        await person.run(command, **params)
    except Refused as refusal:
        return refusal.code
    return "fine"


async def test_an_owner_with_a_password_alone_sets_codes_up_and_goes_on_in_the_same_session(strict):
    olga = Program(strict)
    assert await olga.sign_in() == "fine"
    assert await olga.ask("user.me") == (NEEDED, False)
    assert await olga.connects() == NEEDED
    assert (await olga.ask("password.get"))["changed_at"] and (await olga.ask("factor.get"))["enabled_at"] is None
    await olga.turn_on()
    assert (await olga.ask("user.me"))["user"]["role"] == "owner" and await olga.connects() == "fine"


async def test_an_owner_adds_a_passkey_instead_and_signs_in_by_it_but_no_longer_by_the_password_alone(strict):
    olga = Program(strict)
    await olga.sign_in()
    phone = await olga.add_passkey()
    assert (await olga.ask("user.me"))["user"]["role"] == "owner"
    assert await phone.sign_in(claim="p" * 43) == "olga"
    with_passkey, with_password = Program(strict), Program(strict)
    with_passkey.token, with_password.token = "p" * 43, "w" * 43
    assert await with_passkey.connects() == "fine"
    await with_password.sign_in()
    assert await with_password.ask("user.me") == (NEEDED, True) and await with_password.connects() == NEEDED
    for command, params in {
        "passkey.begin": {"origin": HERE, "password": STRONG},
        "factor.begin": {"password": STRONG},
        "password.set": {"password": "another cactus 43", "current": STRONG},
        "passkey.list": {},
    }.items():
        assert await with_password.ask(command, **params) == (NEEDED, True), "whoever knows the password adds none"
    assert await with_password.ask("factor.show", code="000000") == "invalid"


async def test_a_code_shown_later_is_as_good_as_one_at_signing_in_and_counts_once(strict):
    olga = Program(strict)
    await olga.sign_in()
    used, *more = await olga.turn_on()
    linked = replace_token(olga, strict, "l")
    status, _, _ = await enter(olga.url, "link", code=console_code(strict, "olga"), claim=linked.token)
    assert status == 200 and await linked.ask("user.me") == (NEEDED, True)
    assert await linked.ask("factor.show", code=used) == {}
    assert (await linked.ask("user.me"))["user"]["username"] == "olga"
    assert await replace_token(olga, strict, "p").sign_in(code=used) == "unauthorized"
    assert (await enter(olga.url, "link", code=console_code(strict, "olga"), claim="r" * 43))[0] == 200
    same = replace_token(olga, strict, "r")
    assert await same.ask("user.me") == (NEEDED, True)
    assert await same.sign_in(code=more.pop()) == "fine" and await same.connects() == "fine"
    at_once = replace_token(olga, strict, "q")
    assert await at_once.sign_in(code=more[0]) == "fine" and await at_once.connects() == "fine"


def console_code(server: RunningServer, name: str, *, forget_password: bool = False) -> str:
    """Return the code of a link that the command line makes."""
    made = console.sign_in(server.chat.settings, name, 5, forget_password=forget_password)
    return made["url"].rpartition("/")[2]


def replace_token(of: Program, server: RunningServer, letter: str) -> Program:
    """Return another program of the same person."""
    other = Program(server, of.name)
    other.token = letter * 43
    return other


async def test_guests_and_members_go_on_and_become_admins_only_with_a_second_factor(strict):
    olga = Program(strict)
    await olga.sign_in()
    await olga.turn_on()
    async with connect(strict.url, "olga", token=olga.token) as owner, connect(strict.url, "alice") as alice:
        await alice.say("#lobby", "hello")
        assert await code(owner, "user.role", **PROMOTED) == "conflict"
        assert await code(owner, "user.role", **PROMOTED | {"role": "moderator"}) == "fine"
        await add(alice)
        assert await code(owner, "user.role", **PROMOTED) == "fine"
        me = (await alice.run("user.me"))["user"]  # she has shown it where she added it
        assert me["role"] == PROMOTED["role"]


async def test_a_new_admin_whose_session_has_shown_none_is_disconnected_and_shows_it_first(strict):
    olga = Program(strict)
    await olga.sign_in()
    await olga.turn_on()
    async with connect(strict.url, "olga", token=olga.token) as owner, connect(strict.url, "alice") as alice:
        made = (await alice.run("link.create"))["link"]  # before she has a second factor
        tablet = Program(strict, "alice")
        await enter(strict.url, "link", code=made["code"], claim=tablet.token)
        async with connect(strict.url, "alice", token=tablet.token) as there:
            phone = await add(alice)
            await owner.run("user.role", **PROMOTED)
            await there.disconnected()
        assert await tablet.ask("user.me") == (NEEDED, True)
        assert await phone.sign_in() == "alice"
        made = (await alice.run("link.create"))["link"]  # in a session that has shown one
        await enter(strict.url, "link", code=made["code"], claim="n" * 43)
        assert await replace_token(tablet, strict, "n").connects() == "fine"


async def test_the_last_second_factor_stays_while_it_is_required(strict):
    olga = Program(strict)
    await olga.sign_in()
    codes = await olga.turn_on()
    assert await olga.ask("factor.disable", password=STRONG, code=codes[0]) == "conflict"
    await olga.add_passkey()
    assert await olga.ask("factor.disable", password=STRONG, code=codes[0]) == {}
    (passkey,) = (await olga.ask("passkey.list"))["passkeys"]
    assert await olga.ask("passkey.remove", id=passkey["id"], password=STRONG, even_last=True) == "conflict"
    assert (await olga.ask("passkey.list"))["passkeys"] == [passkey]


async def test_what_was_shown_counts_no_longer_once_it_is_gone(free):
    thief, olga = Program(free), Program(free)
    async with connect(free.url, "olga") as guest:
        await guest.run("password.set", password=STRONG)
    thief.token = "t" * 43
    await thief.sign_in()
    codes = await thief.turn_on()
    await enter(free.url, "link", code=(await thief.ask("link.create"))["link"]["code"], claim="l" * 43)
    made = (await thief.ask("link.create"))["link"]["code"]
    assert await thief.ask("factor.disable", password=STRONG, code=codes[0]) == {}
    assert (await enter(free.url, "link", code=made, claim="m" * 43))[0] == 401
    await appoint(free.chat, "olga", "owner")
    await olga.sign_in()
    await olga.turn_on()
    for session in (thief, replace_token(thief, free, "l")):
        assert await session.ask("key.create", name="x", commands=["read"], password=STRONG) == (NEEDED, True)
    assert (await olga.ask("server.update", second_factor="admins"))["second_factor"] == "admins"
    for session in (thief, replace_token(thief, free, "l")):
        assert await session.ask("server.people") == (NEEDED, True)
    assert "people" in await olga.ask("server.people")


@pytest.mark.parametrize("which", ["codes", "passkey"])
async def test_turning_one_of_two_off_leaves_ones_own_session_and_no_other(strict, which):
    olga, other = Program(strict), Program(strict)
    await olga.sign_in()
    codes = await olga.turn_on()
    other.token = "o" * 43
    await other.sign_in(code=codes[1])
    await olga.add_passkey()
    (passkey,) = (await olga.ask("passkey.list"))["passkeys"]
    async with connect(strict.url, "olga", token=other.token) as there:
        if which == "codes":
            assert await olga.ask("factor.disable", password=STRONG, code=codes[0]) == {}
        else:
            assert await olga.ask("passkey.remove", id=passkey["id"], password=STRONG) == {}
        await there.disconnected()
    assert "people" in await olga.ask("server.people")
    assert await other.ask("server.people") == (NEEDED, True)


async def test_somebody_who_has_lost_it_comes_back_by_the_console_and_sets_up_another(strict):
    olga = Program(strict)
    await olga.sign_in()
    await olga.turn_on()
    back = replace_token(olga, strict, "b")
    await enter(strict.url, "link", code=console_code(strict, "olga", forget_password=True), claim=back.token)
    assert await back.ask("user.me") == (NEEDED, False)
    assert await back.ask("password.set", password=STRONG) == {}
    await back.turn_on()
    assert await back.connects() == "fine"


@pytest.mark.parametrize("name", ["olga", "alice"], ids=["who lacks one", "who needs none"])
async def test_what_waits_for_its_turn_is_refused_once_its_session_has_ended(strict, name):
    async with connect(strict.url, "alice") as alice:
        await alice.run("password.set", password=STRONG)
    _, _, cookie = await enter(strict.url, "password", username=name, password=STRONG)
    browser = {"Cookie": cookie, "Chatrooms-User": name}
    slot = strict.chat._pipeline._slots.of("127.0.0.1")
    for _ in range(AT_ONCE):
        await slot.acquire()
    asking = asyncio.create_task(post(strict.url, "/api/sync", {}, headers=browser))
    while not slot._waiters:
        await asyncio.sleep(0)
    assert (await post(strict.url, "/api/session.leave", {"username": name}, headers=browser))[0] == 200
    for _ in range(AT_ONCE):
        slot.release()
    assert (await asking)[1]["error"]["code"] == "unauthorized"


def test_who_has_no_session_any_more_has_shown_nothing_in_it():
    gone = Caller("alice", session="ended at another node")
    with Direct().engine.connect() as db:
        second_factors.require(db, gone, "nobody")
        with pytest.raises(Unauthorized):
            second_factors.require(db, gone, "everybody")


async def test_files_service_keys_and_own_events_follow_the_same_rule(strict):
    @strict.chat.event("greet")
    async def greet(_id: str, _params: dict) -> str:
        return "hello"

    async with connect(strict.url, "alice") as alice:
        (file,) = (await share(alice, "#lobby", b"notes"))["files"]
        key = (await alice.run("key.create", name="bot", commands=["read"]))["key"]["token"]
        assert (await load(alice, alice.url, file))[0] == 200
        assert (await alice.client.call("greet", {}))["result"] == "hello"
        await appoint(strict.chat, "alice", "admin")  # as the command line does: demanded at the next command
        assert await code(alice, "room.list") == NEEDED
        assert (await alice.client.call("greet", {}))["error"]["code"] == NEEDED
        assert (await load(alice, alice.url, file))[0] == 403
        async with connect(strict.url, "alice", token=key) as program:
            assert await code(program, "room.list") == "fine"


@pytest.fixture
async def free(tmp_path):
    """A server where owners choose."""
    async with running(tmp_path) as server:
        yield server


async def test_an_owner_requires_it_while_the_server_runs_and_all_who_have_shown_none_are_disconnected(free):
    async with (
        connect(free.url, "olga") as olga,
        connect(free.url, "alice") as alice,
        connect(free.url, "adam") as adam,
    ):
        await appoint(free.chat, "olga", "owner")
        await appoint(free.chat, "adam", "admin")
        assert await code(olga, "server.update", second_factor="everybody") == "conflict"  # she would lock herself out
        await add(olga)
        await add(adam)
        assert await code(adam, "server.update", second_factor="everybody") == "forbidden"
        assert (await olga.run("server.get"))["can_change_second_factor"]
        assert (await olga.run("server.update", second_factor="everybody"))["second_factor"] == "everybody"
        await alice.disconnected()
        await olga.say("#lobby", "secret")
        await adam.hears_text("secret")
        assert (await by_http(alice, "sync", {}))["error"]["code"] == NEEDED
        assert await reason(free.url, username="bob") == NEEDED
        assert (await enter(free.url, "join", username="bob"))[0] == 200  # the name was not taken by it
        assert (await olga.run("server.update", second_factor="nobody"))["second_factor"] == "nobody"
        async with connect(free.url, "alice", token=alice.token) as again:
            assert await code(again, "room.list") == "fine"


async def test_who_connects_while_an_owner_requires_it_is_refused(free, monkeypatch):
    identified, go_on = asyncio.Event(), asyncio.Event()
    identify = Gate.identify

    async def identify_slowly(gate, handshake):
        caller = await identify(gate, handshake)
        identified.set()
        await go_on.wait()
        return caller

    async with connect(free.url, "olga") as olga, connect(free.url, "alice") as alice:
        await appoint(free.chat, "olga", "owner")
        await add(olga)
        monkeypatch.setattr(Gate, "identify", identify_slowly)
        connecting = asyncio.create_task(reason(free.url, username="alice", token=alice.token))
        await identified.wait()
        await olga.run("server.update", second_factor="everybody")
        go_on.set()
        assert await connecting == NEEDED


async def test_who_becomes_an_admin_on_the_command_line_is_disconnected_without_one(strict):
    async with connect(strict.url, "alice") as alice:
        await strict.chat._pipeline.change(lambda act: roles.store(act.db, "alice", "admin"), Caller(""), "alice")
        await roles.ANNOUNCE.run(strict.chat._pipeline, Job(1, roles.ANNOUNCE.name, "", {"username": "alice"}, 0))
        await alice.disconnected()


async def test_what_owners_chose_outlives_the_server_and_gives_way_to_the_setting(tmp_path):
    key = Authenticator()
    async with running(tmp_path) as server, connect(server.url, "olga") as olga:
        await appoint(server.chat, "olga", "owner")
        await add(olga, key=key)
        await olga.run("server.update", second_factor="admins")
    async with running(tmp_path) as server, connect(server.url, "olga", token=olga.token) as olga:
        assert (await olga.run("server.get"))["second_factor"] == "admins"
    async with (
        running(tmp_path, require_second_factor="nobody") as server,
        connect(server.url, "olga", token=olga.token) as olga,
    ):
        assert (await olga.run("server.get"))["second_factor"] == "nobody"
        assert await code(olga, "server.update", second_factor="admins") == "conflict"


SEVERAL = [
    ({"amr": ["pwd", "otp", "mfa"]}, True),
    ({"amr": ["pwd", "otp"]}, False),
    ({"amr": "mfa"}, False),
    ({"acr": "phr"}, True),
    ({"acr": "https://refeds.org/profile/mfa"}, True),
    ({"acr": "1"}, False),
    ({"acr": ["phr"]}, False),
    ({}, False),
]


def test_what_a_provider_says_beside_its_token_tells_nothing_of_how_somebody_signed_in():
    claims = {"iss": "https://id.example.org", "sub": "1", "name": "Alice"}
    asked = {
        "sub": "1",
        "preferred_username": "alice",
        "amr": ["mfa"],
        "acr": "phr",
        "sid": "another",
        "iss": "another",
    }
    assert id_tokens.completed(claims, asked) == {**claims, "preferred_username": "alice"}


@pytest.mark.parametrize(("claims", "shown"), SEVERAL)
def test_a_provider_says_whether_somebody_has_shown_a_second_factor_there(claims, shown):
    assert id_tokens.signed_in({"iss": "https://id.example.org", "sub": "1", **claims}).second_factor is shown

"""Passkeys: added by somebody who is signed in, then they sign in without a name; challenges count once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest

from chatrooms.identity import challenges, passkeys
from tests.doors import DOORS, post
from tests.identity.authenticator import ES256, RS256, Authenticator
from tests.identity.entering import whose
from tests.people import Person, connect
from tests.servers import running

HERE = "http://localhost:8000"
STRONG = "umbrella cactus 42"


class Browser:
    """A browser with its cookies, and a passkey."""

    def __init__(self, url: str, key: Authenticator) -> None:
        self.url, self.key = url, key
        self.cookies: dict[str, str] = {}

    async def ask(self, entry: str, **params):
        """Run an entry; return its answer, or the code of its refusal."""
        status, answer, headers = await post(self.url, f"/api/{entry}", params, cookies=self.cookies)
        for line in headers.getall("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return answer["result"] if status == 200 else answer["error"]["code"]

    async def challenge(self) -> dict:
        return (await self.ask("passkey.challenge", origin=HERE))["options"]

    async def sign_in(self, options=None, *, origin: str = HERE, **more):
        """Sign in; return whom the answer names, or the code of the refusal."""
        options = options or await self.challenge()
        answer = await self.ask("session.passkey", credential=self.key.get(options, origin), **more)
        return answer["user"]["username"] if isinstance(answer, dict) else answer


async def add(alice: Person, *, name: str = "Phone", key: Authenticator | None = None, door: str = "socket") -> Browser:
    """Add a passkey; return a browser that has it."""
    key = key or Authenticator()
    options = (await DOORS[door](alice, "passkey.begin", {"origin": HERE}))["result"]["options"]
    answer = await DOORS[door](alice, "passkey.add", {"credential": key.create(options, HERE), "name": name})
    assert answer["ok"], answer
    return Browser(alice.url, key)


async def listed(alice: Person) -> list[dict]:
    return (await alice.run("passkey.list"))["passkeys"]


async def refused(alice: Person, command: str, **params) -> str:
    return (await DOORS["socket"](alice, command, params))["error"]["code"]


@pytest.mark.parametrize("door", DOORS)
async def test_a_passkey_signs_in_on_another_device_without_a_name(person, own_server, door):
    alice = await person("alice")
    phone = await add(alice, door=door)
    assert [(row["name"], row["used_at"]) for row in await listed(alice)] == [("Phone", None)]
    assert await phone.sign_in() == "alice"
    (session,) = [value for name, value in phone.cookies.items() if name.startswith("chatrooms_")]
    (name,) = [name for name in phone.cookies if name.startswith("chatrooms_")]
    assert await whose(own_server.url, f"{name}={session}") == "alice"
    assert (await listed(alice))[0]["used_at"]


async def test_several_passkeys_of_one_person_and_of_several_do_not_meet(person):
    alice, bob = await person("alice"), await person("bob")
    browsers = {}
    for who, name, algorithm in ((alice, "Phone", ES256), (alice, "Key", RS256), (bob, "Phone", ES256)):
        browsers[who.name, name] = await add(who, name=name, key=Authenticator(algorithm))
    for (username, _), browser in browsers.items():
        assert await browser.sign_in() == username
    assert (
        browsers["alice", "Phone"].key.handle
        == browsers["alice", "Key"].key.handle
        != browsers["bob", "Phone"].key.handle
    )
    assert [row["name"] for row in await listed(alice)] == ["Phone", "Key"]


async def test_a_challenge_counts_once_whether_the_answer_is_right_or_not(person):
    phone = await add(await person("alice"))
    options = await phone.challenge()
    assert await phone.sign_in(options) == "alice"
    assert await phone.sign_in(options) == "unauthorized"
    options = await phone.challenge()
    assert await phone.sign_in(options, origin="http://localhost:9000") == "unauthorized"
    assert await phone.sign_in(options) == "unauthorized"
    assert await phone.sign_in() == "alice"


async def test_a_challenge_counts_once_even_for_several_at_the_same_time(person):
    phone = await add(await person("alice"))
    options = await phone.challenge()
    outcomes = await asyncio.gather(*(phone.sign_in(options) for _ in range(4)))
    assert sorted(outcomes) == ["alice", "unauthorized", "unauthorized", "unauthorized"]


async def test_two_tabs_of_a_browser_do_not_disturb_each_other(person):
    phone = await add(await person("alice"))
    first, second = await phone.challenge(), await phone.challenge()
    assert [await phone.sign_in(options) for options in (second, first)] == ["alice", "alice"]


async def test_a_challenge_is_of_the_browser_that_asked_for_it(person):
    phone = await add(await person("alice"))
    options = await phone.challenge()
    stolen = phone.key.get(options, HERE)
    other = Browser(phone.url, phone.key)
    assert await other.ask("session.passkey", credential=stolen) == "unauthorized"
    await other.challenge()
    assert await other.ask("session.passkey", credential=stolen) == "unauthorized"
    assert (await phone.ask("session.passkey", credential=stolen))["user"]["username"] == "alice"


async def test_a_challenge_expires(person, monkeypatch):
    alice = await person("alice")
    phone = await add(alice)
    monkeypatch.setattr(challenges, "GOOD_FOR", timedelta(seconds=-1))
    assert await phone.sign_in() == "unauthorized"
    options = (await alice.run("passkey.begin", origin=HERE))["options"]
    credential = Authenticator().create(options, HERE)
    assert await refused(alice, "passkey.add", credential=credential, name="Late") == "invalid"


async def test_a_challenge_to_add_is_of_one_session_and_none_to_sign_in(person, own_server):
    alice, bob = await person("alice"), await person("bob")
    phone = await add(alice)
    options = (await alice.run("passkey.begin", origin=HERE))["options"]
    credential = Authenticator().create(options, HERE)
    assert await refused(bob, "passkey.add", credential=credential, name="Stolen") == "invalid"
    asked = await phone.challenge()
    as_creation = {**options, "challenge": asked["challenge"]}
    foreign = Authenticator().create(as_creation, HERE)
    assert await refused(alice, "passkey.add", credential=foreign, name="Foreign") == "invalid"
    to_sign = {"challenge": options["challenge"], "rpId": "localhost"}
    assert await phone.sign_in(to_sign) == "unauthorized"
    await alice.run("passkey.add", credential=credential, name="Mine")
    assert await refused(alice, "passkey.add", credential=credential, name="Again") == "invalid"
    assert await listed(bob) == []


async def test_a_count_that_goes_back_is_refused_and_logged(person, caplog):
    phone = await add(await person("alice"), key=Authenticator(count=7))
    assert await phone.sign_in() == "alice"
    phone.key.count = 7  # as a copy that was made before
    assert await phone.sign_in() == "unauthorized"
    assert "there may be a copy" in caplog.text and "alice" in caplog.text
    phone.key.count = 0
    assert await phone.sign_in() == "unauthorized"
    phone.key.count = 4_294_967_294
    assert await phone.sign_in() == "alice"


async def test_a_key_that_is_not_known_is_refused_in_the_same_words_as_a_wrong_signature(person):
    phone = await add(await person("alice"))
    stranger = Browser(phone.url, Authenticator())
    stranger.key.handle = phone.key.handle
    impostor = Browser(phone.url, Authenticator(id=phone.key.id))
    impostor.key.handle = phone.key.handle
    answers = []
    for browser in (stranger, impostor):
        credential = browser.key.get(await browser.challenge(), HERE)
        body = {"credential": credential}
        answers.append((await post(phone.url, "/api/session.passkey", body, cookies=browser.cookies))[:2])
    assert answers[0] == answers[1]
    assert answers[0][1]["error"]["message"] == passkeys.REFUSED


async def test_a_passkey_is_renamed_by_its_person_alone(person):
    alice, bob = await person("alice"), await person("bob")
    phone = await add(alice)
    (before,) = await listed(alice)
    renamed = (await alice.run("passkey.rename", id=before["id"], name="Old phone"))["passkey"]
    assert await listed(alice) == [renamed] == [{**before, "name": "Old phone"}]
    assert await refused(bob, "passkey.rename", id=before["id"], name="Mine") == "not_found"
    assert await refused(alice, "passkey.rename", id=before["id"], name=" ") == "invalid"
    assert await phone.sign_in() == "alice"


async def test_a_removed_passkey_is_refused_at_once_and_the_last_way_in_stays_unless_you_insist(person):
    alice = await person("alice")
    phone, key = await add(alice), await add(alice, name="Key")
    ids = [row["id"] for row in await listed(alice)]
    options = await phone.challenge()
    await alice.run("passkey.remove", id=ids[0])
    assert await phone.sign_in(options) == "unauthorized"
    assert await refused(alice, "passkey.remove", id=ids[0]) == "not_found"
    assert await refused(alice, "passkey.remove", id=ids[1]) == "conflict"
    assert await key.sign_in() == "alice"
    await alice.run("passkey.remove", id=ids[1], even_last=True)
    assert await key.sign_in() == "unauthorized" and await listed(alice) == []


async def test_with_a_password_the_last_passkey_can_go(person):
    alice = await person("alice")
    phone = await add(alice)
    await alice.run("password.set", password=STRONG)
    await alice.run("passkey.remove", id=(await listed(alice))[0]["id"], password=STRONG)
    assert await phone.sign_in() == "unauthorized" and await listed(alice) == []


async def test_an_id_with_nul_is_refused_before_the_database(person):
    phone = await add(await person("alice"))
    credential = phone.key.get(await phone.challenge(), HERE) | {"id": "a\x00b"}
    assert await phone.ask("session.passkey", credential=credential) == "unauthorized"


async def test_nobody_removes_the_passkey_of_another(person):
    alice, bob = await person("alice"), await person("bob")
    phone = await add(alice)
    assert await refused(bob, "passkey.remove", id=(await listed(alice))[0]["id"], even_last=True) == "not_found"
    assert await phone.sign_in() == "alice"


async def test_a_person_has_a_bounded_number_of_passkeys(person, monkeypatch):
    monkeypatch.setattr(passkeys, "MOST", 1)
    alice = await person("alice")
    options = (await alice.run("passkey.begin", origin=HERE))["options"]
    await add(alice)
    assert await refused(alice, "passkey.begin", origin=HERE) == "conflict"
    begun_before = Authenticator().create(options, HERE)
    assert await refused(alice, "passkey.add", credential=begun_before, name="Another") == "conflict"


async def test_an_authenticator_that_has_a_passkey_makes_no_other_one(person):
    alice, bob = await person("alice"), await person("bob")
    phone = await add(alice)
    options = {each.name: (await each.run("passkey.begin", origin=HERE))["options"] for each in (alice, bob)}
    credentials = {name: phone.key.create(each, HERE) for name, each in options.items()}
    assert [each["id"] for each in options["alice"]["excludeCredentials"]] == [credentials["alice"]["id"]]
    assert not options["bob"].get("excludeCredentials")
    for each in (alice, bob):  # one that does not care
        assert await refused(each, "passkey.add", credential=credentials[each.name], name="Copy") == "conflict"
    assert len(await listed(alice)) == 1 and await listed(bob) == []


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8000", "https://chat.example", "null", ""])
async def test_pages_that_the_settings_do_not_know_get_no_challenge(person, origin):
    alice = await person("alice")
    browser = Browser(alice.url, Authenticator())
    assert await browser.ask("passkey.challenge", origin=origin) == "forbidden"
    assert await refused(alice, "passkey.begin", origin=origin) == "forbidden"
    assert browser.cookies == {}


@pytest.mark.parametrize("credential", [{}, {"id": 7}, {"response": {}}, {"response": {"clientDataJSON": "e30"}}])
async def test_what_is_no_answer_of_an_authenticator_is_refused(person, credential):
    alice = await person("alice")
    browser = Browser(alice.url, Authenticator())
    assert await browser.ask("session.passkey", credential=credential) == "unauthorized"
    assert await refused(alice, "passkey.add", credential=credential, name="x") == "invalid"


@pytest.mark.parametrize("credential", [[], "{}", None, {"id": "x" * 17_000}])
async def test_what_is_no_object_or_too_large_is_invalid(person, credential):
    alice = await person("alice")
    browser = Browser(alice.url, Authenticator())
    assert await browser.ask("session.passkey", credential=credential) == "invalid"
    assert await refused(alice, "passkey.add", credential=credential, name="x") == "invalid"


async def test_a_program_signs_in_by_a_claim_and_gets_no_session_cookie(person):
    phone = await add(await person("alice"))
    assert await phone.sign_in(claim="p" * 43) == "alice"
    assert not [name for name in phone.cookies if name.startswith("chatrooms_")]
    async with connect(phone.url, "alice", token="p" * 43) as program:
        assert (await program.run("user.me"))["user"]["username"] == "alice"


async def test_a_challenge_and_a_passkey_outlive_the_process(tmp_path, either_database):
    async with running(tmp_path, database=either_database) as server, connect(server.url, "alice") as alice:
        phone = await add(alice)
        options = await phone.challenge()
    async with running(tmp_path, database=either_database) as server:
        phone.url = server.url
        assert await phone.sign_in(options) == "alice"


async def test_the_database_holds_no_challenge_and_forgets_expired_ones(person, own_server, monkeypatch):
    phone = await add(await person("alice"))
    monkeypatch.setattr(challenges, "GOOD_FOR", timedelta(seconds=-1))
    await phone.challenge()
    monkeypatch.undo()
    options = await phone.challenge()
    rows = await own_server.chat._pipeline.lookup(lambda db: db.execute(challenges.challenges.select()).all())
    assert len(rows) == 1
    assert options["challenge"] not in repr(rows) and not any(value in repr(rows) for value in phone.cookies.values())

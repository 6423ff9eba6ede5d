"""Joining and staying joined: guests, tokens, cookies, origins."""

from __future__ import annotations

import asyncio
from base64 import urlsafe_b64decode

import pytest
import socketio.exceptions

from chatrooms.errors import Unauthorized, Unavailable
from chatrooms.identity import endings, sessions, tokens
from chatrooms.identity.gate import Gate
from chatrooms.pipeline.act import Caller
from tests.doors import post
from tests.people import PATIENCE, Person, Refused, answered, connect, leave
from tests.servers import running


async def refusal(url, auth, **how) -> str:
    """The code with which connecting is refused."""
    person = Person(url, "somebody")
    refused = []
    person.client.on("connect_error", refused.append)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await person.client.connect(url, auth=auth, transports=["websocket"], **how)
    await leave(person)
    return refused[0]["data"]["code"]


async def join(url, name, **how):
    return await post(url, "/api/session.join", {"username": name}, **how)


async def test_a_guest_claims_a_free_name_and_keeps_it_by_the_token(person, own_server):
    alice = await person("Alice")
    assert alice.token
    assert await refusal(own_server.url, {"username": "alice"}) == "name_taken"
    assert await refusal(own_server.url, {"username": "ALICE"}) == "name_taken"
    again = await person("alice", token=alice.token)
    assert (await again.run("user.me"))["user"]["username"] == "alice"
    by_token_alone = await person("alice", auth={"token": alice.token})
    assert (await by_token_alone.run("user.me"))["user"]["username"] == "alice"


async def test_a_client_with_its_own_claim_can_retry_after_a_lost_answer(person, own_server):
    claim = "t" * 43
    for _ in range(2):
        alice = await person("alice", auth={"username": "alice", "claim": claim})
        await leave(alice)
    await person("alice", token=claim)
    assert await refusal(own_server.url, {"username": "alice", "claim": "u" * 43}) == "name_taken"
    assert await refusal(own_server.url, {"username": "bob", "claim": "too short"}) == "invalid"
    assert await refusal(own_server.url, {"username": "bob", "claim": claim}) == "unauthorized"


@pytest.mark.parametrize("look_alike", ["аlice", "a1ice", "ａｌｉｃｅ"])
async def test_a_name_that_looks_like_a_taken_one_is_rejected(person, own_server, look_alike):
    await person("alice")
    assert await refusal(own_server.url, {"username": look_alike}) == "name_taken"


@pytest.mark.parametrize(
    ("auth", "code"),
    [
        (None, "unauthorized"),
        ({}, "unauthorized"),
        ({"token": "wrong"}, "unauthorized"),
        ({"token": ""}, "unauthorized"),
        ({"username": "bob", "token": "wrong"}, "unauthorized"),
        ({"username": "system"}, "invalid"),
        ({"username": "#lobby"}, "invalid"),
        ({"username": "a+b"}, "invalid"),
        ({"username": 7}, "invalid"),
        ({"username": "", "token": None}, "invalid"),
    ],
)
async def test_a_handshake_without_a_valid_identity_is_rejected_with_a_code(own_server, auth, code):
    assert await refusal(own_server.url, auth) == code


async def test_a_token_is_only_valid_for_its_own_name(person, alice, own_server):
    await person("bob")
    assert await refusal(own_server.url, {"username": "bob", "token": alice.token}) == "unauthorized"


async def test_with_open_names_anyone_can_use_any_name(tmp_path):
    async with (
        running(tmp_path, guests="open") as server,
        connect(server.url, "alice") as one,
        connect(server.url, "alice") as two,
    ):
        await one.say("alice", "we are one")
        assert (await two.hears_text("we are one"))["author"] == "alice"


async def test_without_guests_both_doors_reject_a_name_alone(tmp_path):
    async with running(tmp_path, guests="off") as server:
        assert await refusal(server.url, {"username": "alice"}) == "unauthorized"
        status, answer, _ = await join(server.url, "alice")
        assert (status, answer["error"]["code"]) == (401, "unauthorized")


async def test_a_browser_joins_by_a_cookie_that_scripts_and_other_sites_cannot_use(own_server):
    status, answer, headers = await join(own_server.url, "Alice")
    assert (status, answer["result"]["user"]["username"]) == (200, "alice")
    cookie = headers["Set-Cookie"]
    assert cookie.partition("=")[0].endswith("_alice")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))


async def test_two_windows_of_one_browser_are_two_people(person, own_server):
    cookies = {}
    for name in ("alice", "bob"):
        _, _, headers = await join(own_server.url, name)
        key, _, value = headers["Set-Cookie"].split(";")[0].partition("=")
        cookies[key] = value
    for name in ("alice", "bob"):
        headers = {"Chatrooms-User": name}
        _, answer, _ = await post(own_server.url, "/api/user.me", {}, cookies=cookies, headers=headers)
        assert answer["result"]["user"]["username"] == name
    status, answer, _ = await post(own_server.url, "/api/user.me", {}, cookies=cookies)
    assert status == 401


async def cookie_of(url, name):
    _, _, headers = await join(url, name)
    return headers["Set-Cookie"].split(";")[0]


async def test_the_cookie_proves_the_name_in_the_handshake(own_server):
    cookie = await cookie_of(own_server.url, "alice")
    person = Person(own_server.url, "alice")
    await person.client.connect(own_server.url, auth={"username": "alice"}, headers={"Cookie": cookie})
    assert (await person.run("user.me"))["user"]["username"] == "alice"
    await leave(person)


async def test_joining_again_with_the_cookie_keeps_the_session(own_server):
    name, _, token = (await cookie_of(own_server.url, "alice")).partition("=")
    status, _, headers = await join(own_server.url, "alice", cookies={name: token})
    assert status == 200 and "Set-Cookie" not in headers
    status, answer, _ = await join(own_server.url, "alice")
    assert (status, answer["error"]["code"]) == (409, "name_taken")


ODD = ['theme={"dark": true}', "a b=c", "x=a,b", 'x="unclosed', "n=é", "k[1]=2", "flag", "=", ""]


@pytest.mark.parametrize("odd", ODD)
async def test_another_applications_odd_cookie_locks_nobody_out(own_server, odd):
    cookie = await cookie_of(own_server.url, "alice")
    for cookies in (f"{odd}; {cookie}", f"{cookie}; {odd}"):
        headers = {"Cookie": cookies}
        assert (await post(own_server.url, "/api/user.me", {}, headers=headers))[0] == 200
        assert (await join(own_server.url, "alice", headers=headers))[0] == 200
        async with connect(own_server.url, "alice", headers=headers, transport="polling") as alice:
            assert alice.token is None


FOREIGN = ["https://evil.example", "null", "http://127.0.0.1", "http://127.0.0.1:1", "garbage", "http://[", "http://"]


@pytest.mark.parametrize("origin", FOREIGN)
async def test_pages_of_other_origins_are_rejected_by_both_doors(own_server, origin):
    cookie = await cookie_of(own_server.url, "alice")
    headers = {"Cookie": cookie, "Origin": origin}
    status, _, _ = await post(own_server.url, "/api/user.me", {}, headers=headers)
    assert status == 401
    status, _, _ = await join(own_server.url, "bob", headers={"Origin": origin})
    assert status == 403
    for transport in ("polling", "websocket"):
        person = Person(own_server.url, "alice")
        with pytest.raises(socketio.exceptions.ConnectionError):
            await person.client.connect(own_server.url, headers=headers, transports=[transport])
        await leave(person)


async def test_pages_of_our_own_and_of_listed_origins_can_join(tmp_path):
    async with running(tmp_path, origins="https://app.example, https://other.example/") as server:
        for origin in (server.url, "https://app.example", "https://other.example"):
            name = f"user{len(origin)}"
            status, _, _ = await join(server.url, name, headers={"Origin": origin})
            assert status == 200


async def test_a_cross_site_request_cannot_use_cookies(own_server):
    headers = {"Cookie": await cookie_of(own_server.url, "alice"), "Sec-Fetch-Site": "cross-site"}
    status, _, _ = await post(own_server.url, "/api/user.me", {}, headers=headers)
    assert status == 401


async def test_leaving_ends_the_session_its_sockets_and_the_cookie(own_server):
    name, _, token = (await cookie_of(own_server.url, "alice")).partition("=")
    async with connect(own_server.url, "alice", token=token) as alice:
        status, _, headers = await post(
            own_server.url, "/api/session.leave", {"username": "alice"}, cookies={name: token}
        )
        assert status == 200 and "Max-Age=0" in headers["Set-Cookie"]
        await alice.disconnected()
    assert await refusal(own_server.url, {"token": token}) == "unauthorized"


async def test_signing_out_and_in_works_though_the_session_ends_at_that_moment(own_server, alice, monkeypatch):
    await alice.run("password.set", password="umbrella cactus 42")

    async def found_before(*_given) -> Caller:
        return Caller("alice", session="ended meanwhile")

    monkeypatch.setattr(tokens, "by_cookie", found_before)
    status, _, headers = await post(own_server.url, "/api/session.leave", {"username": "alice"})
    assert status == 200 and "Max-Age=0" in headers["Set-Cookie"]
    signing_in = {"username": "alice", "password": "umbrella cactus 42"}
    assert (await post(own_server.url, "/api/session.password", signing_in))[0] == 200


async def test_a_revoked_session_is_closed_on_all_its_sockets(person, alice, own_server):
    tab = await person("alice", token=alice.token)
    sessions = (await alice.run("session.list"))["sessions"]
    assert [session["current"] for session in sessions] == [True]
    await alice.run("session.revoke", id=sessions[0]["id"])
    for each in (alice, tab):
        await each.disconnected()
    assert await refusal(own_server.url, {"token": alice.token}) == "unauthorized"


async def test_commands_of_an_ended_session_are_rejected_from_its_end_on(alice, own_server):
    (session,) = (await alice.run("session.list"))["sessions"]
    commands = [("session.revoke", {"id": session["id"]})]
    commands += [("message.post", {"room": "#lobby", "text": "late"}), ("history", {"room": "#lobby"})] * 3
    ended, *answers = await asyncio.gather(*(alice.client.call(name, p, timeout=PATIENCE) for name, p in commands))
    assert ended["ok"]
    posts = answers[::2]
    assert [answer["error"]["code"] for answer in posts] == ["unauthorized"] * 3
    await alice.disconnected()
    assert own_server.chat.sockets_in("alice") == []


async def test_a_session_whose_end_could_not_be_committed_goes_on(alice, own_server):
    pipeline = own_server.chat._pipeline
    (session,) = (await alice.run("session.list"))["sessions"]
    pipeline.sessions.end([session["id"]])
    with pytest.raises(Refused, match="unauthorized"):
        await alice.run("user.me")
    async with connect(own_server.url, "alice", token=alice.token) as again:
        await again.run("user.me")


async def test_only_the_owner_of_a_session_can_revoke_it(alice, mallory):
    session = (await alice.run("session.list"))["sessions"][0]["id"]
    with pytest.raises(Refused, match="not_found"):
        await mallory.run("session.revoke", id=session)


async def test_joining_is_rate_limited_by_address_and_says_when_to_retry(tmp_path):
    async with running(tmp_path, rate_join="2/minute") as server:
        for name in ("alice", "bob"):
            assert (await join(server.url, name))[0] == 200
        status, answer, headers = await join(server.url, "carol")
        assert (status, answer["error"]["code"]) == (429, "rate_limited")
        assert int(headers["Retry-After"]) == answer["error"]["details"]["retry_after"] > 0
        assert await refusal(server.url, {"username": "carol"}) == "rate_limited"


@pytest.mark.parametrize(
    ("near", "far"),
    [
        ("2001:db8:1:2::{}", "2001:db8:1:3::1"),
        ("203.0.113.7", "203.0.113.8"),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.8"),
        ("fe80::{}%eth0", "fe80:0:0:1::1%eth0"),
        ("unknown", "elsewhere"),
    ],
)
async def test_all_addresses_of_a_subscriber_count_as_one(tmp_path, near, far):
    async with running(tmp_path, rate_join="2/minute", guests="claim") as server:
        froms = [near.format(number) for number in (1, 2, 3)] + [far]
        statuses = [
            (await join(server.url, name, headers={"X-Forwarded-For": address}))[0]
            for name, address in zip(("alice", "bob", "carol", "dave"), froms, strict=True)
        ]
        assert statuses == [200, 200, 429, 200]


def test_a_token_has_256_bits_and_is_like_no_other():
    tokens = [urlsafe_b64decode(sessions.new_token() + "=") for _ in range(100)]
    assert {len(token) for token in tokens} == {32} and len(set(tokens)) == 100


async def test_tokens_are_stored_as_hashes_only(alice, own_server, tmp_path):
    files = b"".join(path.read_bytes() for path in tmp_path.glob("chatrooms.sqlite3*"))
    assert b"alice" in files
    assert alice.token.encode() not in files


async def test_a_socket_that_does_not_join_in_time_is_closed(tmp_path):
    async with running(tmp_path, join_timeout=0.2) as server:
        person = Person(server.url, "nobody")
        await person.client.eio.connect(server.url, engineio_path="socket.io")
        await person.client.eio.wait()
        assert person.client.eio.state == "disconnected"
        await leave(person)


async def test_a_session_revoked_during_the_handshake_lets_nobody_in(alice, own_server, monkeypatch):
    pipeline, identify = own_server.chat._pipeline, Gate.identify

    async def revoked_meanwhile(gate, handshake):
        caller = await identify(gate, handshake)
        await pipeline.change(lambda act: endings.end(act, caller.session), caller)
        return caller

    monkeypatch.setattr(Gate, "identify", revoked_meanwhile)
    assert await refusal(own_server.url, {"token": alice.token}) == "unauthorized"


async def test_a_revoked_session_cannot_be_touched(own_server):
    with pytest.raises(Unauthorized):
        await own_server.chat._pipeline.change(lambda act: sessions.touch(act, "no such session"), Caller("alice"))


async def test_a_claim_can_be_repeated_concurrently(own_server):
    auth = {"username": "alice", "claim": "t" * 43}

    async def come() -> str:
        async with connect(own_server.url, "alice", auth=auth) as alice:
            return (await alice.run("user.me"))["user"]["username"]

    assert await asyncio.gather(*(come() for _ in range(4))) == ["alice"] * 4


async def test_a_known_person_can_read_while_nothing_can_be_written(alice, own_server, monkeypatch):

    async def full(*_):
        raise Unavailable

    monkeypatch.setattr(sessions, "stale", lambda _known: True)
    monkeypatch.setattr(own_server.chat._db.writer, "change", full)
    _, answer, _ = await post(own_server.url, "/api/user.me", {}, headers={"Authorization": f"Bearer {alice.token}"})
    assert answered(answer)["user"]["username"] == "alice"


async def test_joining_again_with_a_good_cookie_writes_nothing(own_server, monkeypatch):
    cookie = await cookie_of(own_server.url, "alice")

    async def full(*_):
        raise Unavailable

    monkeypatch.setattr(own_server.chat._db.writer, "change", full)
    status, answer, _ = await join(own_server.url, "alice", headers={"Cookie": cookie})
    assert (status, answer["result"]["user"]["username"]) == (200, "alice")

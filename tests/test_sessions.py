"""Joining and staying joined: guests, tokens, cookies, origins."""

from __future__ import annotations

import pytest
import socketio.exceptions

from chatrooms.errors import Unavailable
from tests.doors import by_http, post
from tests.people import Person, Refused, connect, leave
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


async def test_a_client_that_makes_its_token_itself_can_ask_again_when_the_answer_was_lost(person, own_server):
    claim = "t" * 43
    for _ in range(2):
        alice = await person("alice", auth={"username": "alice", "claim": claim})
        await leave(alice)
    await person("alice", token=claim)
    assert await refusal(own_server.url, {"username": "alice", "claim": "u" * 43}) == "name_taken"
    assert await refusal(own_server.url, {"username": "bob", "claim": "too short"}) == "invalid"
    assert await refusal(own_server.url, {"username": "bob", "claim": claim}) == "unauthorized"


@pytest.mark.parametrize("look_alike", ["аlice", "a1ice", "ａｌｉｃｅ"])
async def test_a_name_that_looks_like_one_that_is_taken_is_refused(person, own_server, look_alike):
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
async def test_who_does_not_say_who_they_are_in_a_good_way_is_refused_with_a_code(own_server, auth, code):
    assert await refusal(own_server.url, auth) == code


async def test_a_token_does_not_serve_for_another_name(person, own_server):
    alice = await person("alice")
    await person("bob")
    assert await refusal(own_server.url, {"username": "bob", "token": alice.token}) == "unauthorized"


async def test_with_open_names_everybody_is_taken_at_their_word(tmp_path):
    async with (
        running(tmp_path, guests="open") as server,
        connect(server.url, "alice") as one,
        connect(server.url, "alice") as two,
    ):
        await one.say("alice", "we are one")
        await two.hears_text("we are one")


async def test_without_guests_a_name_alone_is_refused_by_both_doors(tmp_path):
    async with running(tmp_path, guests="off") as server:
        assert await refusal(server.url, {"username": "alice"}) == "unauthorized"
        status, answer, _ = await join(server.url, "alice")
        assert (status, answer["error"]["code"]) == (401, "unauthorized")


async def test_a_browser_joins_by_a_cookie_that_scripts_and_other_sites_cannot_use(own_server):
    status, answer, headers = await join(own_server.url, "Alice")
    assert (status, answer["result"]["user"]["username"]) == (200, "alice")
    cookie = headers["Set-Cookie"]
    assert cookie.startswith("chatrooms-alice=")
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


async def test_joining_again_with_the_cookie_is_no_second_claim(own_server):
    name, _, token = (await cookie_of(own_server.url, "alice")).partition("=")
    status, _, headers = await join(own_server.url, "alice", cookies={name: token})
    assert status == 200 and "Set-Cookie" not in headers
    status, answer, _ = await join(own_server.url, "alice")
    assert (status, answer["error"]["code"]) == (409, "name_taken")


ODD = ['theme={"dark": true}', "a b=c", "x=a,b", 'x="unclosed', "n=é", "k[1]=2", "flag", "=", ""]


@pytest.mark.parametrize("odd", ODD)
async def test_an_odd_cookie_of_another_application_on_the_same_host_locks_nobody_out(own_server, odd):
    cookie = await cookie_of(own_server.url, "alice")
    for cookies in (f"{odd}; {cookie}", f"{cookie}; {odd}"):
        headers = {"Cookie": cookies}
        assert (await post(own_server.url, "/api/user.me", {}, headers=headers))[0] == 200
        assert (await join(own_server.url, "alice", headers=headers))[0] == 200
        async with connect(own_server.url, "alice", headers=headers, transport="polling") as alice:
            assert alice.token is None


FOREIGN = ["https://evil.example", "null", "http://127.0.0.1", "http://127.0.0.1:1", "garbage", "http://[", "http://"]


@pytest.mark.parametrize("origin", FOREIGN)
async def test_pages_of_other_origins_get_in_by_no_door(own_server, origin):
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


async def test_pages_of_our_own_and_of_listed_origins_get_in(tmp_path):
    async with running(tmp_path, origins="https://app.example, https://other.example/") as server:
        for origin in (server.url, "https://app.example", "https://other.example"):
            name = f"user{len(origin)}"
            status, _, _ = await join(server.url, name, headers={"Origin": origin})
            assert status == 200


async def test_a_request_that_the_browser_calls_cross_site_may_not_use_cookies(own_server):
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
        await alice.client.wait()
        assert not alice.client.connected
    assert await refusal(own_server.url, {"token": token}) == "unauthorized"


async def test_a_revoked_session_is_closed_on_all_its_sockets(person, own_server):
    alice = await person("alice")
    tab = await person("alice", token=alice.token)
    sessions = (await alice.run("session.list"))["sessions"]
    assert [session["current"] for session in sessions] == [True]
    await alice.run("session.revoke", id=sessions[0]["id"])
    for each in (alice, tab):
        await each.client.wait()
        assert not each.client.connected
    assert await refusal(own_server.url, {"token": alice.token}) == "unauthorized"


async def test_nobody_can_revoke_somebody_elses_session(person):
    alice, mallory = await person("alice"), await person("mallory")
    session = (await alice.run("session.list"))["sessions"][0]["id"]
    with pytest.raises(Refused, match="not_found"):
        await mallory.run("session.revoke", id=session)


async def test_joining_too_often_from_one_address_is_refused_with_the_time_to_wait(tmp_path):
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
async def test_all_addresses_that_one_subscriber_has_count_as_one(tmp_path, near, far):
    async with running(tmp_path, rate_join="2/minute") as server:
        froms = [near.format(number) for number in (1, 2, 3)] + [far]
        statuses = [
            (await join(server.url, name, headers={"X-Forwarded-For": address}))[0]
            for name, address in zip(("alice", "bob", "carol", "dave"), froms, strict=True)
        ]
        assert statuses == [200, 200, 429, 200]


async def test_posting_too_often_is_refused_with_the_time_to_wait(tmp_path):
    async with running(tmp_path, rate_post="3/minute") as server, connect(server.url, "alice") as alice:
        for number in range(3):
            await alice.say("#lobby", f"{number}")
        with pytest.raises(Refused, match="rate_limited") as refused:
            await alice.say("#lobby", "one too many")
        assert 0 < refused.value.details["retry_after"] <= 60
        assert (await by_http(alice, "message.post", {"room": "#lobby", "text": "x"}))["error"][
            "code"
        ] == "rate_limited"


async def test_tokens_are_stored_as_hashes_only(own_server, person, tmp_path):
    alice = await person("alice")
    files = b"".join(path.read_bytes() for path in tmp_path.glob("chatrooms.sqlite3*"))
    assert b"alice" in files
    assert alice.token.encode() not in files


async def test_who_does_not_join_in_time_is_closed(tmp_path):
    async with running(tmp_path, join_timeout=0.2) as server:
        person = Person(server.url, "nobody")
        await person.client.eio.connect(server.url, engineio_path="socket.io")
        await person.client.eio.wait()
        assert person.client.eio.state == "disconnected"
        await leave(person)


async def test_joining_again_with_a_good_cookie_writes_nothing(own_server, monkeypatch):
    cookie = await cookie_of(own_server.url, "alice")

    async def full(*_):
        raise Unavailable

    monkeypatch.setattr(own_server.chat._db, "change", full)
    status, answer, _ = await join(own_server.url, "alice", headers={"Cookie": cookie})
    assert (status, answer["result"]["user"]["username"]) == (200, "alice")

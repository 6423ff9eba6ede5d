"""The gate asks the ways of identifying people in order; which ways a handshake takes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from chatrooms.errors import Invalid, Unauthorized
from chatrooms.identity.gate import Gate
from chatrooms.identity.handshake import Handshake
from chatrooms.pipeline.act import Caller
from tests.doors import post
from tests.identity.test_sessions import cookie_of, join, refusal
from tests.people import connect
from tests.servers import running

EVIL = {"Origin": "https://evil.example"}


class Way:
    """A way of identifying people that returns ``answer``, or raises it."""

    def __init__(self, answer: object) -> None:
        self.answer, self.asked = answer, 0

    async def identify(self, _handshake: Handshake) -> Caller | None:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def handshake(**headers: str) -> Handshake:
    """An HTTP request with these headers."""
    listed = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Handshake({}, {"type": "http", "headers": listed}, trusted=True)


def gate_of(*ways: Way) -> Gate:
    gate = Gate(chat=SimpleNamespace(server=SimpleNamespace(second_factor="nobody")), rates=None)
    gate._ways = ways
    return gate


async def test_the_first_way_that_knows_is_the_last_that_is_asked():
    ways = Way(None), Way(Caller("alice")), Way(Caller("bob"))
    assert await gate_of(*ways).recognize(handshake()) == Caller("alice")
    assert [way.asked for way in ways] == [1, 1, 0]


async def test_where_no_way_knows_nobody_is_there():
    with pytest.raises(Unauthorized):
        await gate_of(Way(None), Way(None)).recognize(handshake())


async def test_a_refusal_of_one_way_is_the_answer():
    ways = Way(Invalid("no")), Way(Caller("bob"))
    with pytest.raises(Invalid):
        await gate_of(*ways).recognize(handshake())
    assert ways[1].asked == 0


@pytest.mark.parametrize(
    ("headers", "username", "token"),
    [
        ({}, None, None),
        ({"authorization": "Bearer t"}, None, "t"),
        ({"authorization": "bearer  t "}, None, "t"),
        ({"authorization": "Bearer"}, None, None),
        ({"authorization": "Basic t"}, None, None),
        ({"cookie": "chatrooms-alice=t", "chatrooms_user": "bob"}, "bob", None),
    ],
)
def test_a_request_gives_a_bearer_token_or_a_name(headers, username, token):
    given = handshake(**headers).credentials
    assert (given.username, given.token, given.claim) == (username, token, None)


async def test_a_request_takes_no_name_and_a_socket_has_no_bearer_token(own_server):
    assert (await post(own_server.url, "/api/user.me", {}, headers={"Chatrooms-User": "alice"}))[0] == 401
    async with connect(own_server.url, "alice", headers={"Authorization": "Bearer of-a-proxy"}) as alice:
        assert alice.token


async def test_entries_count_by_address_and_foreign_pages_spend_nothing_of_it(tmp_path):
    async with running(tmp_path, rate_join="1/hour", rate_other="2/hour") as server:
        for _ in range(5):
            for entry in ("session.join", "session.leave"):
                assert (await post(server.url, f"/api/{entry}", {"username": "bob"}, headers=EVIL))[0] == 403
        cookie = await cookie_of(server.url, "alice")
        assert (await join(server.url, "bob"))[0] == 429
        for expected in (200, 200, 429):
            status, _, headers = await post(server.url, "/api/session.leave", {"username": "alice"})
            assert (status, "Set-Cookie" in headers) == (expected, expected == 200)
        headers = {"Cookie": cookie}
        assert (await post(server.url, "/api/user.me", {}, headers=headers))[0] == 200


async def test_a_claim_that_is_made_again_does_not_count_as_a_join(tmp_path):
    auth = {"username": "alice", "claim": "t" * 43}
    async with running(tmp_path, rate_join="1/hour") as server:
        for _ in range(3):
            async with connect(server.url, "alice", auth=auth) as alice:
                assert alice.token == auth["claim"]
        assert await refusal(server.url, {"username": "bob"}) == "rate_limited"


async def test_somebody_whose_name_is_reserved_by_now_can_leave(tmp_path):
    async with running(tmp_path) as server:
        cookie = await cookie_of(server.url, "acme")
    async with running(tmp_path, name="Acme") as server:
        assert (await join(server.url, "acme"))[0] == 400
        headers = {"Cookie": cookie}
        assert (await post(server.url, "/api/session.leave", {"username": "acme"}, headers=headers))[0] == 200
        assert (await post(server.url, "/api/user.me", {}, headers=headers))[0] == 401

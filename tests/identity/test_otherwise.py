"""Ways in that are open though another one is not: a browser that waits, a directory that cannot be asked."""

from __future__ import annotations

import pytest

from tests.doors import post
from tests.identity.entering import enter, whose
from tests.identity.test_invites import invited
from tests.identity.test_ldap import DIRECT, SEARCHING, SECRET, STRONG, sign_in
from tests.people import connect
from tests.servers import running
from tests.services import ldap


async def test_a_browser_that_waits_to_be_approved_comes_in_by_an_invitation(tmp_path):
    async with running(tmp_path, guests="approval") as server:
        setup = (await server.chat.owned()).code
        await enter(server.url, "setup", code=setup, username="olga", password=STRONG, claim="o" * 43)
        async with connect(server.url, "olga", token="o" * 43) as olga:
            code = await invited(olga, "#lobby")
            _, _, waiting = await enter(server.url, "apply", username="erin", about="x")
            headers = {"Cookie": waiting}
            given = {"username": "erin", "invite": code}
            status, _, answered = await post(server.url, "/api/session.join", given, headers=headers)
            cookie = answered["Set-Cookie"].split(";")[0]
            assert (status, await whose(server.url, cookie)) == (200, "erin") and cookie != waiting
            (erin,) = (await olga.run("applicant.list"))["applicants"]
            answer = await olga.client.call("applicant.approve", {"id": erin["id"]})
            assert answer["error"]["code"] == "name_taken"
            assert await whose(server.url, waiting) is None


@pytest.mark.parametrize("known", [False, True], ids=["to a newcomer", "to who is here"])
async def test_a_directory_that_refuses_who_finds_people_says_nothing_about_passwords(tmp_path, known):
    async with ldap.directory(alice=SECRET) as directory:
        if known:
            async with running(tmp_path, ldap_url=directory.url, **DIRECT) as server:
                assert await sign_in(server) == "alice"
        async with running(tmp_path, ldap_url=directory.url, **SEARCHING | {"ldap_bind_password": "another"}) as server:
            assert [await sign_in(server, password=each) for each in (SECRET, "another")] == ["unavailable"] * 2

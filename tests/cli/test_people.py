"""`chatrooms setup` and `chatrooms user`: the first owner, roles and suspensions, beside a running server."""

from __future__ import annotations

import json

import pytest

from chatrooms.cli import serve
from chatrooms.identity.setups import Start
from tests.appointing import appoint
from tests.identity.entering import code_of, enter
from tests.people import connect
from tests.processes import started

PASSWORD = "umbrella cactus 42"


@pytest.mark.slow
async def test_a_first_start_prints_a_link_for_the_owner(tmp_path):
    async with started(tmp_path) as server:
        line = (await server.process.stdout.readline()).decode()
        assert f"{server.url}/#/setup/" in line
        given = {"code": line.strip()[-43:], "username": "olga", "password": PASSWORD}
        assert (await enter(server.url, "setup", **given))[0] == 200


@pytest.mark.parametrize(
    ("start", "printed"),
    [
        (Start(has_owner=False, code="CODE"), "http://here/#/setup/CODE"),
        (Start(has_owner=False, code=None), "chatrooms setup"),
        (Start(has_owner=True, code=None), ""),
    ],
)
def test_a_start_says_how_to_own_the_server_until_somebody_does(capsys, start, printed):
    serve._print_how_to_own(start, "http://here/")
    out = capsys.readouterr().out
    assert (printed in out) if printed else (out == "")


async def test_a_new_link_ends_the_one_before_and_an_owner_ends_all(server, operator):
    before = (await server.chat.owned()).code
    link = json.loads(await operator.prints("setup", "--json", "--url", "https://chat.example/team/"))
    assert link["url"].startswith("https://chat.example/team/#/setup/") and link["expires_at"]
    entry = {"username": "olga", "password": PASSWORD}
    assert await code_of(server.url, "setup", code=before, **entry) == "unauthorized"
    code = (await operator.prints("setup")).strip()[-43:]
    assert await code_of(server.url, "setup", code=link["url"][-43:], **entry) == "unauthorized"
    assert (await enter(server.url, "setup", code=code, **entry))[0] == 200
    assert "has an owner: olga" in await operator.is_refused("setup")


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
async def test_people_are_managed_beside_a_running_server(server, operator):
    async with connect(server.url, "alice") as alice:
        assert await operator.prints("user", "role", "Alice", "owner") == "alice  owner\n"
        await alice.hears(lambda _, data: any(row["role"] == "owner" for row in data.get("users", ())))
        async with connect(server.url, "bob") as bob:
            await bob.run("user.update", name="Robert")
            assert await operator.prints("user", "suspend", "bob", "Spam") == (
                "bob  member     Robert  suspended by system: Spam\n"
            )
            await bob.disconnected()
        listed = json.loads(await operator.prints("user", "list", "--json"))
        assert [(each["username"], each["role"], each["suspension"] is None) for each in listed] == [
            ("alice", "owner", True),
            ("bob", "member", False),
        ]
        assert await operator.prints("user", "restore", "bob") == "bob  member     Robert\n"
        assert await operator.prints("user", "list", "--role", "member") == "bob  member     Robert\n"
        await alice.run("user.role", username="bob", role="admin")
        assert await operator.prints("user", "list") == "alice  owner\nbob    admin      Robert\n"


async def test_an_operator_sees_what_somebody_can_do_and_why_not(server, operator):
    async with connect(server.url, "alice") as alice, connect(server.url, "bob"):
        await alice.run("room.create", name="#staff", access="private")
        assert "post    yes\n" in await operator.prints("user", "rights", "Alice", "staff")
        verdicts = json.loads(await operator.prints("user", "rights", "bob", "#staff", "--json"))
        assert {each["action"]: each["allowed"] for each in verdicts}["post"] is False
        assert "create    yes\n" in await operator.prints("user", "rights", "bob")
        await operator.prints("user", "suspend", "bob", "Spam")
        assert "post    They are suspended: Spam\n" in await operator.prints("user", "rights", "bob", "lobby")
    assert "no room #nowhere" in await operator.is_refused("user", "rights", "bob", "nowhere")
    for arguments in (("nobody",), ("nobody", "lobby"), ("bob", "a b")):
        assert len((await operator.is_refused("user", "rights", *arguments)).splitlines()) == 1


async def test_an_operator_sees_how_somebody_signs_in_and_where(server, operator):
    async with connect(server.url, "alice") as alice:
        assert "signs in by: nothing but a link\njoin " in await operator.prints("user", "show", "Alice")
        await alice.run("password.set", password="umbrella cactus 42")
        code = (await operator.prints("link", "alice")).strip()[-43:]
        assert (await enter(server.url, "link", code=code))[0] == 200
    assert "signs in by: password\n" in await operator.prints("user", "show", "alice")
    shown = json.loads(await operator.prints("user", "show", "alice", "--json"))
    assert sorted(place["began"] for place in shown["sessions"]) == ["console", "join"]
    assert "no one has that name" in (await operator.is_refused("user", "show", "nobody")).lower()


@pytest.fixture
def database(request) -> str:
    return request.getfixturevalue("created_database") if getattr(request, "param", "") == "postgresql" else ""


async def test_a_lost_password_ends_the_open_connections_too(server, operator):
    async with connect(server.url, "alice") as alice:
        await operator.prints("link", "alice", "--forget-password")
        await alice.disconnected()


async def test_mistakes_are_one_line(server, operator):
    async with connect(server.url, "olga"):
        await appoint(server.chat, "olga", "owner")
    async with connect(server.url, "bob"):
        pass
    assert "last owner" in await operator.is_refused("user", "role", "olga", "member")
    assert "last owner" in await operator.is_refused("user", "suspend", "olga", "x")
    for name in ("nobody", "system", "#lobby"):
        for command in (("role", name, "member"), ("suspend", name, "x"), ("restore", name)):
            assert len((await operator.is_refused("user", *command)).splitlines()) == 1
    for reason in ("", " ", "x" * 251, "two\nlines", "\x1b[31mred"):
        assert len((await operator.is_refused("user", "suspend", "bob", reason)).splitlines()) == 1
    assert "king" in await operator.is_refused("user", "role", "olga", "king")

"""`chatrooms link` and `chatrooms invite`: ways in for people who have none, beside a running server."""

from __future__ import annotations

import pyotp
import pytest
import sqlalchemy
from socketio.exceptions import SocketIOError

from chatrooms.settings import DATABASE
from chatrooms.storage import migrations
from tests.cli.operator import typed
from tests.doors import post
from tests.identity.entering import code_of, enter, whose
from tests.identity.test_passkeys import add
from tests.people import Refused, connect
from tests.processes import started
from tests.servers import running

pytestmark = pytest.mark.slow  # a process for each command


async def signs_in_beside(server, tmp_path, *where: str) -> None:
    async with connect(server.url, "alice"):
        status, out, err = await typed(tmp_path, "link", "Alice", *where, "--url", "https://chat.example/team/")
        assert (status, err) == (0, "")
        page, _, code = out.strip().partition("#/link/")
        assert page == "https://chat.example/team/"
        _, _, cookie = await enter(server.url, "link", code=code)
        assert await whose(server.url, cookie) == "alice"
        assert await code_of(server.url, "link", code=code) == "unauthorized"


async def test_it_signs_in_beside_a_running_server(tmp_path):
    async with started(tmp_path) as server:
        await signs_in_beside(server, tmp_path, "--data", str(tmp_path))


async def test_it_signs_in_beside_a_running_server_on_postgresql(tmp_path, postgres_database):
    where = ("--database", postgres_database)
    async with started(tmp_path, *where) as server:
        await signs_in_beside(server, tmp_path, *where)


async def test_it_removes_a_forgotten_password_the_passkeys_and_the_sessions_only_if_asked_to(tmp_path):
    async with started(tmp_path) as server, connect(server.url, "alice") as alice:
        lost = await add(alice)
        await alice.run("password.set", password="umbrella cactus 42")
        secret = (await alice.run("factor.begin", password="umbrella cactus 42"))["secret"]
        await alice.run("factor.enable", code=pyotp.TOTP(secret).now())
        assert (await typed(tmp_path, "link", "alice", "--data", str(tmp_path)))[0] == 0
        assert (await alice.run("password.get"))["changed_at"] is not None and await lost.sign_in() == "alice"
        out = (await typed(tmp_path, "link", "alice", "--data", str(tmp_path), "--forget-password"))[1]
        assert await code_of(server.url, "password", username="alice", password="umbrella cactus 42") == "unauthorized"
        assert await lost.sign_in() == "unauthorized"
        _, answer, _ = await post(server.url, "/api/user.me", {}, headers={"Authorization": f"Bearer {alice.token}"})
        assert answer["error"]["code"] == "unauthorized"
        with pytest.raises((Refused, SocketIOError)):  # by a connection that is still open, or was closed since
            await alice.run("password.set", password="velvet anchor 17")
        claim = "c" * 43
        assert (await enter(server.url, "link", code=out.strip()[-43:], claim=claim))[0] == 200
        async with connect(server.url, "alice", token=claim) as again:
            await again.run("password.set", password="velvet anchor 17")
            assert (await again.run("factor.get")) == {"enabled_at": None, "recovery_codes": 0}


@pytest.mark.parametrize("username", ["nobody", "system", "#lobby", ""])
async def test_it_needs_a_person(tmp_path, username):
    async with running(tmp_path):
        pass
    status, out, err = await typed(tmp_path, "link", username, "--data", str(tmp_path))
    assert (status, out, len(err.splitlines())) == (2, "", 1)


async def test_it_does_not_touch_the_database_of_another_version(tmp_path):
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / DATABASE}")
    migrations.upgrade(engine, "0001")
    engine.dispose()
    status, out, err = await typed(tmp_path, "link", "alice", "--data", str(tmp_path))
    assert (status, out) == (2, "") and "an older version wrote the database" in err


async def test_it_invites_the_first_person_to_a_server_that_needs_invitations(tmp_path):
    async with started(tmp_path, "--guests", "invite") as server:
        assert await code_of(server.url, "join", username="alice") == "unauthorized"
        status, out, err = await typed(tmp_path, "invite", "--data", str(tmp_path))
        assert (status, err) == (0, "")
        code = out.strip().partition("#/invite/")[2]
        _, answer, _ = await post(server.url, "/api/invite.get", {"code": code})
        assert answer["result"] == {"room": "#lobby", "title": "Lobby", "created_by": None, "sign_up": "open"}
        assert (await enter(server.url, "join", username="alice", invite=code))[0] == 200
        assert await code_of(server.url, "join", username="bob", invite=code) == "not_found"


async def test_it_invites_to_a_room_that_exists(tmp_path):
    async with started(tmp_path) as server, connect(server.url, "alice") as alice:
        await alice.run("room.create", name="#staff", access="private")
        out = (await typed(tmp_path, "invite", "staff", "--uses", "2", "--data", str(tmp_path)))[1]
        for name in ("bob", "carol"):
            assert (await enter(server.url, "join", username=name, invite=out.strip()[-43:]))[0] == 200
        names = {row["username"] for row in (await alice.run("room.members", room="#staff"))["members"]}
        assert names == {"alice", "bob", "carol"}
        status, out, err = await typed(tmp_path, "invite", "#none", "--data", str(tmp_path))
        assert (status, out, len(err.splitlines())) == (2, "", 1)

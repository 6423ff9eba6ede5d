"""`chatrooms key`: service keys beside a running server."""

from __future__ import annotations

import json

import pytest

from tests.cli.operator import typed
from tests.identity.test_service_keys import outcome
from tests.people import connect
from tests.processes import started

pytestmark = pytest.mark.slow  # a process for each command


async def test_it_makes_lists_and_ends_keys_beside_a_running_server(tmp_path):
    where = ("--data", str(tmp_path))
    async with started(tmp_path) as server, connect(server.url, "alice") as alice:
        scope = ("--called", "Robot", "--allow", "read", "--room", "lobby", "--days", "9")
        status, out, err = await typed(tmp_path, "key", "Alice", *scope, "--json", *where)
        assert (status, err) == (0, "")
        made = json.loads(out)["key"]
        assert (made["name"], made["commands"], made["rooms"]) == ("Robot", ["read"], ["#lobby"])
        assert await outcome(server.url, made["token"], "history", room="#lobby") == "fine"
        assert await outcome(server.url, made["token"], "message.post", room="#lobby", text="x") == "forbidden"
        token = (await typed(tmp_path, "key", "alice", *where))[1].strip()
        assert await outcome(server.url, token, "message.post", room="#lobby", text="x") == "fine"
        listed = (await typed(tmp_path, "key", "alice", "--list", *where))[1].splitlines()
        assert len(listed) == 2 and made["id"] in listed[0] and made["token"] not in listed[0]
        ids = [row["id"] for row in (await alice.run("key.list"))["keys"]]
        assert (await typed(tmp_path, "key", "alice", "--revoke", ids[0], *where))[0] == 0
        assert await outcome(server.url, made["token"], "history", room="#lobby") == "unauthorized"
        assert (await typed(tmp_path, "key", "alice", "--revoke", ids[0], *where))[0] == 2


async def test_what_it_cannot_do_is_one_line(tmp_path):
    async with started(tmp_path) as server, connect(server.url, "alice"):
        pass
    for arguments in (
        ("nobody",),
        ("alice", "--allow", "session.list"),
        ("alice", "--room", "+"),
        ("alice", "--room", "nowhere"),
        ("", "--list"),
    ):
        status, out, err = await typed(tmp_path, "key", *arguments, "--data", str(tmp_path))
        assert (status, out, len(err.splitlines())) == (2, "", 1)
        assert "session.list" not in arguments or "groups of them are read, post, rooms" in err
        assert "nobody" not in arguments or "no one has the name nobody; the application itself is `system`" in err

"""A restored backup: clients drop what no longer exists and fetch what does, with and without `chatrooms restored`."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy

from chatrooms.client import Client
from chatrooms.client.changes import Change
from chatrooms.client.state import State
from chatrooms.settings import DATABASE
from tests.client.waiting import stored, texts
from tests.people import Refused
from tests.processes import chatrooms, started

pytestmark = pytest.mark.slow  # server processes


def back_up(data: Path, to: Path) -> None:
    """Copy the database of a running server."""
    source, copy = sqlite3.connect(data / DATABASE), sqlite3.connect(to)
    source.backup(copy)
    source.close()
    copy.close()


def put_back(data: Path, backup: Path) -> None:
    for file in data.glob(f"{DATABASE}*"):
        file.unlink()
    (data / DATABASE).write_bytes(backup.read_bytes())


@pytest.mark.parametrize("told", [True, False], ids=["restored", "forgotten"])
@pytest.mark.parametrize("posted", [0, 3, 5, 9])
async def test_a_client_ends_with_what_the_database_has(tmp_path, told, posted):
    data, backup = tmp_path / "data", tmp_path / "backup"
    async with started(data) as server:
        erin = Client(server.url, username="erin")
        erin.start()
        for number in range(5):
            await erin.post("#lobby", f"before {number}")
        back_up(data, backup)
        for number in range(5):
            await erin.post("#lobby", f"lost {number}")
        await erin.post("erin", "a lost note")
        await erin.sync()
        await server.end()
    put_back(data, backup)
    if told:
        status, out, _ = await chatrooms(tmp_path, "restored", "--data", str(data))
        assert status == 0 and "fetch it again" in out
    async with started(data, port=server.port), Client(server.url, username="frank") as frank:
        for number in range(posted):
            await frank.post("#lobby", f"after {number}")
        await erin.sync()
        await erin.sync()
        expected = [message["text"] for message in await stored(erin, "#lobby")]
        assert texts(erin, "#lobby") == expected
        assert expected == [*(f"before {n}" for n in range(5)), *(f"after {n}" for n in range(posted))]
        assert texts(erin, "erin") == []
        await frank.post("#lobby", "live again")
        await erin.sync()
        assert texts(erin, "#lobby")[-1] == "live again"
        await erin.close()


async def test_the_command_is_refused_while_a_server_runs(tmp_path):
    async with started(tmp_path):
        status, _, err = await chatrooms(tmp_path, "restored", "--data", str(tmp_path))
        assert status == 2 and "another server uses" in err


def test_a_client_names_the_messages_that_came_last():
    state = State(lambda _: None, keep=10)
    state.username = "bob"
    rows = [{"room": f"#{n}", "username": "bob", "gone": False, "rev": 1} for n in range(30)]
    state.catch_up(Change("bob", 1, {"memberships": rows}), asked=0)
    for n in range(30):
        message = {
            "id": f"m{n}",
            "room": f"#{n}",
            "seq": 1,
            "number": 1,
            "rev": 1,
            "author": "al",
            "at": f"2026-{n:02}",
        }
        state.catch_up(Change(f"#{n}", 1, {"messages": [message | {"author": "al", "deleted": False}]}), asked=0)
    assert state.newest() == {f"#{n}": {"seq": 1, "id": f"m{n}"} for n in range(10, 30)}


@pytest.fixture
def database(either_database):
    return either_database


async def test_a_history_that_the_server_does_not_have_is_rejected(alice):
    mine = await alice.say("#lobby", "here")
    known = {"seq": mine["seq"], "id": mine["id"]}
    page = await alice.run("sync", newest={"#lobby": known})
    assert page["epoch"] == (await alice.hears(lambda event, _: event == "welcome"))["epoch"]
    for wrong in ({"id": "00000000-0000-4000-8000-000000000000"}, {"seq": 9999}):
        with pytest.raises(Refused, match="diverged"):
            await alice.run("sync", newest={"#lobby": known | wrong})
    with pytest.raises(Refused, match="diverged"):
        await alice.run("sync", newest={"#none": known})


async def test_an_epoch_is_kept_until_it_is_renewed(tmp_path):
    epochs = []
    for command in ("", "restored"):
        if command:
            assert (await chatrooms(tmp_path, command, "--data", str(tmp_path)))[0] == 0
        for _ in range(2):
            async with started(tmp_path):
                pass
            engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / DATABASE}")
            with engine.connect() as db:
                epochs.append(db.exec_driver_sql("SELECT epoch FROM facts").scalar())
            engine.dispose()
    assert epochs[0] == epochs[1] != epochs[2] == epochs[3]

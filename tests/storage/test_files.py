"""Only the account that runs the server can read its files."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from chatrooms import Chatrooms, Settings
from chatrooms.storage.files import make_private_folder
from tests.people import connect
from tests.processes import started
from tests.servers import QUICK

OPEN = 0o022
OURS = "chatrooms.sqlite3"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def modes(folder: Path) -> dict[str, int]:
    return {path.name: mode(path) for path in folder.iterdir() if path.name.startswith(OURS)}


@pytest.fixture(autouse=True)
def _usual_umask():
    before = os.umask(OPEN)
    yield
    os.umask(before)


async def test_files_of_the_server_are_private_while_it_runs_and_afterwards(tmp_path):
    data = tmp_path / "new" / "folder"
    async with started(data) as server, connect(server.url, "alice") as alice:
        await alice.say("#lobby", "for members only")
        assert modes(data) == dict.fromkeys([OURS, OURS + "-wal", OURS + "-shm", OURS + ".lock"], 0o600)
        assert mode(data) == 0o700
        await server.end()
    assert set(modes(data).values()) == {0o600}


async def test_files_of_an_earlier_version_become_private_at_the_next_start(tmp_path):
    data = tmp_path / "data"
    chat = Chatrooms(Settings(data=data, **QUICK))
    async with chat.lifespan():
        pass
    data.chmod(0o755)
    for name in (OURS, OURS + ".lock", OURS + "-wal"):
        (data / name).touch()
        (data / name).chmod(0o644)
    async with chat.lifespan():
        assert (mode(data), set(modes(data).values())) == (0o700, {0o600})


async def test_a_database_elsewhere_becomes_private_but_its_folder_keeps_its_mode(tmp_path):
    tmp_path.chmod(0o755)
    chat = Chatrooms(Settings(database=f"sqlite:///{tmp_path / 'own.db'}", **QUICK))
    async with chat.lifespan():
        assert {mode(path) for path in tmp_path.iterdir()} == {0o600}
    assert mode(tmp_path) == 0o755


@pytest.mark.parametrize(
    ("inside", "before", "after"),
    [
        ([], 0o755, 0o755),  # created in advance, with a mode that was chosen
        ([OURS], 0o755, 0o700),
        ([OURS, OURS + ".lock", OURS + "-wal"], 0o775, 0o700),
        ([OURS, "notes.txt"], 0o755, 0o755),
        ([OURS], 0o1777, 0o1777),  # like /tmp
        ([OURS], 0o777, 0o777),
        ([OURS], 0o500, 0o500),
    ],
)
def test_an_existing_folder_becomes_private_only_if_it_is_ours(tmp_path, inside, before, after):
    for name in inside:
        (tmp_path / name).touch()
    tmp_path.chmod(before)
    make_private_folder(tmp_path, OURS)
    assert mode(tmp_path) == after
    tmp_path.chmod(0o700)


async def test_the_hosts_umask_is_unchanged(tmp_path):
    async with Chatrooms(Settings(data=tmp_path / "data", **QUICK)).lifespan():
        (tmp_path / "hosts").touch()
        assert mode(tmp_path / "hosts") == 0o644

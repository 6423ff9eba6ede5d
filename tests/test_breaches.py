"""Breached passwords: a file of their hashes is searched where it is, and none of them makes a password."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from chatrooms import breaches
from chatrooms.settings import Settings
from tests.doors import DOORS
from tests.people import connect
from tests.servers import running

KNOWN = [f"velvet anchor {number}" for number in range(997)]


def digest(password: str) -> str:
    return hashlib.sha1(password.encode()).hexdigest().upper()


def written(path: Path, end: str = "\r\n", count: str = ":{}") -> Path:
    lines = [f"{each}{count.format(10 ** (number % 9))}" for number, each in enumerate(sorted(map(digest, KNOWN)))]
    path.write_bytes(end.join([*lines, ""]).encode())
    return path


@pytest.mark.parametrize(("end", "count"), [("\r\n", ":{}"), ("\n", ":{}"), ("\n", "")])
def test_every_password_of_a_file_is_found_and_no_other(tmp_path, end, count):
    file = written(tmp_path / "breached", end, count)
    breaches.require_sorted(file)
    assert all(breaches.contain(file, each) for each in KNOWN)
    assert not any(breaches.contain(file, f"{each}!") for each in KNOWN)
    file.write_bytes(file.read_bytes().rstrip())  # without the last line's end
    assert all(breaches.contain(file, each) for each in sorted(KNOWN, key=digest)[-2:])


@pytest.mark.parametrize(
    "content", [b"", b"password\n123456\n", b"A" * 1000, "".join(f"{digest(each)}:1\n" for each in KNOWN).encode()]
)
def test_a_file_of_anything_else_is_refused_at_the_start(tmp_path, content):
    file = tmp_path / "breached"
    file.write_bytes(content)
    with pytest.raises(ValueError, match="breached_passwords"):
        Settings(breached_passwords=str(file))
    with pytest.raises(ValueError, match="cannot be read"):
        Settings(breached_passwords=str(tmp_path / "other"))


@pytest.mark.parametrize("door", DOORS)
async def test_a_breached_password_is_refused_and_none_is_set_while_the_file_is_away(tmp_path, door):
    file = written(tmp_path / "breached")
    async with (
        running(tmp_path / "data", breached_passwords=str(file)) as server,
        connect(server.url, "alice") as alice,
    ):

        async def outcome(password: str) -> str:
            answer = await DOORS[door](alice, "password.set", {"password": password})
            return "fine" if answer["ok"] else answer["error"]["code"]

        assert await outcome(KNOWN[7]) == "invalid"
        file.rename(tmp_path / "elsewhere")
        assert await outcome("umbrella cactus 42") == "unavailable"
        (tmp_path / "elsewhere").rename(file)
        assert await outcome("umbrella cactus 42") == "fine"

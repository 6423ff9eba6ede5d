"""A SQLite file that is replaced, moved or removed under a server: nothing is acknowledged that would be lost."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatrooms.errors import Unavailable
from chatrooms.storage.database import Database
from tests.storage.test_writer import adding, stored


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "test.sqlite3"


@pytest.fixture
async def database(file) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{file}")
    await database.open()
    await database.writer.change(adding("#before"))
    yield database
    await database.close()


async def rooms_in(file):
    database = Database(f"sqlite:///{file}")
    await database.open()
    found = await database.reader.read(stored)
    await database.close()
    return found


@pytest.fixture
async def copy(tmp_path) -> Path:
    path = tmp_path / "copy.sqlite3"
    await rooms_in(path)
    return path


def replace(file, copy):
    shutil.copy(copy, copy.with_suffix(".new")).replace(file)


def move(file, _copy):
    file.rename(file.with_suffix(".old"))


def remove(file, _copy):
    file.unlink()


@pytest.mark.parametrize("harm", [replace, move, remove])
async def test_nothing_is_stored_in_a_file_that_is_not_in_its_place(database, file, copy, caplog, harm):
    harm(file, copy)
    with pytest.raises(Unavailable):
        await database.writer.change(adding("#lost"))
    assert f"{file} was replaced, moved or removed" in caplog.text and "stop the server" in caplog.text


async def test_a_file_that_is_put_back_is_used_again(database, file):
    away = file.rename(file.with_suffix(".old"))
    with pytest.raises(Unavailable):
        await database.writer.change(adding("#lost"))
    away.rename(file)
    await database.writer.change(adding("#after"))
    assert await database.reader.read(stored) == ["#after", "#before"]


async def test_what_is_put_in_its_place_gets_nothing_of_the_file_before(database, file, copy):
    os.link(file, file.with_suffix(".old"))
    replace(file, copy)
    with pytest.raises(Unavailable):
        await database.writer.change(adding("#lost"))
    await database.close()
    assert await rooms_in(file) == [], "the log of the file before is not for the copy"
    assert await rooms_in(file.with_suffix(".old")) == ["#before"], "what was acknowledged is in the file before"

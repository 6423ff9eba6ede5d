"""Uploads that are given up, or completed by another server, at any moment in which they are made files."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import select

from chatrooms import pictures
from chatrooms.features.files import removing, stored
from chatrooms.pictures.kinds import ANYTHING
from chatrooms.pipeline.jobs import Job
from chatrooms.storage.tables import jobs
from tests.features.files import TUS, begin, load, offset, opened, picture, request, send, upload
from tests.features.files.test_bad_input import left
from tests.people import PATIENCE, connect
from tests.servers import running

PICTURE = picture(900, 20)
NO_PICTURE = b"RAW!" + b"x" * (len(PICTURE) - 4)
WHEN = [f"{when} {what}" for what in ("decoding", "copy 1", "copy 2", "copy 3") for when in ("before", "after")]
WHEN_OF_FILES = ["before copy 1", "after copy 1"]


class Moments:
    """What happens before and after a picture is decoded, and each copy is stored."""

    def __init__(self, monkeypatch, server) -> None:
        self.when, self.happens, self.keys = "", None, []
        blobs = server.chat._pipeline.blobs
        decode, put = pictures.decode, blobs.put

        async def decoding(*given):
            await self.come("before decoding")
            found = await decode(*given)
            await self.come("after decoding")
            return found

        async def putting(whom, key, file):
            self.keys.append(key)
            number = len(self.keys)
            await self.come(f"before copy {number}")
            await put(whom, key, file)
            await self.come(f"after copy {number}")

        monkeypatch.setattr(pictures, "decode", decoding)
        monkeypatch.setattr(blobs, "put", putting)

    async def come(self, moment: str) -> None:
        if moment == self.when:
            await self.happens()


@pytest.mark.parametrize(
    ("content", "square", "when"),
    [
        *((PICTURE, False, when) for when in WHEN),
        *((PICTURE, True, when) for when in WHEN[:-2]),
        *((NO_PICTURE, False, when) for when in WHEN_OF_FILES),
    ],
)
async def test_what_is_given_up_while_it_is_made_a_file_leaves_nothing(
    person, own_server, tmp_path, monkeypatch, content, square, when
):
    alice, moments, deleted = await person("alice"), Moments(monkeypatch, own_server), []
    path = await begin(alice, content, "a.png", square=square)

    async def give_up() -> None:
        deleted.append((await request(alice, own_server.url, "DELETE", path, headers=TUS))[0])

    moments.when, moments.happens = when, give_up
    status, _, body = await send(alice, path, 0, content)
    assert deleted == [204]
    assert (status, b"not_found" in body) == (404, True), body
    assert await left(own_server, tmp_path) == ([], [], [])


@pytest.fixture
async def two(tmp_path, created_database):
    """Start two servers, with disks of their own and one store; connect somebody to both."""
    async with AsyncExitStack() as stack:
        servers = [
            await stack.enter_async_context(running(tmp_path / name, database=created_database)) for name in "ab"
        ]
        first, second = (server.chat._pipeline.blobs for server in servers)
        second.store = first.store
        here = await stack.enter_async_context(connect(servers[0].url, "alice"))
        there = await stack.enter_async_context(connect(servers[1].url, "alice", token=here.token))
        yield servers, here, there


def kept(folder) -> set[str]:
    """Return the keys in the store."""
    return {path.name for path in folder.rglob("*") if path.is_file() and path.parent.name != "uploads"}


async def row_of(server, path):
    return await server.chat._pipeline.lookup(lambda db: stored.find(db, path.rpartition("/")[2]))


@pytest.mark.parametrize("mine", [PICTURE, NO_PICTURE], ids=["a picture here", "a picture there"])
@pytest.mark.parametrize("when", WHEN)
async def test_of_two_servers_with_other_bytes_the_first_makes_the_file(two, tmp_path, monkeypatch, mine, when):
    """What is shown of it is what was decoded, whenever the other server stores what it has."""
    servers, here, there = two
    moments, theirs = Moments(monkeypatch, servers[0]), NO_PICTURE if mine is PICTURE else PICTURE
    path, answers = await begin(here, PICTURE, "a.png"), []

    async def other() -> None:
        moments.when = ""
        answers.append((await send(there, path, 0, theirs))[0])

    moments.when, moments.happens = when if mine is PICTURE else WHEN_OF_FILES["after" in when], other
    answers.append((await send(here, path, 0, mine))[0])
    assert answers == [204, 204] and await offset(here, path) == await offset(there, path) == len(PICTURE)
    (file,) = (await here.say("#lobby", "", files=[path.rpartition("/")[2]]))["files"]
    for person, server in zip((here, there), servers, strict=True):
        _, headers, body = await load(person, server.url, file)
        if theirs is PICTURE:
            assert headers["Content-Type"] == file["type"] == "image/png" and opened(body).size == (900, 20)
            assert opened((await load(person, server.url, file, "?size=small"))[2]).size == (800, 18)
        else:
            assert (headers["Content-Type"], body, file["picture"]) == (ANYTHING, theirs, None)
    key = (await row_of(servers[0], path))["stored_as"]
    assert {each.removesuffix(".small").removesuffix(".large") for each in kept(tmp_path)} == {key}
    assert not [each for name in "ab" for each in (tmp_path / name / "files" / "uploads").iterdir()]


async def test_what_a_killed_server_stored_is_removed_and_the_file_is_not(two, tmp_path):
    servers, here, there = two
    path, killed = await begin(here, NO_PICTURE), servers[0].chat._pipeline
    which = path.rpartition("/")[2]
    key = killed.blobs.own_key(which)
    killed.blobs.spool.made()
    killed.blobs.spool.write(which, 0, PICTURE)
    assert await killed.change(lambda act: stored.claim(act.db, which, key), removing.NOBODY) == (True, None)
    await killed.blobs.put("", key, killed.blobs.spool.path(which))
    assert (await send(there, path, 0, NO_PICTURE))[0] == 204
    own = (await row_of(servers[1], path))["stored_as"]
    assert kept(tmp_path) == {key, own} and key != own
    later = select(jobs.c.key).where(jobs.c.kind == removing.AGAIN.name)
    assert await killed.lookup(lambda db: db.scalars(later).all()) == [key]
    for each in (key, own):
        await removing.AGAIN.run(killed, Job(0, removing.AGAIN.name, each, None, 0))
    assert kept(tmp_path) == {own}
    await here.run("message.delete", id=(await here.say("#lobby", "", files=[which]))["id"])
    async with asyncio.timeout(PATIENCE):
        while kept(tmp_path):
            await asyncio.sleep(0.01)


async def test_files_that_were_stored_by_their_ids_are_there_and_go(person, own_server, tmp_path):
    """So were those of earlier versions."""
    alice, chat = await person("alice"), own_server.chat._pipeline
    which = await upload(alice, PICTURE, "a.png")
    for path in [each for each in (tmp_path / "files").rglob(f"{which}.*") if each.is_file()]:
        path.rename(path.with_name(path.name.replace(chat.blobs.own_key(which), which)))
    older = stored.files.update().where(stored.files.c.id == which).values(stored_as=None)
    await chat.change(lambda act: act.db.execute(older) and None, removing.NOBODY)
    message = await alice.say("#lobby", "", files=[which])
    for query in ("", "?size=small", "?size=large"):
        assert (await load(alice, own_server.url, message["files"][0], query))[0] == 200
    await alice.run("message.delete", id=message["id"])
    async with asyncio.timeout(PATIENCE):
        while await left(own_server, tmp_path) != ([], [], []):
            await asyncio.sleep(0.01)

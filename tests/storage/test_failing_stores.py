"""A store of files that is full, fails, is gone or silent: a clear refusal, nobody else delayed, nothing left."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from chatrooms import Settings, clock
from chatrooms.errors import Unavailable
from chatrooms.features.files import removing, stored
from chatrooms.pipeline.jobs import Job
from chatrooms.storage import blobs, usage
from chatrooms.storage.blobs import s3 as bucket_store
from chatrooms.storage.tables import jobs
from tests.doors.test_health import get
from tests.features.files import TUS, begin, head, load, request, send, share
from tests.people import PATIENCE, connect
from tests.servers import running
from tests.services import s3

pytestmark = pytest.mark.slow
CONTENT = os.urandom(700_000)
"""More than one small request has."""
STATUS = {"full": 507, "503": 503, "gone": 503, "silent": 503}


class Folder:
    """A folder for files that can fail."""

    def __init__(self, store, monkeypatch) -> None:
        self._store, self._monkeypatch, self._gate = store, monkeypatch, threading.Event()

    @property
    def failing(self) -> str:
        raise AttributeError

    @failing.setter
    def failing(self, how: str) -> None:
        codes = {"full": errno.ENOSPC, "503": errno.EIO, "gone": errno.ESTALE}

        def fail(*_given):
            if how == "silent":
                self._gate.wait(PATIENCE)
            raise OSError(codes.get(how, errno.EIO), how)

        for method in ("put", "read", "size", "remove"):
            usual = getattr(type(self._store), method).__get__(self._store)
            self._monkeypatch.setattr(self._store, method, fail if how else usual)

    def end(self) -> None:
        self._gate.set()

    def kept(self) -> list[str]:
        folder = self._store._folder
        return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.parent.name != "uploads")


class Bucket(s3.Door):
    """A bucket that can fail, and that others have used before."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(endpoint)
        self.place = f"s3://files/{uuid4().hex}"

    def end(self) -> None:
        """Do nothing: who waits for an answer gives up."""

    def kept(self) -> list[str]:
        from obstore.store import S3Store

        store = S3Store.from_url(self.place, endpoint=self.endpoint, client_options={"allow_http": True})
        return sorted(each["path"] for page in store.list() for each in page)


@pytest.fixture(params=["directory", "s3"])
async def place(request, monkeypatch, tmp_path):
    """Start a server whose store can fail; return it, the store, and alice."""
    monkeypatch.setattr(blobs, "SECONDS", 1.0)
    monkeypatch.setattr(bucket_store, "QUICK", timedelta(seconds=0.5))
    monkeypatch.setattr(bucket_store, "SLOW", timedelta(seconds=0.5))
    monkeypatch.setattr(bucket_store.S3, "patience", 0.0)
    async with AsyncExitStack() as stack:
        settings = {}
        if request.param == "s3":
            door = Bucket(stack.enter_context(s3.bucket()))
            stack.callback(door.close)
            for name, value in s3.variables(door.url).items():
                monkeypatch.setenv(name, value)
            settings = {"file_store": door.place}
        server = await stack.enter_async_context(running(tmp_path, **settings))
        store = door if settings else Folder(server.chat._pipeline.blobs.store, monkeypatch)
        stack.callback(store.end)
        yield server, store, await stack.enter_async_context(connect(server.url, "alice"))


async def counts(server) -> tuple[int, int]:
    """Return how many rows there are, and how many bytes count."""
    number = select(func.count()).select_from(stored.files)
    return await server.chat._pipeline.lookup(lambda db: (db.scalar(number), usage.used(db, usage.EVERYBODY)))


async def ready(server) -> bytes:
    """Return what the server says of itself."""
    return (await get(server.url, "/readyz"))[1]


@pytest.mark.parametrize("how", STATUS)
async def test_a_store_that_fails_is_a_clear_refusal_and_what_came_is_stored_once_it_works_again(place, how):
    server, store, alice = place
    (file,) = (await share(alice, "#lobby", b"before"))["files"]
    before = await counts(server), store.kept()
    path = await begin(alice, CONTENT)
    store.failing = how
    sending, loading = [
        asyncio.create_task(each) for each in (send(alice, path, 0, CONTENT), load(alice, server.url, file))
    ]
    assert (await alice.say("#lobby", "goes on"))["text"] == "goes on"
    status, _, body = await sending
    assert (status, b"unavailable" in body or b"no_space" in body) == (STATUS[how], True)
    assert (await loading)[0] in (503, 507)
    assert b"people cannot share them" in await ready(server)
    store.failing = ""
    store.end()
    assert (await head(alice, path))[0] == 200, "asking stores it"
    message = await alice.say("#lobby", "", files=[path.rpartition("/")[2]])
    assert (await load(alice, server.url, message["files"][0]))[2] == CONTENT
    assert b"files" not in await ready(server)
    await alice.run("message.delete", id=message["id"])
    async with asyncio.timeout(PATIENCE):
        while (await counts(server), store.kept()) != before:
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("how", STATUS)
async def test_what_is_given_up_while_the_store_fails_is_removed_once_it_works_again(place, how):
    server, store, alice = place
    path = await begin(alice, CONTENT)
    store.failing = how
    assert (await send(alice, path, 0, CONTENT))[0] == STATUS[how]
    assert (await request(alice, server.url, "DELETE", path, headers=TUS))[0] == 204
    assert (await head(alice, path))[0] == 404
    store.failing = ""
    store.end()
    chat, which = server.chat._pipeline, path.rpartition("/")[2]
    await removing.REMOVE.run(chat, Job(0, "files.remove", which, None, 1))
    assert (await counts(server), store.kept()) == ((0, 0), [])
    assert not list(chat.blobs.spool.made().iterdir())


async def test_what_reaches_the_store_after_it_was_given_up_is_removed_a_day_later(place, monkeypatch):
    server, store, alice = place
    chat = server.chat._pipeline
    put, late, arrived = chat.blobs.store.put, threading.Event(), threading.Event()

    def slow(key, file, moved):
        content = file.read_bytes()
        late.wait(PATIENCE)
        file.with_name(f"{key}.late").write_bytes(content)
        put(key, file.with_name(f"{key}.late"), moved=lambda: None)
        file.with_name(f"{key}.late").unlink()
        arrived.set()

    monkeypatch.setattr(chat.blobs.store, "put", slow)
    path = await begin(alice, CONTENT)
    key = chat.blobs.own_key(path.rpartition("/")[2])
    assert (await send(alice, path, 0, CONTENT))[0] == 503
    assert (await request(alice, server.url, "DELETE", path, headers=TUS))[0] == 204
    late.set()
    await asyncio.to_thread(arrived.wait, PATIENCE)
    assert len(store.kept()) == 1 and await counts(server) == (0, 0)
    due = select(jobs.c.due_at).where(jobs.c.kind == removing.AGAIN.name, jobs.c.key == key)
    at = await chat.lookup(lambda db: db.scalar(due))
    assert clock.later(timedelta(hours=23)) < at <= clock.later(timedelta(days=1))
    await removing.AGAIN.run(chat, Job(0, removing.AGAIN.name, key, None, 0))
    assert store.kept() == []


async def test_one_address_that_stores_slowly_leaves_turns_to_others(place, monkeypatch):
    """As do hundreds of its downloads: see tests/test_fair_queue.py."""
    server, _, _ = place
    files, waiting, gate = server.chat._pipeline.blobs, [], threading.Event()
    put = files.store.put

    def slow(key, file, moved):
        if key.startswith("slow"):
            waiting.append(key)
            gate.wait(PATIENCE)
        else:
            put(key, file, moved)

    monkeypatch.setattr(blobs, "SECONDS", PATIENCE)
    monkeypatch.setattr(files.store, "put", slow)
    file = files.spool.made() / "file"
    file.write_bytes(b"x")
    storing = [asyncio.create_task(files.put("192.0.2.1", f"slow{number}", file)) for number in range(10)]
    try:
        await files.put("192.0.2.2", "quick", file)
        assert await files.ask("192.0.2.2", files.store.size, "quick") == 1
        assert len(waiting) <= blobs.PUTS_OF_ONE and not any(each.done() for each in storing)
    finally:
        gate.set()
    await asyncio.gather(*storing)
    assert len(waiting) == len(storing)


async def test_a_data_directory_that_cannot_be_made_is_no_file_that_is_gone(caplog):
    files = blobs.Blobs(Settings(data="/proc/nowhere"))
    with pytest.raises(Unavailable):
        await files.run(files.spool.write, str(uuid4()), 0, CONTENT)
    assert "the data directory cannot be made" in caplog.text
    assert "people cannot share them" in files.degraded()["files"]

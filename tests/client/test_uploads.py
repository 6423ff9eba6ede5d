"""Uploading by the Python client, also while the server restarts."""

from __future__ import annotations

import asyncio
import errno
import os
import sqlite3

import pytest

from chatrooms import Chatrooms, Settings
from chatrooms.client import Client, Closed, Refused, uploads
from chatrooms.client.outbox import SCHEMA, Outbox
from chatrooms.client.uploads import PIECE
from tests.client.waiting import PATIENCE
from tests.features.files import load
from tests.people import connect
from tests.processes import started
from tests.servers import QUICK, running, serving

CONTENT = os.urandom(3_000_000)


@pytest.fixture
def file(tmp_path):
    (tmp_path / "holiday.bin").write_bytes(CONTENT)
    return tmp_path / "holiday.bin"


async def test_a_file_is_uploaded_and_posted(server, file):
    async with Client(server.url, username="uma") as uma, connect(server.url, "uma", token=uma.token) as again:
        message = await uma.post("uma", files=[await uma.upload(file), await uma.upload(str(file), name="b.bin")])
        assert [each["name"] for each in message["files"]] == ["holiday.bin", "b.bin"]
        assert (await load(again, server.url, message["files"][0]))[2] == CONTENT


async def test_people_of_an_application_upload_by_the_token_of_their_handshake(tmp_path, file):
    async def who(handshake):
        bearer = handshake.headers.get("authorization", "").removeprefix("Bearer ")
        return handshake.auth.get("id") or {"s3cret": "ann"}.get(handshake.auth.get("token", bearer))

    chat = Chatrooms(Settings(data=tmp_path / "chat", **QUICK), authenticate=who)
    async with serving(chat, lifespan="on") as url:
        async with Client(url, auth={"token": "s3cret"}) as ann:
            message = await ann.post("#lobby", files=[await ann.upload(file)])
            assert [each["size"] for each in message["files"]] == [len(CONTENT)]
        async with Client(url, auth={"id": "bob"}) as bob:
            with pytest.raises(Refused, match=r"unauthorized: .* give the client one"):
                await bob.upload(file)


async def test_too_large_a_file_is_refused(server, file, tmp_path):
    with (tmp_path / "large").open("wb") as large:
        large.truncate(10**9)
    (tmp_path / "empty").touch()
    async with Client(server.url, username="uri") as uri:
        with pytest.raises(Refused, match="at most 256 MB"):
            await uri.upload(tmp_path / "large")
        with pytest.raises(Refused):
            await uri.upload(tmp_path / "empty")
        with pytest.raises(FileNotFoundError):
            await uri.upload(tmp_path / "missing")


async def test_what_is_no_file_to_read_says_so_at_once(server, tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    async with Client(server.url, username="ula") as ula:
        begun = []
        monkeypatch.setattr(ula, "run", lambda *given, **named: begun.append((given, named)))
        for name, error in (("", IsADirectoryError), ("missing", FileNotFoundError), ("pipe", OSError)):
            with pytest.raises(error):
                await asyncio.wait_for(ula.upload(tmp_path / name), PATIENCE)
        assert begun == []


@pytest.mark.parametrize("how", ["shorter", "unreadable"])
async def test_an_upload_whose_file_fails_meanwhile_raises_at_once_and_is_given_up(tmp_path, file, monkeypatch, how):
    pread, data = os.pread, tmp_path / "chat"

    def failing(opened, size, offset):
        if offset and how == "unreadable":
            raise PermissionError(errno.EACCES, "no more", str(file))
        os.truncate(file, PIECE)
        return pread(opened, size, offset)

    async with running(data) as server, Client(server.url, username="uli") as uli:
        monkeypatch.setattr(uploads.os, "pread", failing)
        with pytest.raises(OSError, match="became shorter" if how == "shorter" else "no more"):
            await asyncio.wait_for(uli.upload(file), PATIENCE)
        monkeypatch.undo()
        assert [each for each in data.glob("files/uploads/*") if each.is_file()] == []


async def test_a_file_that_is_deleted_meanwhile_is_uploaded_all_the_same(server, file, monkeypatch):
    pread = os.pread

    def deleting(opened, size, offset):
        file.unlink(missing_ok=True)
        return pread(opened, size, offset)

    async with Client(server.url, username="ulf") as ulf:
        monkeypatch.setattr(uploads.os, "pread", deleting)
        message = await ulf.post("ulf", files=[await asyncio.wait_for(ulf.upload(file), PATIENCE)])
        monkeypatch.undo()
        assert message["files"][0]["size"] == len(CONTENT)


async def has_begun(data):
    """Wait until the server has some of an upload."""
    async with asyncio.timeout(PATIENCE):
        while not any(each.stat().st_size > 2_000_000 for each in data.glob("files/uploads/*")):
            await asyncio.sleep(0.005)


@pytest.mark.slow
async def test_an_upload_goes_on_after_the_server_was_killed(tmp_path):
    content, file = os.urandom(60_000_000), tmp_path / "large.bin"
    file.write_bytes(content)
    data = tmp_path / "data"
    async with started(data) as first, Client(first.url, username="alice", timeout=2) as alice:
        uploading = asyncio.create_task(alice.upload(file))
        await has_begun(data)
        await first.end(9)
        assert not uploading.done()
        async with started(data, port=first.port) as second:
            message = await alice.post("alice", files=[await uploading])
            async with connect(second.url, "alice", token=alice.token) as again:
                assert (await load(again, second.url, message["files"][0]))[2] == content


@pytest.mark.parametrize("how", ["closed", "cancelled", "both"])
async def test_an_upload_ends_with_its_client_though_the_server_is_away(tmp_path, how):
    file = tmp_path / "large.bin"
    file.write_bytes(bytes(60_000_000))
    data = tmp_path / "data"
    async with started(data) as server, Client(server.url, username="alice", timeout=2) as alice:
        uploading = asyncio.create_task(alice.upload(file))
        await has_begun(data)
        async with asyncio.timeout(PATIENCE):
            await server.end(9)
            if how != "closed":
                uploading.cancel()
            if how != "cancelled":
                await alice.close()
            with pytest.raises(Closed if how == "closed" else asyncio.CancelledError):
                await uploading
            assert how == "cancelled" or not alice._uploads._running


async def test_an_outbox_keeps_what_messages_are_besides_their_text_and_one_of_an_earlier_version_opens(tmp_path):
    path = tmp_path / "outbox"
    with sqlite3.connect(path) as old:
        old.execute(SCHEMA)
        old.execute("INSERT INTO outbox VALUES (1, 'alice', 'x', '#a', 'old', NULL)")
    old.close()
    outbox = Outbox(path, "alice")
    outbox.add("#a", "", id=None, files=["1", "2"])
    outbox.add("#a", "x", id=None, reply_to="y", if_seq=3, confirmed=True)
    outbox.add("#a", "x", id=None, reply_to=None, files=(), if_seq=0, confirmed=False)
    outbox.end(RuntimeError())
    again = Outbox(path, "alice")
    assert [message.also for message in again._waiting.values()] == [
        {},
        {"files": ["1", "2"]},
        {"reply_to": "y", "if_seq": 3, "confirmed": True},
        {"if_seq": 0},
    ]
    again.end(RuntimeError())

"""Uploads by tus: in pieces, after lost connections and killed servers, one sender at a time, and bounded."""

from __future__ import annotations

import asyncio
import hashlib
import os
import threading
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp
import pytest

from chatrooms.doors import upload_pieces, uploads
from chatrooms.errors import Conflict, RateLimited
from chatrooms.features.files import removing
from chatrooms.pipeline import job_runner
from chatrooms.storage import blobs
from tests.features.files import PIECE, TUS, begin, head, load, offset, open_piece, picture, request, send, upload
from tests.identity.entering import enter
from tests.people import PATIENCE, connect
from tests.processes import started
from tests.servers import running

CONTENT = os.urandom(3 * upload_pieces.PIECE + 5)


async def stored(person, path, least):
    """Wait until the server has some bytes of an upload, without asking for it, which would end what sends them."""
    spool = person.server.chat._pipeline.blobs.spool
    async with asyncio.timeout(PATIENCE):
        while not spool.path(path.rpartition("/")[2]).exists() or spool.size(path.rpartition("/")[2]) < least:
            await asyncio.sleep(0.01)


@pytest.fixture
async def alice(person, own_server):
    alice = await person("alice")
    alice.server = own_server
    return alice


async def whole(person, path):
    """Post what was uploaded, and return its content."""
    message = await person.say("#lobby", "", files=[path.rpartition("/")[2]])
    return (await load(person, person.url, message["files"][0]))[2]


async def test_the_server_says_what_it_can(own_server):
    status, headers, _ = await request(None, own_server.url, "OPTIONS", "uploads/x")
    assert (status, headers["Tus-Version"], headers["Tus-Max-Size"]) == (204, "1.0.0", "256000000")
    assert headers["Tus-Extension"] == "termination,expiration"


async def test_a_file_comes_in_pieces(alice):
    path = await begin(alice, CONTENT)
    assert await offset(alice, path) == 0
    at = 0
    for size in (1, 1000, upload_pieces.PIECE, 1, len(CONTENT)):
        status, headers, _ = await send(alice, path, at, CONTENT[at : at + size])
        at = min(at + size, len(CONTENT))
        assert (status, headers["Upload-Offset"], headers["Tus-Resumable"]) == (204, str(at), "1.0.0")
        assert await offset(alice, path) == at
    assert await whole(alice, path) == CONTENT


async def test_the_head_says_size_and_expiry(alice):
    path = await begin(alice, CONTENT)
    _, headers = await head(alice, path)
    assert headers["Upload-Length"] == str(len(CONTENT)) and headers["Cache-Control"] == "no-store"
    assert headers["Upload-Expires"].endswith("GMT")
    left = parsedate_to_datetime(headers["Upload-Expires"]) - datetime.now(UTC)
    assert timedelta(minutes=50) < left <= timedelta(hours=1)
    _, headers, _ = await send(alice, path, 0, CONTENT)
    left = parsedate_to_datetime(headers["Upload-Expires"]) - datetime.now(UTC)
    assert timedelta(hours=23) < left <= timedelta(hours=24)


async def test_a_lost_connection_loses_nothing_that_came(alice):
    path = await begin(alice, CONTENT)
    _, writer = await open_piece(alice, path, 0, len(CONTENT))
    writer.write(CONTENT[: upload_pieces.PIECE + 1000])
    await writer.drain()
    await stored(alice, path, upload_pieces.PIECE)
    writer.transport.abort()
    at = await offset(alice, path)
    assert upload_pieces.PIECE <= at <= upload_pieces.PIECE + 1000
    assert (await send(alice, path, at, CONTENT[at:]))[0] == 204
    assert await whole(alice, path) == CONTENT


async def test_whoever_asks_how_much_there_is_ends_a_request_that_seems_to_go_on(alice):
    path = await begin(alice, CONTENT)
    reader, writer = await open_piece(alice, path, 0, len(CONTENT))
    writer.write(CONTENT[: upload_pieces.PIECE])
    await stored(alice, path, upload_pieces.PIECE)
    assert await offset(alice, path) == upload_pieces.PIECE
    assert b" 409 " in await asyncio.wait_for(reader.readline(), PATIENCE)
    writer.close()
    assert (await send(alice, path, upload_pieces.PIECE, CONTENT[upload_pieces.PIECE :]))[0] == 204
    assert await whole(alice, path) == CONTENT


async def test_a_session_that_ends_sends_no_more(alice, person):
    path, code = await begin(alice, CONTENT), (await alice.run("link.create"))["link"]["code"]
    await enter(alice.url, "link", code=code, claim="p" * 43)
    phone = await person("alice", token="p" * 43)
    reader, writer = await open_piece(phone, path, 0, len(CONTENT))
    writer.write(CONTENT[: upload_pieces.PIECE])
    await stored(alice, path, upload_pieces.PIECE)
    await alice.run("session.revoke_others")
    writer.write(CONTENT[upload_pieces.PIECE :])
    assert b" 401 " in await asyncio.wait_for(reader.readline(), PATIENCE)
    writer.close()
    assert await offset(alice, path) < len(CONTENT)


async def test_what_another_server_gives_up_is_not_kept(alice):
    """It does not know of the request that still sends."""
    chat, path = alice.server.chat._pipeline, await begin(alice, CONTENT)
    reader, writer = await open_piece(alice, path, 0, len(CONTENT))
    writer.write(CONTENT[: upload_pieces.PIECE])
    await stored(alice, path, upload_pieces.PIECE)
    assert await removing.give_up(chat, path.rpartition("/")[2])
    writer.write(CONTENT[upload_pieces.PIECE :])
    assert b" 404 " in await asyncio.wait_for(reader.readline(), PATIENCE)
    writer.close()
    assert list(chat.blobs.spool.made().iterdir()) == []


async def test_what_no_upload_needs_goes_before_more_comes(alice, monkeypatch):
    monkeypatch.setattr(removing, "SECONDS_KEPT", -1.0)
    monkeypatch.setattr(uploads, "SECONDS_TO_TIDY", 0.0)
    spool = alice.server.chat._pipeline.blobs.spool
    spool.made()
    for id in ("given up elsewhere", "a picture of it"):
        spool.write(id, 0, b"content")
    spool.beside("a picture of it")
    path = await begin(alice, CONTENT)
    for at in (0, upload_pieces.PIECE):
        assert (await send(alice, path, at, CONTENT[at : at + upload_pieces.PIECE]))[0] == 204
    assert [each.name for each in spool.made().iterdir()] == [path.rpartition("/")[2]]
    assert (await send(alice, path, 2 * upload_pieces.PIECE, CONTENT[2 * upload_pieces.PIECE :]))[0] == 204
    assert await whole(alice, path) == CONTENT


async def test_of_two_pieces_at_one_offset_one_wins(alice):
    path = await begin(alice, CONTENT)
    _, writer = await open_piece(alice, path, 0, len(CONTENT))
    writer.write(CONTENT[: upload_pieces.PIECE])
    await stored(alice, path, upload_pieces.PIECE)
    assert (await send(alice, path, 0, b"other bytes"))[0] == 409
    writer.write(CONTENT[upload_pieces.PIECE :])
    await stored_whole(alice, path)
    writer.close()
    assert await whole(alice, path) == CONTENT
    path = await begin(alice, CONTENT)
    both = await asyncio.gather(*(send(alice, path, 0, CONTENT) for _ in range(2)))
    assert sorted(status for status, _, _ in both) == [204, 409]
    assert await whole(alice, path) == CONTENT


async def stored_whole(person, path):
    """Wait until an upload is complete."""
    which, chat = path.rpartition("/")[2], person.server.chat._pipeline
    from chatrooms.features.files.stored import find

    async with asyncio.timeout(PATIENCE):
        while (await chat.lookup(lambda db: find(db, which)))["size"] is None:
            await asyncio.sleep(0.01)


async def test_a_wrong_request_stores_nothing(alice):
    for headers, body, status in (
        ({"Upload-Offset": "1"}, b"x", 409),
        ({"Upload-Offset": "-1"}, b"x", 400),
        ({"Upload-Offset": "x"}, b"x", 400),
        ({"Upload-Offset": "²"}, b"x", 400),
        ({"Upload-Offset": "9" * 5000}, b"x", 400),
        ({"Upload-Offset": "9" * 18}, b"x", 409),
        ({"Upload-Offset": ""}, b"x", 400),
        ({"Content-Type": "application/json"}, b"x", 415),
        ({"Tus-Resumable": "0.2.2"}, b"x", 412),
        ({}, b"x" * 11, 413),
    ):
        path = await begin(alice, b"0123456789")
        given = {"Upload-Offset": "0"} | PIECE | headers
        got, sent, _ = await request(alice, alice.url, "PATCH", path, data=body, headers=given)
        assert (got, sent["Tus-Resumable"]) == (status, "1.0.0"), headers
        assert await offset(alice, path) == 0
        assert (await send(alice, path, 0, b"0123456789"))[0] == 204


async def test_a_body_without_a_length_that_is_too_long_ends_at_the_size(alice):
    async def endless():
        for _ in range(100):
            yield b"x" * 1000

    path = await begin(alice, b"0123456789")
    assert (await send(alice, path, 0, endless()))[0] == 413
    assert await offset(alice, path) == 0


async def test_others_cannot_even_see_an_upload(alice, person):
    bob, path = await person("bob"), await begin(alice, CONTENT)
    for who, status in ((bob, 404), (None, 401)):
        for method in ("HEAD", "PATCH", "DELETE"):
            headers = PIECE | {"Upload-Offset": "0"}
            assert (await request(who, alice.url, method, path, headers=headers))[0] == status
    assert (await request(alice, alice.url, "HEAD", "uploads/nothing", headers=TUS))[0] == 404
    assert await offset(alice, path) == 0


async def test_an_ended_session_cannot_go_on(alice):
    path = await begin(alice, CONTENT)
    (session,) = (await alice.run("session.list"))["sessions"]
    await alice.run("session.revoke", id=session["id"])
    assert (await send(alice, path, 0, CONTENT))[0] == 401


async def test_a_silent_sender_is_ended_and_blocks_nobody(alice, monkeypatch):
    monkeypatch.setattr(upload_pieces, "SECONDS_OF_SILENCE", 0.2)
    path = await begin(alice, CONTENT)
    reader, writer = await open_piece(alice, path, 0, len(CONTENT))
    writer.write(CONTENT[:99])
    assert b" 409 " in await asyncio.wait_for(reader.readline(), PATIENCE)
    writer.close()
    assert await offset(alice, path) == 99


async def test_few_pieces_at_a_time(alice, monkeypatch):
    monkeypatch.setattr(upload_pieces, "OF_PERSON", 1)
    first, second = [await begin(alice, CONTENT) for _ in range(2)]
    _, writer = await open_piece(alice, first, 0, len(CONTENT))
    writer.write(CONTENT[: upload_pieces.PIECE])
    await stored(alice, first, upload_pieces.PIECE)
    status, headers, _ = await send(alice, second, 0, CONTENT)
    assert (status, headers["Retry-After"]) == (429, "5")
    writer.close()


async def test_few_pieces_of_an_address_at_a_time(alice, person, monkeypatch):
    monkeypatch.setattr(upload_pieces, "OF_ADDRESS", 1)
    bob = await person("bob")
    first, second = await begin(alice, CONTENT), await begin(bob, CONTENT)
    _, writer = await open_piece(alice, first, 0, len(CONTENT))
    writer.write(CONTENT[: upload_pieces.PIECE])
    await stored(alice, first, upload_pieces.PIECE)
    assert (await send(bob, second, 0, CONTENT))[0] == 429
    writer.close()
    await offset(alice, first)
    assert (await send(bob, second, 0, CONTENT))[0] == 204


async def test_addresses_count_apart():
    receivings = upload_pieces.Receivings(None, None, None)
    with ExitStack() as open_ones:
        for number in range(upload_pieces.OF_ADDRESS):
            open_ones.enter_context(receivings.begin(f"{number}", f"guest {number}", "192.0.2.1"))
        with pytest.raises(RateLimited):
            open_ones.enter_context(receivings.begin("more", "guest", "192.0.2.1"))
        open_ones.enter_context(receivings.begin("other", "guest", "192.0.2.2"))


async def test_when_all_places_are_taken_addresses_share_them(monkeypatch):
    monkeypatch.setattr(upload_pieces, "OF_ALL", 6)
    receivings = upload_pieces.Receivings(None, None, None)
    with ExitStack() as open_ones:

        def begin(id: str, network: str) -> upload_pieces.Receiving:
            return open_ones.enter_context(receivings.begin(id, id, network))

        many = [begin(f"many {number}", "192.0.2.1") for number in range(4)]
        few = [begin(f"few {number}", "192.0.2.2") for number in range(2)]
        with pytest.raises(RateLimited):
            begin("another of many", "192.0.2.1")
        begin("new", "192.0.2.3")
        assert [each.stopped for each in many] == [False, False, False, True]
        begin("new again", "192.0.2.3")
        assert [each.stopped for each in many] == [False, False, True, True]
        for network in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
            with pytest.raises(RateLimited):
                begin(f"more of {network}", network)
        assert not any(each.stopped for each in few)


async def test_the_networks_of_one_ipv6_48_leave_places_to_others(monkeypatch):
    monkeypatch.setattr(upload_pieces, "OF_ALL", 4)
    receivings = upload_pieces.Receivings(None, None, None)
    with ExitStack() as open_ones:

        def begin(id: str, network: str) -> upload_pieces.Receiving:
            return open_ones.enter_context(receivings.begin(id, id, network))

        theirs = [begin(f"{number}", f"2001:db8:1:{number}::/64") for number in range(4)]
        begin("new", "192.0.2.1")
        begin("another", "2001:db8:2::/64")
        assert [each.stopped for each in theirs] == [False, False, True, True]
        with pytest.raises(RateLimited):
            begin("more of theirs", "2001:db8:1:9::/64")


async def test_a_sender_that_never_pauses_is_ended_too(alice):
    path = await begin(alice, CONTENT)
    upload = path.rpartition("/")[2]
    room = alice.server.chat._pipeline.blobs

    async def enough(_shares: tuple[str, ...]) -> dict[str, int]:
        return {"": len(CONTENT)}

    class Endless:
        """A request whose next bytes are always there."""

        async def receive(self) -> dict:
            await asyncio.sleep(0)
            return {"type": "http.request", "body": b"x", "more_body": True}

    ended = upload_pieces.Receiving(upload_pieces.Receivings(room, enough, None), upload, "alice", "192.0.2.1")
    sending = asyncio.create_task(ended.receive(Endless(), 0, len(CONTENT), lambda: None))
    await asyncio.sleep(0)
    ended.stop()
    with pytest.raises(Conflict):
        await asyncio.wait_for(sending, PATIENCE)
    assert await offset(alice, path) < len(CONTENT)


async def test_a_full_disk_is_a_clear_answer_and_the_upload_goes_on_later(alice, monkeypatch):
    path = await begin(alice, CONTENT)
    spool = alice.server.chat._pipeline.blobs.spool
    write = spool.write

    def full(id, at, data):
        write(id, at, data[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(spool, "write", full)
    status, _, body = await send(alice, path, 0, CONTENT)
    assert (status, b"no_space" in body) == (507, True)
    monkeypatch.undo()
    assert await offset(alice, path) == 10
    assert (await send(alice, path, 10, CONTENT[10:]))[0] == 204
    assert await whole(alice, path) == CONTENT


async def test_the_database_keeps_some_of_the_disk(alice, monkeypatch):
    monkeypatch.setattr(blobs, "RESERVE", 10**18)
    status, _, body = await send(alice, await begin(alice, CONTENT), 0, CONTENT)
    assert (status, b"no_space" in body) == (507, True)


async def test_the_disk_is_looked_at_before_each_piece(alice, monkeypatch):
    path = await begin(alice, CONTENT)
    reader, writer = await open_piece(alice, path, 0, len(CONTENT))
    writer.write(CONTENT[: upload_pieces.PIECE])
    await stored(alice, path, upload_pieces.PIECE)
    monkeypatch.setattr(blobs, "RESERVE", 10**18)
    writer.write(CONTENT[upload_pieces.PIECE :])
    assert b" 507 " in await asyncio.wait_for(reader.readline(), PATIENCE)
    writer.close()
    assert await offset(alice, path) == upload_pieces.PIECE


async def test_a_store_that_hangs_delays_nothing_else(alice, monkeypatch):
    monkeypatch.setattr(blobs, "SECONDS", 0.3)
    path, message = await begin(alice, CONTENT), await alice.say("#lobby", "", files=[await upload(alice, b"x")])
    store, gate = alice.server.chat._pipeline.blobs.store, threading.Event()
    monkeypatch.setattr(store, "read", lambda *_: gate.wait(PATIENCE))
    monkeypatch.setattr(store, "put", lambda *_: gate.wait(PATIENCE))
    try:
        waiting = [send(alice, path, 0, CONTENT), load(alice, alice.url, message["files"][0])]
        tasks = [asyncio.create_task(each) for each in waiting]
        assert (await alice.say("#lobby", "goes on"))["text"] == "goes on"
        assert [(await task)[0] for task in tasks] == [503, 503]
    finally:
        gate.set()
    monkeypatch.undo()
    assert await offset(alice, path) == len(CONTENT)  # asking finishes it
    assert await whole(alice, path) == CONTENT


async def test_jobs_that_a_store_holds_up_leave_the_others_to_what_needs_none(alice, person, monkeypatch):
    bob, jobs = await person("bob"), removing.JOBS_AT_ONCE + 1
    monkeypatch.setattr(job_runner, "CAPACITY", jobs)
    monkeypatch.setattr(blobs, "SECONDS", 2 * PATIENCE)
    posted = [await alice.say("#lobby", "", files=[await upload(alice, b"x")]) for _ in range(jobs)]
    gate = threading.Event()
    monkeypatch.setattr(alice.server.chat._pipeline.blobs.store, "remove", lambda *_: gate.wait(PATIENCE))
    try:
        for message in posted:
            await alice.run("message.delete", id=message["id"])
        await bob.say("#lobby", "@alice, are you there?")
        await alice.hears(lambda _, data: bool(data.get("inbox")))
        assert not gate.is_set()
    finally:
        gate.set()


async def test_a_store_that_is_gone_is_a_clear_answer(alice, tmp_path):
    message = await alice.say("#lobby", "", files=[await upload(alice, b"x")])
    (path,) = [each for each in (tmp_path / "files").rglob("*") if each.is_file()]
    path.unlink()
    assert (await load(alice, alice.url, message["files"][0]))[0] == 404


async def test_files_and_folders_are_private(alice, tmp_path):
    await upload(alice, picture())
    await send(alice, await begin(alice, CONTENT), 0, CONTENT[:9])
    found = list((tmp_path / "files").rglob("*"))
    assert len([each for each in found if each.is_file()]) == 4
    assert {each.stat().st_mode & 0o777 for each in found if each.is_file()} == {0o600}
    assert {each.stat().st_mode & 0o777 for each in [tmp_path / "files", *found] if each.is_dir()} == {0o700}


async def test_a_page_of_a_listed_origin_can_upload(tmp_path):
    listed = "https://app.example"
    async with running(tmp_path, origins=listed) as server, connect(server.url, "alice") as alice:
        path = await begin(alice, CONTENT)
        asking = {"Origin": listed, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "x"}
        status, headers, _ = await request(None, server.url, "OPTIONS", path, headers=asking)
        assert (status, "PATCH" in headers["Access-Control-Allow-Methods"]) == (200, True)
        status, headers, _ = await request(alice, server.url, "HEAD", path, headers=TUS | {"Origin": listed})
        assert (status, "Upload-Offset" in headers["Access-Control-Expose-Headers"]) == (200, True)


@pytest.mark.slow
async def test_an_upload_goes_on_after_the_server_was_killed(tmp_path):
    content = os.urandom(20 * 1024 * 1024)
    async with started(tmp_path) as first, connect(first.url, "alice") as alice:
        path, token = await begin(alice, content), alice.token
        _, writer = await open_piece(alice, path, 0, len(content))
        writer.write(content[: 12 * 1024 * 1024])
        await writer.drain()
        part = tmp_path / "files" / "uploads" / path.rpartition("/")[2]
        async with asyncio.timeout(PATIENCE):
            while not part.exists() or part.stat().st_size < 5 * 1024 * 1024:
                await asyncio.sleep(0.01)
        await first.end(9)
        writer.close()
    async with started(tmp_path) as second, connect(second.url, "alice", token=token) as alice:
        at = await offset(alice, path)
        assert at >= 5 * 1024 * 1024
        assert (await send(alice, path, at, content[at:]))[0] == 204
        got = await whole(alice, path)
        assert hashlib.sha256(got).digest() == hashlib.sha256(content).digest()


@pytest.mark.slow
async def test_a_complete_upload_that_was_not_looked_at_when_the_server_was_killed_is_then(tmp_path, monkeypatch):
    content = picture(3000, 2000)
    async with started(tmp_path) as first, connect(first.url, "alice") as alice:
        path, token = await begin(alice, content, "a.png"), alice.token
        sending = asyncio.create_task(send(alice, path, 0, content))
        made = tmp_path / "files" / "uploads" / f"{path.rpartition('/')[2]}.made"
        async with asyncio.timeout(PATIENCE):
            while not made.exists():
                await asyncio.sleep(0.001)
        await first.end(9)
        with pytest.raises(aiohttp.ClientError):
            await sending
    async with started(tmp_path) as second, connect(second.url, "alice", token=token) as alice:
        assert await offset(alice, path) == len(content)
        message = await alice.say("#lobby", "", files=[path.rpartition("/")[2]])
        assert message["files"][0]["picture"]["width"] == 3000
        assert not made.exists()

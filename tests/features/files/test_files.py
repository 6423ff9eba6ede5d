"""Files of messages: posted once by their owner, listed in their room, gone with their message."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from chatrooms import clock
from chatrooms.doors import upload_pieces
from chatrooms.features.files import removing, stored
from chatrooms.pipeline.act import APPLICATION
from chatrooms.pipeline.contents import IDLE, MOST_UNFINISHED
from chatrooms.settings import MEGABYTE
from chatrooms.storage import usage
from chatrooms.storage.blobs.spool import Spool
from tests.features.files import TUS, begin, head, load, offset, open_piece, picture, request, send, share, upload
from tests.people import PATIENCE, Refused, connect
from tests.servers import running

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
HELLO = b"hello, world"


@pytest.fixture
def database(request) -> str:
    return "" if request.param == "sqlite" else request.getfixturevalue("created_database")


async def rows(server):
    return await server.chat._pipeline.lookup(lambda db: db.execute(select(stored.files)).mappings().all())


async def used(server, username=""):
    return await server.chat._pipeline.lookup(lambda db: usage.used(db, username))


def contents(tmp_path):
    """Return the names of all files below the folder for files."""
    return sorted(path.name for path in (tmp_path / "files").rglob("*") if path.is_file())


async def gone(server):
    """Wait until the jobs have removed everything."""
    async with asyncio.timeout(PATIENCE):
        while await rows(server):
            await asyncio.sleep(0.02)


async def test_the_text_of_a_message_with_files_can_be_removed_and_no_other(person):
    alice = await person("alice")
    shared = await share(alice, "#lobby", HELLO, "notes.txt", "look")
    edited = (await alice.run("message.edit", id=shared["id"], text=""))["message"]
    assert (edited["text"], edited["files"]) == ("", shared["files"])
    bare = await alice.say("#lobby", "words alone")
    with pytest.raises(Refused, match="invalid: This cannot be empty"):
        await alice.run("message.edit", id=bare["id"], text="")


async def test_a_file_is_seen_live_in_history_in_sync_and_in_the_list(person, own_server):
    alice, bob = await person("alice"), await person("bob")
    message = await share(alice, "#lobby", HELLO, "Notes 1.txt", "look")
    (file,) = message["files"]
    assert file == {
        "id": file["id"],
        "name": "Notes 1.txt",
        "type": "application/octet-stream",
        "size": len(HELLO),
        "url": f"files/{file['id']}/Notes%201.txt",
        "picture": None,
        "duration": None,
    }
    live = await bob.hears_text("look")
    history = (await bob.run("history", room="#lobby"))["messages"]
    sync = await bob.run("sync", revs={}, open=["#lobby"])
    synced = next(change for change in sync["changes"] if change["room"] == "#lobby")["messages"]
    assert live == history[-1] == synced[-1] == message
    about = {"message": message["id"], "seq": message["seq"], "author": "alice", "at": message["at"]}
    assert await bob.run("file.list", room="#lobby") == {"files": [file | about], "more": False}
    assert (await load(bob, own_server.url, file))[2] == HELLO


async def test_a_message_with_files_needs_no_text_and_one_without_does(person):
    alice = await person("alice")
    assert (await share(alice, "#lobby", HELLO))["text"] == ""
    for given in ({"text": ""}, {"text": "", "files": []}, {"files": []}, {}):
        with pytest.raises(Refused, match=r"invalid.*'field': 'text'"):
            await alice.run("message.post", room="#lobby", **given)


async def test_several_files_keep_their_order(person):
    alice = await person("alice")
    ids = [await upload(alice, HELLO, f"{n}.txt") for n in range(10)]
    message = await alice.say("#lobby", "", files=ids[::-1])
    assert [file["id"] for file in message["files"]] == ids[::-1]
    assert (await alice.run("history", room="#lobby"))["messages"][-1]["files"] == message["files"]
    with pytest.raises(Refused, match="invalid"):
        await alice.say("#lobby", "", files=[str(uuid4())] * 11)


async def test_posting_again_posts_once(person):
    alice, id = await person("alice"), str(uuid4())
    file = await upload(alice, HELLO)
    first = await alice.say("#lobby", "x", id=id, files=[file])
    assert await alice.say("#lobby", "x", id=id, files=[file]) == first
    together = await asyncio.gather(*(alice.say("#lobby", "x", id=id, files=[file]) for _ in range(3)))
    assert together == [first] * 3
    with pytest.raises(Refused, match="conflict"):
        await alice.say("#lobby", "again", files=[file])


async def test_only_ones_own_complete_unposted_files_can_be_posted(person):
    alice, bob = await person("alice"), await person("bob")
    whole, path = await upload(alice, HELLO), await begin(alice, HELLO)
    part = path.rpartition("/")[2]
    await send(alice, path, 0, HELLO[:5])
    for who, files, code in (
        (bob, [whole], "not_found"),
        (alice, [str(uuid4())], "not_found"),
        (alice, [part], "conflict"),
        (alice, [whole, whole], "invalid"),
        (alice, [whole, part], "conflict"),
        (alice, ["x"], "invalid"),
    ):
        with pytest.raises(Refused, match=f"{code}.*files"):
            await who.say("#lobby", "x", files=files)
    assert not bob.texts() and not alice.texts()
    assert (await alice.say("#lobby", "x", files=[whole]))["files"]


async def test_deleting_a_message_makes_its_files_unreachable_at_once_and_removes_them(person, own_server, tmp_path):
    alice = await person("alice")
    message = await share(alice, "#lobby", picture(), "a.png", "look")
    (file,) = message["files"]
    assert len(contents(tmp_path)) == 3 and await used(own_server, "alice")
    deleted = (await alice.run("message.delete", id=message["id"]))["message"]
    assert deleted["files"] == []
    for query in ("", "?size=small", "?size=large"):
        assert (await load(alice, own_server.url, file, query))[0] == 404
    assert (await alice.run("file.list", room="#lobby"))["files"] == []
    await gone(own_server)
    assert contents(tmp_path) == []
    assert (await used(own_server, "alice"), await used(own_server)) == (0, 0)


async def test_an_edit_keeps_the_files(person):
    alice = await person("alice")
    message = await share(alice, "#lobby", HELLO, text="x")
    edited = (await alice.run("message.edit", id=message["id"], text="y"))["message"]
    assert edited["files"] == message["files"]


async def test_what_is_not_posted_within_a_day_is_removed(person, own_server, tmp_path):
    alice = await person("alice")
    old, path = await upload(alice, HELLO), await begin(alice, HELLO)
    await send(alice, path, 0, HELLO[:5])
    posted = await share(alice, "#lobby", HELLO, text="stays")
    long_ago = update(stored.files).values(at=clock.ago(days=1, minutes=1))
    chat = own_server.chat._pipeline
    await chat.change(lambda act: act.db.execute(long_ago) and None, APPLICATION)
    new = await upload(alice, HELLO)
    await removing.SWEEP.run(chat, None)
    assert {row["id"] for row in await rows(own_server)} == {new, posted["files"][0]["id"]}
    assert [each.partition(".")[0] for each in contents(tmp_path)] == sorted([new, posted["files"][0]["id"]])
    assert await used(own_server) == 2 * len(HELLO)
    assert (await head(alice, path))[0] == 404
    with pytest.raises(Refused, match="not_found"):
        await alice.say("#lobby", "x", files=[old])


async def test_a_file_that_is_posted_while_old_ones_are_removed_stays(person, own_server, monkeypatch):
    alice = await person("alice")
    file = await upload(alice, HELLO)
    chat = own_server.chat._pipeline
    long_ago = update(stored.files).values(at=clock.ago(days=2))
    await chat.change(lambda act: act.db.execute(long_ago) and None, APPLICATION)
    found = removing._ids

    async def posting(*given):
        ids = await found(*given)
        if ids and not alice.texts():
            await alice.say("#lobby", "just in time", files=[file])
            await alice.settled()
        return ids

    monkeypatch.setattr(removing, "_ids", posting)
    await removing.SWEEP.run(chat, None)
    assert (await load(alice, own_server.url, alice.rows("messages")[-1]["files"][0]))[2] == HELLO


async def test_an_upload_that_is_given_up_leaves_nothing(person, own_server, tmp_path):
    alice, bob = await person("alice"), await person("bob")
    path = await begin(alice, HELLO)
    await send(alice, path, 0, HELLO[:5])
    assert (await request(bob, own_server.url, "DELETE", path, headers=TUS))[0] == 404
    assert (await request(alice, own_server.url, "DELETE", path, headers=TUS))[0] == 204
    assert (await head(alice, path))[0] == 404
    assert (await rows(own_server), contents(tmp_path), await used(own_server)) == ([], [], 0)
    message = await share(alice, "#lobby", HELLO)
    posted = f"uploads/{message['files'][0]['id']}"
    assert (await request(alice, own_server.url, "DELETE", posted, headers=TUS))[0] == 409
    assert await offset(alice, posted) == len(HELLO)


async def test_the_files_of_a_room_come_in_pages_of_whole_messages(person):
    alice = await person("alice")
    ids = []
    for _ in range(11):
        files = [await upload(alice, HELLO) for _ in range(10)]
        ids.append((await alice.say("#lobby", "", files=files))["id"])
    first = await alice.run("file.list", room="#lobby")
    assert first["more"] and [file["message"] for file in first["files"][::10]] == ids[:0:-1]
    rest = await alice.run("file.list", room="#lobby", after=first["files"][-1]["seq"])
    assert not rest["more"] and {file["message"] for file in rest["files"]} == {ids[0]}


@pytest.mark.parametrize(
    ("setting", "size", "code"),
    [
        ({"file_size": 1}, MEGABYTE + 1, "too_large"),
        ({"file_size": 0}, 1, "too_large"),
        ({"file_quota": 1}, MEGABYTE + 1, "no_space"),
        ({"file_space": 1}, MEGABYTE + 1, "no_space"),
    ],
)
async def test_too_large_a_file_is_refused_before_it_is_sent(tmp_path, database, setting, size, code):
    async with running(tmp_path, database=database, **setting) as server, connect(server.url, "alice") as alice:
        with pytest.raises(Refused, match=code):
            await alice.run("file.begin", name="x", size=size)
        assert await rows(server) == []


async def test_the_quota_is_shown_before_it_is_hit_and_counts_everything(tmp_path, database):
    limits = {"file_size": 1, "file_quota": 2, "file_space": 3, "file_share": 100}
    async with running(tmp_path, database=database, **limits) as server, connect(server.url, "alice") as alice:
        about = {"largest": MEGABYTE, "quota": 2 * MEGABYTE}
        assert await alice.run("file.space") == about | {"used": 0}
        for _ in range(2):
            await alice.run("file.begin", name="x", size=MEGABYTE)
        assert await alice.run("file.space") == about | {"used": 2 * MEGABYTE}
        with pytest.raises(Refused, match="You have only 0 of 2 MB"):
            await alice.run("file.begin", name="x", size=1)


async def test_what_is_announced_takes_no_space_of_others_until_it_arrives(tmp_path, database):
    limits = {"file_size": 1, "file_quota": 20, "file_space": 2, "file_share": 100}
    content = b"x" * MEGABYTE
    async with (
        running(tmp_path, database=database, **limits) as server,
        connect(server.url, "alice") as alice,
        connect(server.url, "bob") as bob,
    ):
        announced = [await begin(alice, content) for _ in range(10)]
        assert await used(server) == 0
        await upload(bob, content)
        await send(alice, announced[0], 0, content[: MEGABYTE // 2])
        assert (await used(server), await used(server, "alice")) == (MEGABYTE * 3 // 2, MEGABYTE // 2)
        status, _, body = await send(alice, announced[1], 0, content)
        assert (status, b"no_space" in body) == (507, True)
        assert (await send(alice, announced[0], MEGABYTE // 2, content[MEGABYTE // 2 :]))[0] == 204
        assert await used(server) == 2 * MEGABYTE
        with pytest.raises(Refused, match="This server has only 0 of 2 MB"):
            await bob.run("file.begin", name="x", size=1)
        for path in announced:
            assert (await request(alice, server.url, "DELETE", path, headers=TUS))[0] == 204
        assert (await used(server), await used(server, "alice")) == (MEGABYTE, 0)


async def test_few_uploads_of_a_person_are_unfinished(person, own_server):
    alice, bob = await person("alice"), await person("bob")
    paths = [await begin(alice, HELLO) for _ in range(MOST_UNFINISHED)]
    with pytest.raises(Refused, match=r"rate_limited.*unfinished"):
        await begin(alice, HELLO)
    await begin(bob, HELLO)
    await send(alice, paths[0], 0, HELLO)
    await begin(alice, HELLO)
    await request(alice, own_server.url, "DELETE", paths[1], headers=TUS)
    await begin(alice, HELLO)


async def test_an_upload_without_progress_for_an_hour_is_dropped(person, own_server, tmp_path):
    alice = await person("alice")
    chat = own_server.chat._pipeline
    silent, stopped, going, new = [await begin(alice, HELLO) for _ in range(4)]
    for path in (stopped, going):
        await send(alice, path, 0, HELLO[:5])
    whole, began = await upload(alice, HELLO), stored.files.c.id != new.rpartition("/")[2]
    long_ago = update(stored.files).where(began).values(at=clock.ago(hours=2))
    an_hour_ago = clock.ago(seconds=IDLE.total_seconds() + 1)
    since = update(stored.files).where(stored.files.c.id == stopped.rpartition("/")[2]).values(progress_at=an_hour_ago)
    await chat.change(lambda act: [act.db.execute(each) for each in (long_ago, since)] and None, APPLICATION)
    await removing.SWEEP.run(chat, None)
    assert {row["id"] for row in await rows(own_server)} == {*(p.rpartition("/")[2] for p in (going, new)), whole}
    assert [(await head(alice, path))[0] for path in (silent, stopped, going, new)] == [404, 404, 200, 200]
    assert await used(own_server) == 5 + len(HELLO)


async def test_an_empty_file_and_a_negative_one_are_refused(person):
    alice = await person("alice")
    for size in (0, -1, 1.5, "1", None):
        with pytest.raises(Refused, match=r"invalid.*size"):
            await alice.run("file.begin", name="x", size=size)


async def test_an_upload_goes_on_for_hours_if_the_database_says_that_bytes_come_whichever_server_has_them(
    person, own_server, monkeypatch, tmp_path
):
    monkeypatch.setattr(upload_pieces, "SECONDS_TO_COUNT", 0)
    alice, content = await person("alice"), b"x" * (upload_pieces.PIECE + 9)
    path, chat = await begin(alice, content), own_server.chat._pipeline
    _, writer = await open_piece(alice, path, 0, len(content))
    for at in (0, 5):
        writer.write(content[at : at + 5])
        async with asyncio.timeout(PATIENCE):
            while (await rows(own_server))[0]["charged"] < at + 5:
                await asyncio.sleep(0.01)
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(chat.blobs, "spool", Spool(tmp_path / "other", tmp_path))
            await removing.SWEEP.run(chat, None)
        (row,) = await rows(own_server)
        assert row["progress_at"] > clock.ago(minutes=1)
        long_ago = update(stored.files).values(at=clock.ago(hours=2), progress_at=clock.ago(minutes=50))
        await chat.change(lambda act, long_ago=long_ago: act.db.execute(long_ago) and None, APPLICATION)
    writer.close()

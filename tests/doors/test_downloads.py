"""Files over HTTP: only for those who can read a message that carries them, safe to show, and in ranges."""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack

import aiohttp
import pytest

from chatrooms.doors import downloads
from chatrooms.errors import Unavailable
from chatrooms.storage import blobs
from tests.doors import post
from tests.features.files import PIECE, begin, load, picture, request, share, upload
from tests.people import connect
from tests.servers import running

CONTENT = bytes(range(256)) * 4
CANARY = b"canary-5e1f"


async def test_only_members_get_a_file_and_only_while_they_are(alice, bob, carol, mallory, staff, own_server):
    file = (await share(alice, staff, picture() + CANARY, "canary-5e1f.png"))["files"][0]
    plain = (await share(alice, staff, CANARY, "canary-5e1f.txt"))["files"][0]
    urls = [(file, query) for query in ("", "?size=small", "?size=large")] + [(plain, "")]
    missing = {**plain, "url": "files/3f1c5b0e-0000-4000-8000-000000000001/x"}
    for each, query in urls:
        assert (await load(alice, own_server.url, each, query))[0] == 200
        assert (await load(bob, own_server.url, each, query))[0] == 200
        for outsider in (carol, mallory):
            refused = await load(outsider, own_server.url, each, query)
            assert refused[0] == 404
            assert refused[2] == (await load(outsider, own_server.url, missing))[2]
        assert (await load(None, own_server.url, each, query))[0] == 401
    await bob.run("room.remove", room=staff, username="alice")
    etag = f'"{plain["id"]}"'
    for each, query in urls:
        assert (await load(alice, own_server.url, each, query))[0] == 404  # her own, and what she has kept
        assert (await load(alice, own_server.url, each, query, **{"If-None-Match": etag}))[0] == 404


async def test_no_byte_of_a_private_file_reaches_others(alice, bob, carol, mallory, staff, own_server):
    await share(alice, staff, CANARY, "canary-5e1f.txt", "x")
    await share(alice, "bob", CANARY, "canary-5e1f.txt", "x")
    for outsider in (carol, mallory):
        for room in (staff, "alice+bob"):
            for command in ("history", "file.list"):
                answer = await post(
                    own_server.url,
                    f"/api/{command}",
                    {"room": room},
                    headers={"Authorization": f"Bearer {outsider.token}"},
                )
                assert CANARY.decode() not in str(answer)
        await outsider.run("sync", revs={}, open=[staff])
        await outsider.settled()
        assert CANARY.decode() not in str(outsider.heard)


async def test_someone_who_joins_later_gets_what_was_posted_before_and_who_leaves_does_not(alice, bob, own_server):
    await alice.run("room.create", name="#open")
    file = (await share(alice, "#open", CONTENT))["files"][0]
    assert (await load(bob, own_server.url, file))[0] == 404
    await bob.run("room.join", room="#open")
    assert (await load(bob, own_server.url, file))[0] == 200
    await bob.run("room.leave", room="#open")
    assert (await load(bob, own_server.url, file))[0] == 404


async def test_a_file_that_is_not_posted_is_nobodys_to_load(alice, own_server):
    id = await upload(alice, CONTENT)
    assert (await load(alice, own_server.url, {"url": f"files/{id}/x"}))[0] == 404


async def test_the_session_that_was_ended_gets_no_file(alice, own_server):
    file = (await share(alice, "#lobby", CONTENT))["files"][0]
    (session,) = (await alice.run("session.list"))["sessions"]
    await alice.run("session.revoke", id=session["id"])
    assert (await load(alice, own_server.url, file))[0] == 401


@pytest.mark.parametrize("what", ["session", "membership", "message", "store"])
async def test_who_may_not_have_a_file_any_more_gets_the_rest_of_it_no_more(
    alice, person, own_server, monkeypatch, caplog, what
):
    bob = await person("bob")
    await alice.run("room.create", name="#den")
    await bob.run("room.join", room="#den")
    message = await share(alice, "#den", bytes(3 * blobs.PIECE))
    (session,) = (await bob.run("session.list"))["sessions"]
    stored, sent = own_server.chat._pipeline.blobs, []
    read = stored.read

    async def end() -> None:
        match what:
            case "session":
                await bob.run("session.revoke", id=session["id"])
            case "membership":
                await alice.run("room.remove", room="#den", username="bob")
            case "message":
                await alice.run("message.delete", id=message["id"])
            case _:
                raise Unavailable

    async def reading(*asked):
        async for piece in read(*asked):
            yield piece
            sent.append(piece)
            if len(sent) == 1:
                await end()

    monkeypatch.setattr(stored, "read", reading)
    monkeypatch.setattr(downloads, "SECONDS_TO_ASK_AGAIN", 0.0)
    with pytest.raises(aiohttp.ClientError):
        await load(bob, own_server.url, message["files"][0])
    assert len(sent) == 1
    ours = [record for record in caplog.records if record.name.startswith("chatrooms") or record.exc_info]
    assert not [record for record in ours if record.levelno >= logging.WARNING]


@pytest.mark.parametrize(
    ("content", "kind", "shown"),
    [
        (picture(), "image/png", "inline"),
        (b"ID3\x03" + CONTENT, "audio/mpeg", "inline"),
        (b"\0\0\0\x20ftypisom" + CONTENT, "video/mp4", "inline"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "application/octet-stream", "attachment"),
        (b"<html><script>alert(1)</script>", "application/octet-stream", "attachment"),
        (b"%PDF-1.7", "application/octet-stream", "attachment"),
    ],
)
async def test_browsers_show_only_what_is_safe_and_in_a_sandbox(alice, own_server, content, kind, shown):
    file = (await share(alice, "#lobby", content, 'ä"%\n\u202eb.png'))["files"][0]
    status, headers, _ = await load(alice, own_server.url, file)
    assert (status, headers["Content-Type"], headers["X-Content-Type-Options"]) == (200, kind, "nosniff")
    policy = headers["Content-Security-Policy"].split("; ")
    assert {"sandbox", "default-src 'none'"} <= set(policy)
    disposition = headers["Content-Disposition"]
    assert disposition.startswith(f'{shown}; filename="__')
    assert "filename*=UTF-8''%C3%A4_%25%20b.png" in disposition
    assert headers["Cache-Control"] == "private, no-cache" and headers["Cross-Origin-Resource-Policy"] == "same-origin"


RANGES = {
    None: (200, 0, 1024),
    "bytes=0-": (206, 0, 1024),
    "bytes=0-0": (206, 0, 1),
    "bytes=1000-": (206, 1000, 1024),
    "bytes=10-19": (206, 10, 20),
    "bytes=10-9999": (206, 10, 1024),
    "bytes=-24": (206, 1000, 1024),
    "bytes=-9999": (206, 0, 1024),
    "bytes=1024-": (416, 0, 0),
    "bytes=9999-10000": (416, 0, 0),
    "bytes=-0": (416, 0, 0),
    "bytes=20-10": (200, 0, 1024),
    "bytes=0-1,3-4": (200, 0, 1024),
    "bytes=": (200, 0, 1024),
    "bytes=-": (200, 0, 1024),
    "bytes=x-y": (200, 0, 1024),
    "lines=0-1": (200, 0, 1024),
    "Bytes=0-1": (206, 0, 2),
    "bytes=" + "9" * 100 + "-": (416, 0, 0),
    "bytes=" + "9" * 5000 + "-": (416, 0, 0),
    "bytes=1-" + "9" * 5000: (206, 1, 1024),
    "bytes=-" + "9" * 5000: (206, 0, 1024),
}


@pytest.fixture(scope="module")
async def shared(tmp_path_factory):
    async with running(tmp_path_factory.mktemp("ranges")) as server, AsyncExitStack() as stack:
        alice = await stack.enter_async_context(connect(server.url, "alice"))
        yield alice, (await share(alice, "#lobby", CONTENT))["files"][0]


@pytest.mark.parametrize("asked", RANGES)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_range_is_sent_as_the_standard_says(shared, asked, method):
    alice, file = shared
    status, start, end = RANGES[asked] if method == "GET" else RANGES[None]
    headers = {"Range": asked} if asked else {}
    got, sent, body = await request(alice, alice.url, method, file["url"], headers=headers)
    assert (got, sent["Accept-Ranges"]) == (status, "bytes")
    if status == 416:
        assert (sent["Content-Range"], body) == ("bytes */1024", b"")
        return
    assert body == (CONTENT[start:end] if method == "GET" else b"")
    assert sent["Content-Length"] == str(end - start)
    assert sent.get("Content-Range") == (f"bytes {start}-{end - 1}/1024" if status == 206 else None)


async def test_what_a_browser_has_is_not_sent_again_but_asked_for(shared):
    alice, file = shared
    _, headers, _ = await load(alice, alice.url, file)
    for held, status in ((headers["ETag"], 304), (f'"a,b", W/{headers["ETag"]}', 304), (f'"{headers["ETag"]}', 200)):
        again = await load(alice, alice.url, file, **{"If-None-Match": held})
        assert (again[0], again[2]) == (status, b"" if status == 304 else CONTENT)
    for etag, status in ((headers["ETag"], 206), ('"other"', 200)):
        assert (await load(alice, alice.url, file, **{"Range": "bytes=0-1", "If-Range": etag}))[0] == status


async def test_the_address_says_which_of_the_people_in_a_browser_asks(own_server):
    cookies = []
    for name in ("alice", "bob"):
        _, _, headers = await post(own_server.url, "/api/session.join", {"username": name})
        cookies.append(headers["Set-Cookie"].partition(";")[0])
    jar = {"Cookie": "; ".join(cookies)}
    async with connect(own_server.url, "alice", auth={"username": "alice"}, headers=dict(jar)) as alice:
        path = await begin(alice, b"abcd") + "?as=alice"
        piece = jar | PIECE | {"Upload-Offset": "0"}
        assert (await request(None, own_server.url, "PATCH", path, data=b"abcd", headers=piece))[0] == 204
        message = await alice.say("alice", "", files=[path.partition("?")[0].rpartition("/")[2]])
        (file,) = message["files"]
        for query, status in (("?as=alice", 200), ("?as=bob", 404), ("?as=carol", 401), ("", 401)):
            assert (await load(None, own_server.url, file, query, **jar))[0] == status
        for foreign in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            assert (await load(None, own_server.url, file, "?as=alice", **jar, **foreign))[0] == 401


async def test_loading_is_limited(tmp_path):
    async with running(tmp_path, rate_download="2/hour") as server, connect(server.url, "alice") as alice:
        file = (await share(alice, "#lobby", CONTENT))["files"][0]
        codes = [(await load(alice, server.url, file))[0] for _ in range(3)]
        assert codes == [200, 200, 429]


@pytest.mark.parametrize("path", ["files/%00/x", "files/people/%00/x", "files/rooms/%00/x", "files/previews/x/%00"])
async def test_there_is_nothing_whose_name_a_database_cannot_hold(alice, own_server, caplog, path):
    status, _, body = await request(alice, own_server.url, "GET", path)
    assert (status, b"not_found" in body) == (404, True)
    assert "failed" not in caplog.text

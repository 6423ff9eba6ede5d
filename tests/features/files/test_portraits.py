"""Pictures of people and rooms: square, in two sizes, at an address that is new with each, and gone when replaced."""

from __future__ import annotations

import pytest

from chatrooms.errors import Invalid, NotFound
from chatrooms.pipeline.chat import NOBODY
from tests.features.files import begin, load, opened, picture, send, upload
from tests.people import Refused

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


async def square(person, **how) -> str:
    """Upload a square picture and return its id."""
    return await upload(person, picture(**how), "me.png", square=True)


def address(whose: str, row: dict, size: str = "") -> dict:
    name = row["username"] if whose == "people" else row["name"].removeprefix("#")
    return {"url": f"files/{whose}/{name}/{row['picture']}" + (f"?size={size}" if size else "")}


async def test_a_picture_of_a_person_reaches_those_who_see_them(alice, bob, own_server):
    await bob.run("presence.watch", usernames=["alice"])
    user = (await alice.run("user.picture", file=await square(alice, width=600, height=300)))["user"]
    heard = await bob.hears(lambda event, data: event == "signal" and data["type"] == "profile")
    assert heard["data"]["picture"] == user["picture"]
    assert (await bob.run("user.get", username="alice"))["user"] == user
    assert alice.rows("users")[-1]["picture"] == user["picture"]
    for size, side in (("", 512), ("large", 512), ("small", 128)):
        status, headers, body = await load(bob, own_server.url, address("people", user, size))
        assert (status, headers["Content-Type"], opened(body).size) == (200, "image/webp", (side, side))
        assert headers["Cache-Control"] == "private, max-age=604800, immutable"
    assert opened(body).convert("RGB").getpixel((3, 64))[0] > 200, "red at its left"
    assert opened(body).convert("RGB").getpixel((124, 64))[2] > 200, "the middle was kept"


async def test_another_picture_replaces_one_and_its_bytes_go(alice, own_server, tmp_path):
    first = (await alice.run("user.picture", file=await square(alice)))["user"]
    second = (await alice.run("user.picture", file=await square(alice, kind="JPEG")))["user"]
    assert second["picture"] != first["picture"] and second["rev"] > first["rev"]
    assert (await load(alice, own_server.url, address("people", first)))[0] == 404
    assert (await load(alice, own_server.url, address("people", second)))[0] == 200
    assert (await alice.run("user.picture", file=second["picture"]))["user"] == second
    gone = (await alice.run("user.picture", file=None))["user"]
    assert gone["picture"] is None
    assert (await load(alice, own_server.url, address("people", second)))[0] == 404
    jobs = own_server.chat._features.jobs
    await jobs["files.sweep"].run(own_server.chat._pipeline, None)
    while [each for each in (tmp_path / "files").rglob("*") if each.is_file()]:
        await alice.run("file.space")
    while (await alice.run("file.space"))["used"]:
        pass


async def test_the_application_gives_a_picture_and_the_same_again_changes_nothing(alice, own_server):
    give, mine = own_server.chat.set_picture, picture(width=600, height=300)

    async def now():
        return (await alice.run("user.me"))["user"]

    await give("alice", mine)
    given = await now()
    status, _, body = await load(alice, own_server.url, address("people", given))
    assert (status, opened(body).size) == (200, (512, 512))
    await give("alice", mine)
    for wrong in (b"no picture", b""):
        with pytest.raises(Invalid):
            await give("alice", wrong)
    assert await now() == given
    await give("alice", picture(kind="JPEG"))
    assert (await now())["picture"] not in (None, given["picture"])
    await give("alice", None)
    assert (await now())["picture"] is None
    with pytest.raises(NotFound):
        await give("nobody", mine)
    await own_server.chat.disconnect("alice")
    await give("alice", mine)
    assert (await own_server.chat.run("user.get", {"username": "alice"}))["user"]["picture"]


async def test_a_picture_in_use_outlives_what_nobody_uses(alice, own_server):
    user = (await alice.run("user.picture", file=await square(alice)))["user"]
    old = "UPDATE files SET at = '2020-01-01T00:00:00.000Z'"
    await own_server.chat._pipeline.change(lambda act: act.db.exec_driver_sql(old), NOBODY)
    await own_server.chat._features.jobs["files.sweep"].run(own_server.chat._pipeline, None)
    assert (await load(alice, own_server.url, address("people", user)))[0] == 200
    await alice.run("user.picture", file=None)
    with pytest.raises(Refused, match="not_found"):
        await alice.run("user.picture", file=user["picture"])


async def test_a_picture_of_a_room_is_for_those_who_may_see_the_room(alice, bob, carol, staff, own_server):
    new = await square(bob)
    row = (await bob.run("room.picture", room=staff, file=new))["room"]
    change = await alice.hears(lambda _, data: any(each["picture"] for each in data.get("rooms", ())))
    assert change["room"] == staff
    statuses = [(await load(who, own_server.url, address("rooms", row)))[0] for who in (bob, alice, carol, None)]
    assert statuses == [200, 200, 404, 401]
    await bob.run("room.update", room=staff, access="open")
    assert (await load(carol, own_server.url, address("rooms", row)))[0] == 200
    for other in ("staff/x", "nothing/x", "lobby/x", "%23staff/x", "staff%2F1/x", f"../people/bob/{new}"):
        assert (await load(bob, own_server.url, {"url": f"files/rooms/{other}"}))[0] == 404
    assert (await load(bob, own_server.url, address("rooms", row, "huge")))[0] == 404


async def test_only_an_own_whole_square_picture_that_nobody_uses_can_be_one(alice, bob, staff):
    mine, posted = await square(alice), await upload(alice, picture(), "a.png")
    unfinished = (await begin(alice, picture(), "a.png", square=True)).rpartition("/")[2]
    for file, code in ((posted, "invalid"), (unfinished, "conflict"), (await square(bob), "not_found")):
        with pytest.raises(Refused, match=code):
            await alice.run("user.picture", file=file)
    with pytest.raises(Refused, match="forbidden"):
        await alice.run("room.picture", room=staff, file=mine)
    with pytest.raises(Refused, match="invalid"):
        await alice.say("#lobby", "", files=[mine])
    await alice.run("user.picture", file=mine)
    await alice.run("room.create", name="#own")
    with pytest.raises(Refused, match="conflict"):
        await alice.run("room.picture", room="#own", file=mine)


@pytest.mark.parametrize("content", [b"<svg/>", b"hello", b"GIF89a<script>", picture()[:60]])
async def test_what_is_no_picture_is_refused_and_not_kept(alice, content, tmp_path):
    path = await begin(alice, content, "a.png", square=True)
    status, _, body = await send(alice, path, 0, content)
    assert (status, b"picture" in body) == (400, True)
    assert not [each for each in (tmp_path / "files").rglob("*") if each.is_file()]

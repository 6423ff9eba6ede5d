"""Blocking people: what no longer reaches one, on which devices, and what the other learns."""

from __future__ import annotations

import asyncio

import pytest

from chatrooms.errors import Refusal
from chatrooms.features import blocking
from tests.direct import Direct, code
from tests.features.test_unread import Tab
from tests.people import connect

THUMB = "\N{THUMBS UP SIGN}"
REFUSED = "This person does not receive messages from you."


@pytest.fixture
def direct():
    direct = Direct()
    for name in ("alice", "mallory", "carol"):
        direct.join(name)
    yield direct
    direct.engine.dispose()


def block(direct: Direct) -> dict:
    return direct.run("alice", "user.block", {"username": "mallory"})[0]["block"]


def talk(direct: Direct, who: str, room: str, text: str, **more) -> dict:
    return direct.run(who, "message.post", {"room": room, "text": text, **more})[0]["message"]


@pytest.mark.parametrize("known", [False, True])
def test_a_blocked_person_cannot_write_to_the_other_nor_the_other_to_them(direct, known):
    if known:
        talk(direct, "mallory", "alice", "hi")
    block(direct)
    for who, to, reason in (("mallory", "alice", REFUSED), ("alice", "mallory", "You have blocked this person.")):
        with pytest.raises(Refusal, match=reason) as refused:
            talk(direct, who, to, "again")
        assert refused.value.code == "forbidden"
    direct.run("alice", "user.unblock", {"username": "mallory"})
    assert talk(direct, "mallory", "alice", "again")["text"] == "again"


def test_nothing_of_an_earlier_conversation_changes_any_more_but_its_author_can_delete(direct):
    mine, theirs = (talk(direct, who, to, "hi") for who, to in (("mallory", "alice"), ("alice", "mallory")))
    room = mine["room"]
    block(direct)
    thread = f"{room}/{theirs['seq']}"
    for command, params in (
        ("message.edit", {"id": mine["id"], "text": "worse"}),
        ("reaction.add", {"id": theirs["id"], "emoji": THUMB}),
        ("message.pin", {"id": theirs["id"]}),
        ("message.post", {"room": thread, "text": "in a thread"}),
        ("typing", {"room": room}),
        ("signal", {"to": room, "type": "call"}),
    ):
        assert code(direct, "mallory", command, **params) == "forbidden", command
    assert code(direct, "mallory", "signal", to="alice", type="call") == "forbidden"
    assert code(direct, "mallory", "history", room=room) == "fine"
    assert code(direct, "mallory", "message.delete", id=mine["id"]) == "fine"


def test_a_blocked_person_adds_the_other_to_no_room_and_no_conversation(direct):
    direct.run("mallory", "room.create", {"name": "#den"})
    block(direct)
    assert code(direct, "mallory", "room.invite", room="#den", username="alice") == "forbidden"
    assert code(direct, "mallory", "message.post", room="alice+carol+mallory", text="hi") == "forbidden"
    assert code(direct, "carol", "message.post", room="alice+carol+mallory", text="hi") == "fine"
    assert code(direct, "mallory", "message.post", room="alice+carol+mallory", text="hi") == "fine"
    assert code(direct, "alice", "room.join", room="#den") == "fine"


def test_a_blocked_person_gives_no_items_in_the_inbox(direct):
    said = talk(direct, "alice", "#lobby", "Hello")
    direct.run("mallory", "room.create", {"name": "#den"})
    for name in ("alice", "carol"):
        direct.run(name, "room.join", {"room": "#den"})
    talk(direct, "alice", f"#lobby/{said['seq']}", "A thread that alice follows")
    block(direct)
    talk(direct, "mallory", "#lobby", "@alice @carol")
    talk(direct, "mallory", "#lobby", "hey", reply_to=said["id"])
    talk(direct, "mallory", f"#lobby/{said['seq']}", "in the thread")
    direct.run("mallory", "reaction.add", {"id": said["id"], "emoji": THUMB})
    talk(direct, "mallory", "#den", "@room")
    for _ in range(3):
        asyncio.run(direct.run_jobs())
    kinds = {
        who: [item["kind"] for item in direct.run(who, "inbox.list", {})[0]["items"]] for who in ("alice", "carol")
    }
    assert kinds == {"alice": [], "carol": ["mention", "mention"]}
    talk(direct, "carol", f"#lobby/{said['seq']}", "@alice")
    for _ in range(3):
        asyncio.run(direct.run_jobs())
    assert [item["by"] for item in direct.run("alice", "inbox.list", {})[0]["items"]] == ["carol"]


async def test_what_a_blocked_person_posts_is_not_unread_in_rooms_threads_and_their_list(direct):
    said = talk(direct, "alice", "#lobby", "Hello")
    thread = f"#lobby/{said['seq']}"
    for room in ("#lobby", thread):
        talk(direct, "carol", room, "Hi")
        talk(direct, "mallory", room, "spam")
    await direct.run_jobs()

    async def unread() -> dict[str, int]:
        fresh = Tab(direct)
        await fresh.caught_up()
        listed = direct.run("alice", "thread.list", {})[0]["threads"]
        return {room: fresh.state.unread(room) for room in ("#lobby", thread)} | {"listed": listed[0]["unread"]}

    assert await unread() == {"#lobby": 2, thread: 2, "listed": 2}
    block(direct)
    changes = await direct.run_jobs()
    assert {row["room"]: row["uncounted"] for row in changes[0]["reads"]} == {"#lobby": 2, thread: 1}
    talk(direct, "mallory", "#lobby", "more spam")
    assert await unread() == {"#lobby": 1, thread: 1, "listed": 1}
    direct.run("alice", "user.unblock", {"username": "mallory"})
    assert await unread() == {"#lobby": 3, thread: 2, "listed": 2}


def test_blocking_is_a_change_in_the_own_room_alone(direct):
    result, changes = direct.run("alice", "user.block", {"username": "mallory"})
    assert changes == [{"room": "alice", "rev": result["block"]["rev"], "blocks": [result["block"]]}]
    assert (result["block"]["blocked"], result["block"]["gone"]) == ("mallory", False)


@pytest.mark.parametrize(
    ("command", "username", "expected"),
    [
        ("user.block", "alice", "invalid"),
        ("user.block", "nobody", "not_found"),
        ("user.block", "system", "not_found"),
        ("user.unblock", "carol", "not_found"),
        ("user.unblock", "nobody", "not_found"),
    ],
)
def test_only_other_people_can_be_blocked(direct, command, username, expected):
    assert code(direct, "alice", command, username=username) == expected


def test_a_person_blocks_a_thousand_others(direct, monkeypatch):
    monkeypatch.setattr(blocking, "MAX_BLOCKS", 1)
    block(direct)
    assert code(direct, "alice", "user.block", username="carol") == "conflict"


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
async def test_a_block_is_on_all_devices_and_no_one_else_learns_of_it(person, own_server):
    alice, mallory = await person("alice"), await person("mallory")
    async with connect(own_server.url, "alice", token=alice.token) as phone:
        made = (await alice.run("user.block", username="mallory"))["block"]
        live = (await phone.hears(lambda _, data: "blocks" in data))["blocks"]
        own = next(c for c in (await phone.run("sync", revs={}))["changes"] if c["room"] == "alice")
    assert live == own["blocks"] == [made]
    await alice.run("message.post", room="#lobby", text="hello")
    await mallory.hears_text("hello")
    assert mallory.rows("blocks") == []
    assert "blocks" not in str(await mallory.run("sync", revs={}))


@pytest.fixture
def database(request) -> str:
    return request.getfixturevalue("created_database") if getattr(request, "param", "") == "postgresql" else ""

"""Requests: who has to ask, what a stranger can do until they are accepted, and what they learn."""

from __future__ import annotations

import asyncio

import pytest

from chatrooms.errors import Refusal
from chatrooms.pipeline import requests
from chatrooms.pipeline.act import APPLICATION, Caller
from tests.direct import Direct, code
from tests.people import connect
from tests.servers import running

THUMB = "\N{THUMBS UP SIGN}"
ROOM = "alice+mallory"


@pytest.fixture
def direct():
    direct = Direct()
    direct.limits = direct.limits.model_copy(update={"requests": True})
    for name in ("alice", "mallory", "carol"):
        direct.join(name)
    yield direct
    direct.engine.dispose()


def talk(direct: Direct, who: str, room: str, text: str = "hi", **more) -> dict:
    return direct.run(who, "message.post", {"room": room, "text": text, **more})[0]["message"]


def held(direct: Direct, who: str, room: str = ROOM) -> tuple[str | None, bool]:
    """Return the request in a person's membership, and whether it is off their list."""
    _, changes = direct.run(who, "room.favorite", {"room": room})
    _, more = direct.run(who, "room.unfavorite", {"room": room})
    (row,) = [row for change in [*changes, *more][-1:] for row in change["memberships"]]
    return row["request"], row["closed"]


def test_a_first_message_of_a_stranger_waits_and_its_author_is_a_plain_member(direct):
    talk(direct, "mallory", "alice")
    assert held(direct, "alice") == ("pending", False)
    assert held(direct, "mallory") == (None, False)
    members = direct.run("mallory", "room.members", {"room": ROOM})[0]["members"]
    assert len(members) == 2 and not any("request" in row for row in members)


def test_a_stranger_posts_three_texts_and_does_nothing_else(direct):
    mine = talk(direct, "mallory", "alice", "@alice")
    for _ in range(requests.FIRST - 1):
        talk(direct, "mallory", "alice")
    direct.run("mallory", "message.delete", {"id": mine["id"]})
    last = direct.run("alice", "history", {"room": ROOM})[0]["messages"][-1]
    theirs = {"id": last["id"]}
    for command, params in (
        ("message.post", {"room": "alice", "text": "a fourth"}),
        ("message.post", {"room": f"{ROOM}/{last['seq']}", "text": "in a thread"}),
        ("message.pin", theirs),
        ("reaction.add", {**theirs, "emoji": THUMB}),
        ("typing", {"room": ROOM}),
        ("signal", {"to": ROOM, "type": "call"}),
        ("signal", {"to": "alice", "type": "call"}),
        ("message.edit", {**theirs, "text": "a fourth"}),
    ):
        assert code(direct, "mallory", command, **params) == "forbidden", command
    asyncio.run(direct.run_jobs())
    assert direct.run("alice", "inbox.list", {})[0]["items"] == []


def test_signals_go_only_where_a_message_needs_no_consent(direct):
    calls = [("signal", {"to": to, "type": "call"}) for to in ("alice", ROOM, "alice+carol+mallory")]
    calls += [("typing", {"room": room}) for room in (ROOM, "alice+carol+mallory")]
    for command, params in calls:
        assert code(direct, "mallory", command, **params) == "not_found", params
    talk(direct, "mallory", "alice")
    direct.run("alice", "request.ignore", {"room": ROOM})
    for command, params in calls:
        assert code(direct, "mallory", command, **params) in ("forbidden", "not_found"), params
    direct.run("alice", "request.accept", {"room": ROOM})
    for command, params in calls[:2]:
        assert code(direct, "mallory", command, **params) == "fine", params


def test_files_are_no_first_message(direct):
    with pytest.raises(Refusal) as refused:
        direct.run("mallory", "message.post", {"room": "alice", "files": ["0" * 36]})
    assert refused.value.code in ("invalid", "not_found", "forbidden")
    with pytest.raises(Refusal, match="once they have accepted"):
        requests.require_first(0, text_alone=False)


def test_a_message_posted_again_is_the_stored_one_also_at_the_limit(direct):
    posted = [talk(direct, "mallory", "alice", id=f"00000000-0000-4000-8000-00000000000{n}") for n in range(3)]
    assert talk(direct, "mallory", "alice", id=posted[-1]["id"])["seq"] == posted[-1]["seq"]


@pytest.mark.parametrize("how", ["request.accept", "message.post"])
def test_who_accepts_or_answers_hears_everything(direct, how):
    for _ in range(requests.FIRST):
        talk(direct, "mallory", "alice")
    direct.run("alice", how, {"room": ROOM} | ({"text": "hello"} if how == "message.post" else {}))
    assert held(direct, "alice") == (None, False)
    assert talk(direct, "mallory", "alice", "a fourth")
    assert code(direct, "mallory", "typing", room=ROOM) == "fine"
    assert code(direct, "alice", "request.ignore", room=ROOM) == "conflict"


def test_an_ignored_conversation_stays_off_the_list_and_its_author_learns_nothing(direct):
    talk(direct, "mallory", "alice")
    direct.run("alice", "request.ignore", {"room": ROOM})
    talk(direct, "mallory", "alice")
    _, changes = direct.run("mallory", "message.post", {"room": "alice", "text": "third"})
    assert [change["room"] for change in changes] == [ROOM]
    with pytest.raises(Refusal, match="once they have accepted"):
        talk(direct, "mallory", "alice")
    assert held(direct, "alice") == ("ignored", True)
    talk(direct, "alice", "mallory", "Well then")
    assert held(direct, "alice") == (None, False)


def test_only_the_recipient_decides(direct):
    talk(direct, "mallory", "alice")
    assert code(direct, "mallory", "request.ignore", room=ROOM) == "conflict"
    assert code(direct, "mallory", "request.accept", room=ROOM) == "fine"
    assert held(direct, "alice") == ("pending", False)
    assert code(direct, "carol", "request.accept", room=ROOM) == "not_found"
    assert code(direct, "alice", "request.accept", room="alice+carol") == "not_found"
    assert code(direct, "alice", "request.accept", room="#lobby") == "invalid"


def share_an_open_room(direct: Direct) -> None:
    direct.run("carol", "room.create", {"name": "#den"})
    for name in ("alice", "mallory"):
        direct.run(name, "room.join", {"room": "#den"})


def write_in_an_open_room(direct: Direct) -> None:
    share_an_open_room(direct)
    for name in ("alice", "mallory"):
        talk(direct, name, "#den")


def share_an_open_room_behind_a_closed_door(direct: Direct) -> None:
    share_an_open_room(direct)
    direct.sign_up = "invite"


def share_a_room_that_became_private(direct: Direct) -> None:
    share_an_open_room(direct)
    direct.run("carol", "room.update", {"room": "#den", "access": "private"})


def was_invited_by_alice_and_came_back_alone(direct: Direct) -> None:
    was_invited_by_alice(direct)
    direct.run("mallory", "room.leave", {"room": "#den"})
    direct.run("mallory", "room.join", {"room": "#den"})


def was_invited_by_a_third(direct: Direct) -> None:
    share_an_open_room(direct)
    direct.run("carol", "room.remove", {"room": "#den", "username": "mallory"})
    direct.run("carol", "room.invite", {"room": "#den", "username": "mallory"})


def was_invited_by_alice(direct: Direct) -> None:
    direct.run("alice", "room.create", {"name": "#den"})
    direct.run("alice", "room.invite", {"room": "#den", "username": "mallory"})


def was_added_by_a_third(direct: Direct) -> None:
    direct.run("carol", "room.create", {"name": "#den", "access": "private"})
    for name in ("alice", "mallory"):
        direct.run("carol", "room.invite", {"room": "#den", "username": name})


def was_added_and_wrote(direct: Direct) -> None:
    was_added_by_a_third(direct)
    thread = f"#den/{talk(direct, 'carol', '#den')['seq']}"
    talk(direct, "alice", thread)


def was_added_by_the_application(direct: Direct) -> None:
    direct.run("carol", "room.create", {"name": "#den", "access": "private"})
    for name in ("alice", "mallory"):
        direct.run_as(APPLICATION, "room.invite", {"room": "#den", "username": name})


def was_added_by_mallory(direct: Direct) -> None:
    direct.run("mallory", "room.create", {"name": "#den"})
    direct.run("mallory", "room.invite", {"room": "#den", "username": "alice"})


def moderates(direct: Direct) -> None:
    direct.appoint("mallory", "moderator")


def is_off(direct: Direct) -> None:
    direct.limits = direct.limits.model_copy(update={"requests": False})


def has_a_closed_door(direct: Direct) -> None:
    direct.sign_up = "invite"


def asks_in_a_group(direct: Direct) -> None:
    talk(direct, "mallory", "alice+carol+mallory")


@pytest.mark.parametrize(
    ("before", "waits"),
    [
        (lambda _: None, "pending"),
        (was_added_by_mallory, "pending"),
        (was_added_by_a_third, "pending"),
        (was_added_and_wrote, None),
        (was_added_by_the_application, None),
        (asks_in_a_group, "pending"),
        (share_an_open_room, "pending"),
        (write_in_an_open_room, "pending"),
        (share_an_open_room_behind_a_closed_door, None),
        (share_a_room_that_became_private, None),
        (was_invited_by_alice_and_came_back_alone, "pending"),
        (was_invited_by_a_third, "pending"),
        (was_invited_by_alice, None),
        (moderates, None),
        (is_off, None),
        (has_a_closed_door, None),
    ],
)
def test_who_is_a_stranger(direct, before, waits):
    before(direct)
    talk(direct, "mallory", "alice")
    assert held(direct, "alice")[0] == waits


def test_inviting_people_who_are_merely_in_an_open_room_counts_where_anybody_can_sign_up(direct, monkeypatch):
    counted = []
    monkeypatch.setattr(direct._rates, "begin", lambda _me, _network, others, _weight: counted.append(others))
    share_an_open_room(direct)
    direct.run("mallory", "room.create", {"name": "#trap"})
    direct.run("mallory", "room.invite", {"room": "#trap", "username": "alice"})
    assert counted == [["alice"]]
    direct.sign_up = "invite"
    direct.run("mallory", "room.create", {"name": "#club"})
    direct.run("mallory", "room.invite", {"room": "#club", "username": "alice"})
    assert counted == [["alice"]]


def test_the_application_asks_no_one(direct):
    direct.run_as(APPLICATION, "message.post", {"room": "alice+system", "text": "Your order"})
    direct.run_as(Caller("mallory", host=True), "message.post", {"room": ROOM, "text": "for mallory"})
    assert [held(direct, "alice", room)[0] for room in ("alice+system", ROOM)] == [None, None]


def test_each_stranger_of_a_group_decides_alone_and_all_must_accept_before_anybody_goes_on(direct):
    room = "alice+carol+mallory"
    for _ in range(requests.FIRST):
        talk(direct, "mallory", room)
    assert code(direct, "mallory", "message.post", room=room, text="more") == "forbidden"
    direct.run("carol", "request.accept", {"room": room})
    for who in ("mallory", "carol"):
        assert code(direct, who, "message.post", room=room, text="more") == "forbidden"
        assert code(direct, who, "typing", room=room) == "forbidden"
    assert (held(direct, "alice", room)[0], held(direct, "carol", room)[0]) == ("pending", None)
    assert code(direct, "alice", "request.ignore", room=room) == "fine"
    assert held(direct, "alice", room) == ("ignored", True)
    assert code(direct, "mallory", "message.post", room=room, text="more") == "forbidden"
    direct.run("alice", "request.accept", {"room": room})
    assert talk(direct, "mallory", room)
    assert talk(direct, "carol", room)


def test_blocking_ends_a_request_too(direct):
    talk(direct, "mallory", "alice")
    direct.run("alice", "user.block", {"username": "mallory"})
    assert code(direct, "mallory", "message.post", room="alice", text="hi") == "forbidden"
    direct.run("alice", "request.ignore", {"room": ROOM})
    direct.run("alice", "user.unblock", {"username": "mallory"})
    assert held(direct, "alice") == ("ignored", True)
    assert talk(direct, "mallory", "alice")


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
async def test_a_request_is_on_all_devices_of_its_recipient_and_its_end_too(tmp_path, database):
    async with (
        running(tmp_path, database=database, requests=True) as server,
        connect(server.url, "alice") as alice,
        connect(server.url, "mallory") as mallory,
        connect(server.url, "alice", token=alice.token) as phone,
    ):
        await alice.run("room.create", name="#den")
        await mallory.run("room.join", room="#den")
        await mallory.say("#den", "A click and a word make nobody known.")
        await mallory.say("alice", "hello")
        for device in (alice, phone):
            await device.hears(lambda _, data: any(row["request"] for row in data.get("memberships", ())))
        await alice.run("request.accept", room=ROOM)
        live = (await phone.hears(lambda _, data: _accepted(data)))["memberships"]
        own = next(c for c in (await phone.run("sync", revs={}))["changes"] if c["room"] == "alice")
        assert live == [row for row in own["memberships"] if row["room"] == ROOM]
        await mallory.settled()
        assert not any(row["request"] for row in mallory.rows("memberships"))
        assert "pending" not in str(mallory.heard)


def _accepted(data: dict) -> bool:
    return any(row["room"] == ROOM and row["request"] is None for row in data.get("memberships", ()))


@pytest.fixture
def database(request) -> str:
    return request.getfixturevalue("created_database") if getattr(request, "param", "") == "postgresql" else ""

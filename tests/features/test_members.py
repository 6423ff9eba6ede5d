"""Members of rooms of any size: their number, who is online, and how people are found."""

from __future__ import annotations

import pytest
from sqlalchemy import Boolean, insert, select, update

from chatrooms import names
from chatrooms.errors import Forbidden, NotFound
from chatrooms.features import rosters
from chatrooms.features.members import membership
from chatrooms.pipeline.act import Caller
from chatrooms.pipeline.scopes import GROUPS, Scope
from chatrooms.storage.synced import MEMBER, MEMBERSHIP
from chatrooms.storage.tables import members, rooms, users
from tests.direct import LOBBY, Direct
from tests.people import Refused, leave


def usernames(page):
    return [member["username"] for member in page["members"]]


def counted(direct, room):
    """Return the number of members that is stored, and that of the rows."""
    with direct.engine.connect() as db:
        stored = db.scalars(select(rooms.c.members).where(rooms.c.name == room)).one()
        present = select(members.c.username).where(members.c.room == room, members.c.gone.is_(False))
        return stored, len(db.execute(present).all())


def test_a_room_knows_how_many_members_it_has_whatever_happens():
    direct = Direct()
    for name in ("alice", "bob", "carol"):
        direct.join(name)
    assert direct.run("alice", "room.create", {"name": "#a"})[0]["room"]["members"] == 1
    steps = [
        ("bob", "room.join", {}, 2),
        ("bob", "room.join", {}, 2),
        ("alice", "room.invite", {"username": "carol"}, 3),
        ("alice", "room.remove", {"username": "carol"}, 2),
        ("alice", "room.leave", {}, 1),
        ("alice", "room.join", {}, 2),
    ]
    for who, command, params, number in steps:
        _, changes = direct.run(who, command, {"room": "#a", **params})
        assert counted(direct, "#a") == (number, number), (who, command)
        told = [row for change in changes if change["room"] == "#a" for row in change.get("rooms", ())]
        assert [row["members"] for row in told] in ([number], []), "each change has its room at most once"
    direct.run("alice", "message.post", {"room": "bob", "text": "hi"})
    assert counted(direct, "alice+bob") == (2, 2)


def test_the_number_of_members_comes_with_catching_up():
    direct = Direct()
    for name in ("alice", "bob"):
        direct.join(name)
    known = {change["room"]: change["rev"] for change in direct.run("alice", "sync", {"revs": {}})[0]["changes"]}
    direct.join("carol")
    [change] = direct.run("alice", "sync", {"revs": known})[0]["changes"]
    assert (change["room"], change["rooms"][0]["members"]) == (LOBBY, 3)


def test_a_room_says_when_its_newest_message_was_posted():
    direct = Direct()
    direct.join("alice")
    new = direct.run("alice", "room.create", {"name": "#a"})[0]["room"]
    assert new["posted_at"] is None
    message = direct.run("alice", "message.post", {"room": "#a", "text": "hi"})[0]["message"]
    changes = direct.run("alice", "sync", {"revs": {}})[0]["changes"]
    row = next(change["rooms"][0] for change in changes if change["room"] == "#a")
    assert row["posted_at"] == message["at"]


async def test_members_say_who_is_online(alice, bob, person):
    carol = await person("carol")
    await leave(carol)
    await bob.run("presence.watch", usernames=["carol"])
    await bob.hears(lambda event, data: event == "signal" and data["data"].get("state") == "offline")
    page = await bob.run("room.members", room="#lobby")
    assert (page["online"], page["total"], page["total_online"]) == (["alice", "bob"], 3, 2)
    for online, found in ((True, ["alice", "bob"]), (False, ["carol"])):
        page = await bob.run("room.members", room="#lobby", online=online)
        assert (usernames(page), page["total"], page["total_online"]) == (found, 3, 2)


PEOPLE = {
    "ann": "",
    "hanna": "",
    "zed": "Ann Lee",
    "yan": "Joanna",
    "leann": "Élodie Ⅳ",
    "bob": "",
}
SEARCHES = [
    ("ann", ["ann", "zed", "hanna", "leann", "yan"]),
    ("ANN", ["ann", "zed", "hanna", "leann", "yan"]),
    ("lee", ["zed"]),
    ("ann lee", ["zed"]),
    ("élo", ["leann"]),
    ("ÉLODIE", ["leann"]),
    ("iv", ["leann"]),
    ("%", []),
    ("_", []),
    ("nobody", []),
]


def test_who_comes_back_to_a_room_has_chosen_nothing_for_it():
    direct = Direct()
    for username in ("alice", "bob", "carol"):
        direct.join(username)
    direct.run("bob", "room.create", {"name": "#den"})
    direct.run("alice", "room.join", {"room": "#den"})
    own = set(MEMBERSHIP).difference(MEMBER, {"closed"})  # only conversations are closed
    chosen = {name: True if isinstance(members.c[name].type, Boolean) else "2999" for name in own}
    with direct.engine.begin() as db:
        db.execute(update(members).where(members.c.username == "alice").values(chosen))
    direct.run("alice", "room.leave", {"room": "#den"})
    rows = []
    for username in ("alice", "carol"):
        direct.run(username, "room.join", {"room": "#den"})
        with direct.engine.connect() as db:
            row = membership(db, "#den", username)
            rows.append({name: row[name] for name in own})
    assert rows[0] == rows[1]


async def named(join):
    for username, name in PEOPLE.items():
        person = await join(username)
        if name:
            await person.run("user.update", name=name)
    return person


@pytest.fixture
def database(either_database):
    return either_database


@pytest.mark.parametrize("few", [0, rosters.FEW], ids=["as in a large room", "as in a small one"])
async def test_people_and_members_are_found_by_both_names_those_that_begin_with_it_first(person, few, monkeypatch):
    monkeypatch.setattr(rosters, "FEW", few)
    bob = await named(person)
    for query, found in SEARCHES:
        page = await bob.run("room.members", room="#lobby", query=query)
        assert usernames(page) == found, query
        assert [user["username"] for user in (await bob.run("user.list", query=query))["users"]] == found, query
        for place, username in enumerate(found):
            rest = await bob.run("room.members", room="#lobby", query=query, after=username)
            assert usernames(rest) == found[place + 1 :], (query, username)
            people = await bob.run("user.list", query=query, after=username)
            assert [user["username"] for user in people["users"]] == found[place + 1 :], (query, username)


async def test_members_are_found_by_their_usernames(person):
    bob = await named(person)
    page = await bob.run("room.members", room="#lobby", usernames=["zed", "nobody", "ann"])
    assert usernames(page) == ["ann", "zed"]
    await bob.run("room.leave", room="#lobby")
    await bob.run("room.create", name="#den")
    assert usernames(await bob.run("room.members", room="#den", usernames=["zed", "bob"])) == ["bob"]
    with pytest.raises(Refused):
        await bob.run("room.members", room="#den", usernames=["zed"] * 101)


async def test_thousands_can_be_online(person, own_server):
    alice = await person("alice")
    own_server.chat._broadcast.people.online.update(f"somebody.{number}" for number in range(40_000))
    page = await alice.run("room.members", room="#lobby", online=True)
    assert (usernames(page), page["total_online"]) == (["alice"], 1)


def test_a_search_reads_an_index_and_so_does_the_list_of_rooms():
    direct = Direct()
    direct.join("alice")
    with direct.plans() as plans:
        direct.run("alice", "user.list", {"query": "ann"})
        direct.run("alice", "room.list", {})
        direct.run("alice", "room.members", {"room": "#lobby", "query": "ann"})
    scans = [step for _, step in plans if step.startswith("SCAN") and "json_each" not in step]
    assert all("INDEX" in step for step in scans), scans
    assert any("ix_rooms_tenant_members_name" in step for _, step in plans), plans


def test_a_page_of_a_search_is_cut():
    direct = Direct()
    direct.join("alice")
    crowd = [f"ann.{number:03}" for number in range(150)]
    with direct.engine.begin() as db:
        room = {"title": "", "topic": "", "access": "personal", "created_by": "x", "created_at": "", "archived": False}
        db.execute(insert(rooms), [{**room, "name": name, "rev": 1, "counter": 1, "posted": 0} for name in crowd])
        person = {"name": "", "about": "", "created_at": "", "rev": 1}
        rows = [{**person, "username": name, "skeleton": name, "words": names.words(name)} for name in crowd]
        db.execute(insert(users), rows)
    first = direct.run("alice", "user.list", {"query": "ann"})[0]
    rest = direct.run("alice", "user.list", {"query": "ann", "after": first["users"][-1]["username"]})[0]
    assert [user["username"] for page in (first, rest) for user in page["users"]] == crowd
    assert (first["more"], rest["more"]) == (True, False)


@pytest.mark.parametrize(
    ("others", "next_owner"),
    [
        ([("bob", "member", 2), ("carol", "member", 1)], "carol"),
        ([("bob", "moderator", 2), ("carol", "member", 1)], "bob"),
        ([("bob", "moderator", 2), ("carol", "moderator", 1), ("dave", "moderator", 1)], "carol"),
        ([("bob", "owner", 2), ("carol", "moderator", 1)], None),
        ([], None),
    ],
)
def test_the_next_owner_is_found_by_an_index_however_many_members_there_are(others, next_owner):
    direct = Direct()
    for name in ("alice", *(name for name, _, _ in others)):
        direct.join(name)
    direct.run("alice", "room.create", {"name": "#den"})
    for name, role, since in others:
        direct.run(name, "room.join", {"room": "#den"})
        with direct.engine.begin() as db:
            here = members.c.room == "#den", members.c.username == name
            db.execute(members.update().where(*here).values(role=role, since=f"2026-01-0{since}T00:00:00.000Z"))
    with direct.plans() as plans:
        _, changes = direct.run("alice", "room.leave", {"room": "#den"})
    owners = [row["username"] for change in changes for row in change.get("members", ()) if row["role"] == "owner"]
    assert owners == ([next_owner] if next_owner else [])
    steps = [step for query, step in plans if "role = " in query]
    of_members = [step for step in steps if " members " in step]
    assert of_members and all("ix_members_room_role_since_username" in step for step in of_members), steps
    assert not any("SCAN" in step for step in steps), steps


@pytest.mark.parametrize(
    ("command", "params"),
    [
        ("room.remove", {"room": "#a", "username": "bob"}),
        ("room.update", {"room": "#a", "title": "A"}),
        ("signal", {"to": "#a", "type": "x"}),
        ("signal", {"to": "THREAD", "type": "x"}),
        ("invite.revoke", {"id": "ID"}),
    ],
)
def test_a_key_for_a_room_works_in_it_and_in_no_other(command, params):
    direct = Direct()
    for name in ("alice", "bob"):
        direct.join(name)
    for room in ("#a", "#b"):
        direct.run("alice", "room.create", {"name": room})
        direct.run("bob", "room.join", {"room": room})
    above, _ = direct.run("alice", "message.post", {"room": "#a", "text": "hi"})
    invited, _ = direct.run("alice", "invite.create", {"room": "#a"})
    ids = {"ID": invited["invite"]["id"], "THREAD": f"#a/{above['message']['seq']}"}
    params = {key: ids.get(value, value) for key, value in params.items()}
    keys = {room: Caller("alice", scope=Scope(frozenset(GROUPS), frozenset({room}))) for room in ("#a", "#b")}
    with pytest.raises((NotFound, Forbidden)):
        direct.run_as(keys["#b"], command, params)
    direct.run_as(keys["#a"], command, params)
    direct.engine.dispose()


def test_a_key_for_a_room_emits_no_signals_to_people():
    direct = Direct()
    for name in ("alice", "bob"):
        direct.join(name)
    key = Caller("alice", scope=Scope(frozenset(GROUPS), frozenset({LOBBY})))
    with pytest.raises(Forbidden):
        direct.run_as(key, "signal", {"to": "bob", "type": "x"})
    direct.engine.dispose()

"""Groups: who manages them, whose names they may have, and whom a message reaches that mentions one."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import insert

from chatrooms.errors import Forbidden, NameTaken, Unconfirmed
from chatrooms.features import groups as managing
from chatrooms.features import users
from chatrooms.identity import accounts
from chatrooms.pipeline.act import APPLICATION
from chatrooms.storage.tables import suspensions
from tests.direct import Direct, code

DEN = "#den"
GUESTS = ("bob", "carol", "dave")


@pytest.fixture
def direct() -> Direct:
    """A room of alice's, an admin, with bob and carol; dave is outside of it."""
    made = Direct()
    for name in ("alice", *GUESTS):
        made.join(name)
    made.appoint("alice", "admin")
    made.run("alice", "room.create", {"name": DEN})
    for name in ("bob", "carol"):
        made.run(name, "room.join", {"room": DEN})
    return made


def make(direct, name="design", members=GUESTS, who="alice"):
    return direct.run(who, "group.create", {"name": name, "members": list(members)})[0]["group"]


def post(direct, text, author="alice", room=DEN, **more):
    return direct.run(author, "message.post", {"room": room, "text": text, **more})[0]["message"]


def settle(direct):
    while asyncio.run(direct.run_jobs()):
        pass


def holders(direct, message):
    """Return who has an item about a message, after all jobs."""
    settle(direct)
    lists = {name: direct.run(name, "inbox.list", {})[0]["items"] for name in ("alice", *GUESTS)}
    return [name for name, items in lists.items() if [i["kind"] for i in items if i["message"] == message["id"]]]


def test_an_admin_makes_renames_fills_and_deletes_a_group(direct):
    group = make(direct, members=["bob", "carol", "bob"])
    assert (group["name"], group["members"]) == ("design", ["bob", "carol"])
    changed = direct.run(
        "alice", "group.update", {"id": group["id"], "name": "art", "add": ["dave"], "remove": ["bob"]}
    )
    assert (changed[0]["group"]["name"], changed[0]["group"]["members"]) == ("art", ["carol", "dave"])
    listed = {"id": group["id"], "name": "art", "members": 2}
    for who, mine in (("alice", False), ("dave", True)):
        assert direct.run(who, "group.list", {})[0] == {"groups": [{**listed, "mine": mine}]}
    assert direct.run("bob", "group.get", {"id": group["id"]})[0] == changed[0]
    direct.run("alice", "group.delete", {"id": group["id"]})
    assert direct.run("alice", "group.list", {})[0] == {"groups": []}
    assert code(direct, "alice", "group.delete", id=group["id"]) == "not_found"


@pytest.mark.parametrize("role", ["guest", "member", "moderator"])
def test_others_manage_no_group(direct, role):
    group = make(direct)
    direct.appoint("bob", role)
    assert code(direct, "bob", "group.create", name="art") == "forbidden"
    assert code(direct, "bob", "group.update", id=group["id"], remove=["bob"]) == "forbidden"
    assert code(direct, "bob", "group.delete", id=group["id"]) == "forbidden"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bob", "name_taken"),
        ("b\N{CYRILLIC SMALL LETTER O}b", "name_taken"),
        ("carla", "name_taken"),
        ("design", "name_taken"),
        ("admin", "invalid"),
        ("room", "invalid"),
        ("everyone", "invalid"),
        ("system", "invalid"),
        ("art", "fine"),
    ],
)
def test_a_group_has_a_name_that_nobody_has_or_is_mistaken_for(direct, name, expected):
    make(direct)
    direct.run("carol", "user.update", {"name": "Carla"})
    assert code(direct, "alice", "group.create", name=name) == expected
    group = make(direct, "spare")
    assert code(direct, "alice", "group.update", id=group["id"], name=name) == (
        "name_taken" if expected == "fine" else expected
    )


def test_nobody_takes_the_name_of_a_group_or_one_that_looks_like_it(direct):
    make(direct, "designs")
    for name in ("designs", "d\N{CYRILLIC SMALL LETTER IE}signs"):
        with pytest.raises(NameTaken):
            direct.join(name)
    assert code(direct, "bob", "user.update", name="Designs") == "name_taken"
    act = direct.act("system")
    with act.db:
        assert accounts.free_username(act.db, accounts.User("designs")) != "designs"
    group = direct.run("bob", "group.list", {})[0]["groups"][0]["id"]
    direct.run("alice", "group.update", {"id": group, "name": "art"})
    direct.join("designs")


def test_a_group_keeps_its_own_look_when_it_is_renamed(direct):
    group = make(direct, "art-1")
    assert code(direct, "alice", "group.update", id=group["id"], name="art-l") == "fine"


@pytest.mark.parametrize("params", [{"add": ["nobody"]}, {"add": ["system"]}])
def test_only_people_belong_to_a_group(direct, params):
    assert code(direct, "alice", "group.update", id=make(direct)["id"], **params) == "not_found"


def test_groups_are_bounded(direct, monkeypatch):
    monkeypatch.setattr(managing, "MAX_GROUPS", 1)
    monkeypatch.setattr(managing, "MAX_MEMBERS", 3)
    group = make(direct)
    assert code(direct, "alice", "group.create", name="art") == "conflict"
    assert code(direct, "alice", "group.update", id=group["id"], add=["alice"]) == "conflict"
    assert code(direct, "alice", "group.update", id=group["id"], add=["alice"], remove=["bob"]) == "fine"


def test_a_mention_of_a_group_is_one_item_for_each_member_who_is_in_the_room(direct):
    make(direct)
    make(direct, "art", ["bob"])
    message = post(direct, "@design and @art and @bob", author="carol")
    assert [group["name"] for group in message["groups"]] == ["art", "design"]
    assert message["mentions"] == ["bob"]
    assert holders(direct, message) == ["bob"], "carol wrote it, and dave is not here"
    (item,) = direct.run("bob", "inbox.list", {})[0]["items"]
    assert (item["kind"], item["by"]) == ("mention", "carol")
    (stored,) = direct.run("bob", "history", {"room": DEN, "around": message["seq"], "limit": 1})[0]["messages"]
    assert stored["groups"] == message["groups"]


@pytest.mark.parametrize("text", ["`@design`", "> @design", "me@design.org", "@designs", "design"])
def test_a_text_that_mentions_no_one_mentions_no_group(direct, text):
    make(direct)
    assert post(direct, text)["groups"] == []


def test_in_threads_and_conversations_it_reaches_who_can_read_them(direct):
    make(direct)
    thread = f"{DEN}/{post(direct, 'above')['seq']}"
    assert holders(direct, post(direct, "@design", room=thread)) == ["bob", "carol"]
    assert holders(direct, post(direct, "@design", room="alice+dave")) == ["dave"]


def test_blocked_authors_and_suspended_members_give_and_get_nothing(direct):
    make(direct)
    direct.run("bob", "user.block", {"username": "alice"})
    with direct.engine.begin() as db:
        db.execute(insert(suspensions).values(username="carol", by="alice", at="", reason="x"))
    assert holders(direct, post(direct, "@design")) == []


def test_an_edit_gives_takes_and_keeps_items_also_after_the_group_has_another_name_or_is_gone(direct):
    group = make(direct)
    message = post(direct, "lunch")
    edit = lambda text: direct.run("alice", "message.edit", {"id": message["id"], "text": text})[0]["message"]  # noqa: E731
    first = edit("@design, lunch")
    assert holders(direct, message) == ["bob", "carol"]
    direct.run("alice", "group.update", {"id": group["id"], "name": "art"})
    assert edit("@design, dinner")["groups"] == first["groups"]
    assert holders(direct, message) == ["bob", "carol"]
    direct.run("alice", "group.delete", {"id": group["id"]})
    assert edit("@design, supper")["groups"] == first["groups"]
    assert post(direct, "@design")["groups"] == []
    assert edit("no one")["groups"] == []
    assert holders(direct, message) == []
    edit("@design again")
    assert holders(direct, message) == []
    assert direct.run("alice", "message.delete", {"id": message["id"]})[0]["message"]["groups"] == []


def test_room_and_here_reach_groups_once(direct):
    make(direct)
    direct.online = frozenset({"bob"})
    assert holders(direct, post(direct, "@here @design")) == ["bob", "carol"]
    message = post(direct, "@room @design")
    assert holders(direct, message) == ["bob", "carol"]


def test_more_than_twenty_people_are_notified_only_if_confirmed(direct):
    many = [f"person-{number}" for number in range(21)]
    for name in many:
        direct.join(name)
        direct.run(name, "room.join", {"room": DEN})
    group = make(direct, "crowd", many)
    direct.run("alice", "room.update", {"room": DEN, "calling": "members"})
    with pytest.raises(Unconfirmed) as asked:
        post(direct, "@crowd", author="bob")
    assert asked.value.details["people"] == 21
    assert post(direct, "@crowd", author=many[0])["groups"], "twenty others"
    message = post(direct, "@crowd", author="bob", confirmed=True)
    settle(direct)
    got = [name for name in many if direct.run(name, "inbox.list", {"unread": True})[0]["items"][0]["by"] == "bob"]
    assert (got, message["groups"][0]["name"]) == (many, group["name"])


def test_only_who_may_use_room_mentions_a_group_of_more_than_twenty(direct):
    many = [f"person-{number}" for number in range(21)]
    for name in many:
        direct.join(name)
        direct.run(name, "room.join", {"room": DEN})
    make(direct, "crowd", many)
    thread = f"{DEN}/{post(direct, 'above')['seq']}"
    for room in (DEN, thread):
        for confirmed in (False, True):
            with pytest.raises(Forbidden, match="more than 20"):
                direct.run("bob", "message.post", {"room": room, "text": "@crowd", "confirmed": confirmed})
        assert direct.run("alice", "message.post", {"room": room, "text": "@crowd", "confirmed": True})
    mine = post(direct, "hello", author="bob")
    with pytest.raises(Forbidden):
        direct.run("bob", "message.edit", {"id": mine["id"], "text": "@crowd", "confirmed": True})
    assert post(direct, "@crowd", author=many[0])["groups"], "twenty others"
    given = {"room": DEN, "text": "@crowd", "confirmed": True}
    assert direct.run_as(APPLICATION, "message.post", given)[0]["message"]["groups"]


def test_a_host_gives_a_person_the_name_of_no_group(direct):
    make(direct, "team")
    user = accounts.User("team")
    with direct.engine.begin() as db:
        username = accounts.free_username(db, user)
    assert direct.commit(APPLICATION, lambda act: accounts.come(act, user, "team"))[0] is None
    assert direct.commit(APPLICATION, lambda act: accounts.come(act, user, username))[0] == username
    with direct.engine.connect() as db:
        assert users.find(db, "team") is None

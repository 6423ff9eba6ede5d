"""People of one tenant learn nothing of another's: whatever they ask, it is as if nobody of it existed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import insert

from chatrooms.app import APPLICATION
from chatrooms.errors import Conflict, Refusal
from chatrooms.features import users
from chatrooms.pipeline import tenants
from chatrooms.pipeline.act import Caller
from chatrooms.pipeline.pipeline import parse
from chatrooms.storage.tables import custom_emoji, sessions
from tests.direct import CONTRACT, DECLARED, Direct, code
from tests.pipeline.test_hidden import CODES, OTHERS

AT = "2026-01-01T00:00:00.000Z"
THEIRS = {"alice", "bob", "#acme", "#den", "crew", "Secret"}
"""What of the tenant `acme` gina of `globex` must never be shown, though she owns the server."""
MISSING = {
    "alice": "nobody",
    "alice+gina": "gina+nobody",
    "#acme": "#never",
    "#den": "#none",
    "#acme/THREAD": "#never/3",
}
NAMES = ("username", "usernames", "members", "add", "remove", "to")
"""The parameters, beside rooms and ids, that name people."""
REQUIRED: dict[str, dict[str, Any]] = OTHERS | {
    "user.list": {},
    "room.role": {"room": "#lab", "username": "hal", "role": "member"},
    "room.invite": {"room": "#lab", "username": "hal"},
    "room.remove": {"room": "#lab", "username": "hal"},
    "room.picture": {"room": "#lab", "file": None},
    "room.pins": {"room": "#lab"},
    "message.post": {"room": "#lab", "text": "x"},
    "room.members": {"room": "#lab"},
    "user.suspend": {"reason": "x"},
    "group.create": {"name": "team"},
    "group.update": {"id": "GROUP-OF-GINA"},
    "user.rights": {"username": "hal"},
    "invite.create": {"uses": 1},
    "room.mute": {},
}
KNOWN = {("room.create", "name"), ("group.create", "name"), ("group.update", "name"), ("message.post", "id")}
"""Parameters that must differ from those of others, whoever they are of."""
EMPTY = {
    ("group.update", "remove"),
    ("room.members", "usernames"),
    ("user.list", "usernames"),
}
"""Parameters with which a command succeeds, whatever they name: it finds nothing of it."""


def post(direct: Direct, who: str, room: str, text: str) -> dict[str, Any]:
    return direct.run(who, "message.post", {"room": room, "text": text})[0]["message"]


@pytest.fixture(scope="module")
def world() -> Direct:
    """Make alice and bob of `acme`, gina and hal of `globex`, and ivan of none; alice and gina own the server."""
    direct = Direct()
    for name, tenant in (("alice", "acme"), ("bob", "acme"), ("gina", "globex"), ("hal", "globex"), ("ivan", "")):
        direct.commit(APPLICATION, lambda act, name=name, tenant=tenant: users.add(act, name, tenant=tenant))
    for name in ("alice", "gina"):
        direct.appoint(name, "owner")
    direct.run("alice", "room.create", {"name": "#acme"})
    direct.run("alice", "room.create", {"name": "#den", "access": "private"})
    direct.run("alice", "room.invite", {"room": "#acme", "username": "bob"})
    direct.run("gina", "room.create", {"name": "#lab"})
    direct.run("alice", "group.create", {"name": "crew", "members": ["bob"]})
    direct.ids["GROUP-OF-GINA"] = direct.run("gina", "group.create", {"name": "team7"})[0]["group"]["id"]
    direct.ids["group"] = direct.run("alice", "group.list", {})[0]["groups"][0]["id"]
    above = post(direct, "alice", "#acme", "Secret plans")
    direct.ids |= {"message": above["id"], "#acme/THREAD": f"#acme/{above['seq']}"}
    post(direct, "alice", "alice+bob", "Secret talk")
    direct.ids["code"] = direct.run("alice", "invite.create", {"room": "#acme", "uses": 5})[0]["invite"]["code"]
    direct.ids["invite"] = direct.run("alice", "invite.list", {"room": "#acme"})[0]["invites"][0]["id"]
    with direct.engine.begin() as db:
        db.execute(insert(custom_emoji).values(name="party", picture="0" * 36, by="alice", at=direct.now()))
    return direct


def probes() -> Iterator[tuple[str, str, str]]:
    """Yield each parameter of commands that names a person, a room or an object, and what of `acme` it could name."""
    for command in CONTRACT.commands:
        if command.kind in ("live", "entry") or command.name == "sync":
            continue
        for field, about in CONTRACT.params(command)["properties"].items():
            if (command.name, field) not in KNOWN:
                for value in _values(command.name, field, about):
                    yield command.name, field, value


def _values(command: str, field: str, about: dict[str, Any]) -> Iterator[str]:
    kinds = {each.get("format") for each in (about, *about.get("anyOf", ()), about.get("items", {}))}
    if field in NAMES and not command.startswith("key"):
        yield "alice"
    if "room" in kinds or "shared-room" in kinds:
        yield from ("#acme", "#den")
    if "room" in kinds:
        yield from ("alice+gina", "#acme/THREAD")
    if "uuid" in kinds or field == "code":
        yield "code" if field == "code" else next((kind for kind in ("group", "invite") if kind in command), "message")


def asked(direct: Direct, command: str, params: dict[str, Any], named: str) -> str:
    """Return what gina is answered, with ``named`` blanked; what she changed is undone."""
    declared = DECLARED[command]
    with direct.engine.connect() as db:
        db.execute(insert(sessions).values(id="0", token_hash="", username="gina", agent="", created_at=AT, seen_at=AT))
        act = direct._act(Caller("gina", session="0"), db)
        try:
            p = parse(declared, params)
            answer: Any = {"ok": True, "result": declared.body(act, p, declared.may(act, p))}
        except Refusal as refusal:
            answer = {"ok": False, "error": refusal.as_dict()}
        db.rollback()
    return json.dumps(answer, default=str).replace(named, "it")


def given(direct: Direct, command: str, field: str, value: str) -> dict[str, Any]:
    more = {key: direct.ids.get(each, each) for key, each in REQUIRED.get(command, {}).items()}
    is_list = "array" in json.dumps(CONTRACT.params(DECLARED[command])["properties"][field])
    return more | {field: [value] if is_list else value}


@pytest.mark.parametrize(("command", "field", "value"), list(probes()))
def test_what_is_of_another_tenant_is_answered_like_what_does_not_exist(world, command, field, value):
    exists = world.ids.get(value, value)
    missing = MISSING.get(value) or ("x" * 43 if field == "code" else "00000000-0000-4000-8000-000000000000")
    answers = [asked(world, command, given(world, command, field, each), each) for each in (exists, missing)]
    assert answers[0] == answers[1]
    answer = json.loads(answers[0])
    assert answer["ok"] == ((command, field) in EMPTY), answer
    if not answer["ok"]:
        assert answer["error"]["code"] == CODES.get((command, field), "not_found"), answer
        about = {"field": field}
        assert answer["error"]["details"] in (about, {"room": "it"}), "something else was wrong than what is probed"


def test_the_probes_reach_what_they_ask_about(world):
    """The same commands of alice succeed, or are rejected for another reason than that nobody of the name exists."""
    hidden = {command for command, _, _ in probes()}
    assert {"user.get", "user.suspend", "room.join", "room.invite", "invite.accept", "history"} <= hidden
    assert code(world, "bob", "user.get", username="alice") == "fine"
    assert code(world, "bob", "history", room="#acme") == "fine"
    assert code(world, "alice", "user.rights", username="bob") == "fine"


QUERIES = [
    command.name
    for command in CONTRACT.commands
    if command.kind == "query" and not CONTRACT.params(command).get("required") and command.name != "file.space"
]


@pytest.mark.parametrize("name", [*QUERIES, "search"])
def test_no_list_shows_anything_of_another_tenant(world, name):
    params = {"search": {"query": "Secret"}, "sync": {"revs": {}, "open": ["#acme", "alice+bob"], "after": ""}}
    answer = asked(world, name, params.get(name, {}), "\0")
    assert json.loads(answer)["ok"]
    assert not {each for each in THEIRS if f'"{each}' in answer}


@pytest.mark.parametrize(("me", "sees"), [("alice", {"alice", "bob"}), ("gina", {"gina", "hal"}), ("ivan", {"ivan"})])
def test_people_see_their_own_tenant_and_those_without_one_each_other(world, me, sees):
    assert {user["username"] for user in world.run(me, "user.list", {})[0]["users"]} == sees
    assert code(world, me, "user.get", username="system") == "fine"
    with world.engine.connect() as db:
        assert tenants.hidden(db, Caller(me), ["alice", "bob", "gina", "hal", "ivan"]).isdisjoint(sees)


def test_a_mention_of_another_tenants_group_mentions_no_one(world):
    assert post(world, "gina", "#lab", "@crew look")["groups"] == []
    assert [group["name"] for group in post(world, "bob", "#acme", "@crew look")["groups"]] == ["crew"]


def test_the_application_sees_all_but_mixes_no_tenants_in_a_room(world):
    listed, _ = world.run_as(APPLICATION, "user.list", {})
    assert {"alice", "gina", "ivan"} <= {user["username"] for user in listed["users"]}
    with pytest.raises(Conflict):
        world.run_as(APPLICATION, "room.invite", {"room": "#acme", "username": "gina"})


def test_only_people_without_a_tenant_are_added_to_the_lobby(world):
    rooms = {who: world.run(who, "room.list", {})[0]["rooms"] for who in ("alice", "ivan")}
    assert [room["name"] for room in rooms["alice"]] == []
    assert code(world, "ivan", "history", room="#lobby") == "fine"
    assert code(world, "alice", "history", room="#lobby") == "not_found"

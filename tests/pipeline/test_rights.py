"""Rights by a role on the server: one table, and for every command what each role adds to an outsider's rights."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatrooms.errors import Refusal
from chatrooms.pipeline import rights
from chatrooms.pipeline.rights import RIGHTS, ROLES, Action, appointment, rank, verdict
from chatrooms.storage.fields import ServerRole
from tests.direct import DECLARED, Direct
from tests.pipeline.test_permissions import CASES, FINE

roles = st.sampled_from(ROLES)
ALLOWED: dict[str, dict[Action, bool]] = {
    "guest": {},
    "member": dict.fromkeys(("create", "invite"), True),
    "moderator": dict.fromkeys(("create", "invite", "list", "suspend", "reach"), True),
    "admin": dict.fromkeys(set(get_args(Action)) - {"name"}, True),
    "owner": dict.fromkeys(get_args(Action), True),
}


def test_the_table_has_every_action_and_the_ranks_every_role():
    assert set(RIGHTS) == set(get_args(Action))
    assert set(ROLES) == set(get_args(get_args(ServerRole.__value__)[0]))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", get_args(Action))
def test_a_verdict_has_a_reason_exactly_if_it_refuses(role, action):
    found = verdict(role, action)
    assert (found.allowed, found.reason) == (
        (True, "") if ALLOWED[role].get(action) else (False, RIGHTS[action].reason)
    )


@given(roles, roles, st.sampled_from([action for action, right in RIGHTS.items() if right.above]))
def test_no_one_does_anything_to_people_of_an_equal_or_higher_role(mine, theirs, action):
    assert not verdict(mine, action, theirs).allowed or rank(mine) > rank(theirs)


@given(roles, roles, roles)
def test_only_owners_make_or_change_admins_and_owners(mine, before, after):
    found = appointment(mine, before, after)
    assert found.allowed == (mine == "owner" or (mine == "admin" and max(rank(before), rank(after)) < rank("admin")))
    assert found.allowed == (not found.reason)


def world(role: ServerRole) -> Direct:
    """Return `#staff`, which is private, and `#open`, both bob's, and carol, an outsider with a role on the server."""
    direct = Direct()
    for name in ("alice", "bob", "carol"):
        direct.join(name)
    direct.run("bob", "room.create", {"name": "#staff", "access": "private"})
    direct.run("bob", "room.create", {"name": "#open"})
    for room in ("#staff", "#open"):
        direct.run("bob", "room.invite", {"room": room, "username": "alice"})
    for name, room in (("SECRET", "#staff"), ("PUBLIC", "#open")):
        direct.ids[name], _ = direct.run("bob", "message.post", {"room": room, "text": "canary-5e1f"})
    direct.appoint("carol", role)
    return direct


def filled(direct: Direct, template: dict) -> dict:
    named = {name: posted["message"] for name, posted in direct.ids.items()}
    named["REPLY"] = named["SECRET"]
    threads = {f"{name} THREAD": f"{row['room']}/{row['seq']}" for name, row in named.items()}
    ids = {**{name: row["id"] for name, row in named.items()}, **threads, "NEW": "3f1c5b0e-0000-4000-8000-00000000000f"}
    return {key: ids.get(value, value) if isinstance(value, str) else value for key, value in template.items()}


def outcome(direct: Direct, command: str, params: dict) -> str:
    try:
        result, changes = direct.run("carol", command, filled(direct, params))
    except Refusal as refusal:
        return "canary" if "canary-5e1f" in repr(refusal.as_dict()) else refusal.code
    about = [change for change in changes if "#staff" in change["room"]]
    assert "canary-5e1f" not in repr(result) or params.get("room") == "#open"
    assert not about
    return FINE


RUN = [
    (command, params)
    for command, cases in CASES.items()
    for params, _, _ in cases
    if DECLARED[command].kind != "live" and "files" not in params
]
MORE: dict[str, dict[str, set[str]]] = {
    "guest": {"room.create": {"forbidden"}},
    "member": {},
    "moderator": {
        "room.picture": {FINE},
        "room.update": {FINE},
        "room.role": {"forbidden"},
        "user.suspend": {FINE},
        "invite.create": {FINE},
        "invite.list": {FINE},
        "server.people": {FINE},
        "user.rights": {FINE},
        "user.show": {FINE},
    },
    "admin": {},
    "owner": {},
}
"""What the outcome is where it differs from that of a plain member, for one of the command's parameters."""
MORE["admin"] = {
    **MORE["moderator"],
    "room.role": {"conflict"},
    "server.rooms": {FINE},
    "server.invites": {FINE},
    "group.create": {FINE},
    "group.update": {"not_found"},
    "group.delete": {"not_found"},
    "emoji.add": {"not_found"},
    "emoji.remove": {"not_found"},
    "applicant.list": {FINE},
    "applicant.decline": {"not_found"},
}
MORE["owner"] = MORE["admin"]


@pytest.fixture(scope="module")
def plain():
    direct = world("member")
    yield [outcome(direct, *each) for each in RUN]
    direct.engine.dispose()


@pytest.mark.parametrize("role", ROLES)
def test_a_role_on_the_server_adds_only_what_it_is_for_and_opens_no_private_room(plain, role):
    direct = world(role)
    got = [outcome(direct, *each) for each in RUN]
    different: dict[str, set[str]] = {}
    for (command, params), here, there in zip(RUN, got, plain, strict=True):
        if here != there:
            assert "#staff" not in repr(params) or command == "room.create"
            different.setdefault(command, set()).add(here)
    assert different == MORE[role]
    direct.engine.dispose()


@pytest.mark.parametrize("command", DECLARED)
def test_no_command_takes_a_field_that_it_does_not_declare(command):
    assert DECLARED[command].params.model_config["extra"] == "forbid"


def test_nobody_gives_themselves_what_is_not_theirs_to_change(plain):
    direct = world("member")
    for field in ({"role": "owner"}, {"tenant": "acme"}, {"username": "bob"}, {"rev": 9}):
        assert outcome(direct, "user.update", {"about": "x", **field}) == "invalid"
    direct.engine.dispose()


def test_the_rights_in_rooms_belong_to_roles_that_manage():
    assert set(rights.IN_ROOMS) == {"moderator", "admin", "owner"}

"""Invitations by link: to a room, for people of the server and new ones, by those who may invite."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import socketio.exceptions

from chatrooms import clock
from chatrooms.identity import invites
from tests.appointing import appoint
from tests.doors import DOORS, post
from tests.identity.entering import code_of, enter
from tests.people import connect
from tests.servers import running


async def invited(person, room, **params) -> str:
    return (await person.run("invite.create", room=room, **params))["invite"]["code"]


async def outcome(person, command, **params) -> str:
    answer = await DOORS["socket"](person, command, params)
    return "fine" if answer["ok"] else answer["error"]["code"]


async def members_of(person, room) -> set[str]:
    return {row["username"] for row in (await person.run("room.members", room=room))["members"]}


@pytest.fixture
async def staff(person):
    """Bob, who owns the private room #staff."""
    bob = await person("bob")
    await bob.run("room.create", name="#staff", access="private", title="Staff")
    return bob


async def test_a_member_of_the_server_joins_a_private_room_at_once(staff, person):
    alice = await person("alice")
    member = (await alice.run("invite.accept", code=await invited(staff, "#staff")))["member"]
    assert (member["room"], member["role"]) == ("#staff", "member")
    await alice.hears(lambda _, data: data.get("memberships", [{}])[0].get("invited_by") == "bob")
    await alice.say("#staff", "hello")
    assert (await staff.hears_text("hello"))["author"] == "alice"


async def test_a_new_person_joins_the_server_and_the_room_in_one_step(staff, own_server):
    code = await invited(staff, "#staff")
    _, answer, headers = await post(own_server.url, "/api/invite.get", {"code": code})
    assert answer["result"] == {"room": "#staff", "title": "Staff", "created_by": "bob", "sign_up": "open"}
    assert "Set-Cookie" not in headers
    assert (await enter(own_server.url, "join", username="erin", invite=code))[0] == 200
    assert await members_of(staff, "#staff") == {"bob", "erin"}


async def test_a_program_gives_its_invitation_in_the_handshake(staff, person):
    code = await invited(staff, "#staff")
    await person("erin", auth={"username": "erin", "claim": "i" * 43, "invite": code})
    assert await members_of(staff, "#staff") == {"bob", "erin"}


async def test_where_new_people_need_an_invitation_both_doors_ask_for_one(tmp_path):
    async with running(tmp_path) as server, connect(server.url, "bob") as bob:
        token = bob.token
    async with running(tmp_path, guests="invite") as server, connect(server.url, "bob", token=token) as bob:
        assert await code_of(server.url, "join", username="erin") == "unauthorized"
        assert await code_of(server.url, "join", username="erin", invite="x" * 43) == "not_found"
        with pytest.raises(socketio.exceptions.ConnectionError):
            async with connect(server.url, "erin"):
                pass
        code = await invited(bob, "#lobby", uses=1)
        assert (await enter(server.url, "join", username="erin", invite=code))[0] == 200
        assert await code_of(server.url, "join", username="frank", invite=code) == "not_found"
        assert await members_of(bob, "#lobby") == {"bob", "erin"}


async def test_an_invitation_is_good_for_as_many_as_it_says_even_at_once(staff, own_server):
    code = await invited(staff, "#staff", uses=2)
    answers = await asyncio.gather(*(enter(own_server.url, "join", username=f"user{n}", invite=code) for n in range(5)))
    assert sorted(status for status, _, _ in answers) == [200, 200, 404, 404, 404]
    assert len(await members_of(staff, "#staff")) == 3
    assert (await staff.run("invite.list", room="#staff"))["invites"] == []


async def test_who_is_refused_has_not_taken_the_name(staff, own_server):
    code = await invited(staff, "#staff", uses=1)
    await enter(own_server.url, "join", username="erin", invite=code)
    assert await code_of(own_server.url, "join", username="frank", invite=code) == "not_found"
    assert (await enter(own_server.url, "join", username="frank"))[0] == 200


async def test_following_it_again_changes_nothing_and_uses_nothing(staff, person):
    alice, code = await person("alice"), await invited(staff, "#staff", uses=2)
    for _ in range(3):
        assert (await alice.run("invite.accept", code=code))["member"]["role"] == "member"
    assert (await staff.run("invite.accept", code=code))["member"]["role"] == "owner"
    assert [invite["uses_left"] for invite in (await staff.run("invite.list", room="#staff"))["invites"]] == [1]


@pytest.mark.parametrize("ending", ["last use", "revoked", "expired"])
async def test_who_joined_by_an_invitation_that_works_no_longer_can_follow_it_again(staff, person, monkeypatch, ending):
    code = await invited(staff, "#staff", uses=1 if ending == "last use" else 2)
    alice, carol = await person("alice"), await person("carol")
    joined = await alice.run("invite.accept", code=code)
    if ending == "revoked":
        (invite,) = (await staff.run("invite.list", room="#staff"))["invites"]
        await staff.run("invite.revoke", id=invite["id"])
    elif ending == "expired":
        later = clock.later(invites.GOOD_FOR)
        monkeypatch.setattr(clock, "now", lambda: later)
    assert await alice.run("invite.accept", code=code) == joined
    assert await outcome(carol, "invite.accept", code=code) == "not_found"
    await alice.run("room.leave", room="#staff")
    assert await outcome(alice, "invite.accept", code=code) == "not_found"


async def test_coming_and_going_does_not_use_up_an_invitation(staff, person):
    await staff.run("room.create", name="#open")
    alice, code = await person("alice"), await invited(staff, "#open", uses=2)
    for _ in range(4):
        await alice.run("invite.accept", code=code)
        await alice.run("room.leave", room="#open")
    assert [invite["uses_left"] for invite in (await staff.run("invite.list", room="#open"))["invites"]] == [1]


async def test_a_link_does_not_undo_a_removal_from_a_private_room(staff, person):
    alice, code = await person("alice"), await invited(staff, "#staff")
    await alice.run("invite.accept", code=code)
    await staff.run("room.remove", room="#staff", username="alice")
    assert await outcome(alice, "invite.accept", code=code) == "forbidden"
    await staff.run("room.invite", room="#staff", username="alice")
    assert await outcome(alice, "invite.accept", code=code) == "fine"


async def test_a_link_of_somebody_who_may_no_longer_invite_leads_nowhere(staff, person):
    alice, carol = await person("alice"), await person("carol")
    await staff.run("room.create", name="#open")
    await alice.run("room.join", room="#open")
    code = await invited(alice, "#open")
    await alice.run("room.leave", room="#open")
    assert await outcome(carol, "invite.accept", code=code) == "not_found"
    await alice.run("room.join", room="#open")
    assert await outcome(carol, "invite.accept", code=code) == "fine"
    code = await invited(staff, "#open")
    await staff.run("room.archive", room="#open")
    dave = await person("dave")
    assert await outcome(dave, "invite.accept", code=code) == "not_found"


async def test_people_who_may_invite_make_links_and_their_makers_and_moderators_revoke_them(staff, person):
    alice, carol = await person("alice"), await person("carol")
    await staff.run("room.create", name="#open")
    await alice.run("room.join", room="#open")
    assert await outcome(carol, "invite.create", room="#open") == "not_a_member"
    assert await outcome(carol, "invite.create", room="#staff") == "not_found"
    await staff.run("room.invite", room="#staff", username="alice")
    assert await outcome(alice, "invite.create", room="#staff") == "forbidden"
    hers = (await alice.run("invite.create", room="#open"))["invite"]
    his = (await staff.run("invite.create", room="#open"))["invite"]
    listed = {name: await who.run("invite.list", room="#open") for name, who in {"alice": alice, "bob": staff}.items()}
    assert [invite["id"] for invite in listed["alice"]["invites"]] == [hers["id"]]
    assert {invite["id"] for invite in listed["bob"]["invites"]} == {hers["id"], his["id"]}
    assert "code" not in str(listed)
    assert await outcome(carol, "invite.revoke", id=hers["id"]) == "not_found"
    assert await outcome(alice, "invite.revoke", id=his["id"]) == "not_found"
    assert await outcome(staff, "invite.revoke", id=hers["id"]) == "fine"
    assert (await alice.run("invite.list", room="#open"))["invites"] == []


@pytest.mark.parametrize("ending", ["session.revoke_others", "user.sign_out"])
async def test_an_invitation_ends_once_its_maker_is_signed_out_everywhere(staff, person, own_server, ending):
    olga, dave = await person("olga"), await person("dave")
    await appoint(own_server.chat, "olga", "owner")
    left, of_another = await invited(staff, "#staff"), await invited(olga, "#lobby")
    await (olga.run(ending, username="bob") if ending == "user.sign_out" else staff.run(ending))
    assert await outcome(dave, "invite.accept", code=left) == "not_found"
    assert await outcome(dave, "invite.accept", code=of_another) == "fine"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"uses": 0}, "invalid"),
        ({"uses": 1001}, "invalid"),
        ({"expires": "2020-01-01T00:00:00Z"}, "invalid"),
        ({"expires": "9000-01-01T00:00:00Z"}, "invalid"),
        ({"expires": "soon"}, "invalid"),
        ({"room": "alice+bob"}, "invalid"),
        ({"room": "#none"}, "not_found"),
    ],
)
async def test_what_cannot_be_an_invitation_is_refused(staff, params, code):
    assert await outcome(staff, "invite.create", **{"room": "#staff"} | params) == code


@pytest.mark.parametrize(("days", "code"), [(89, "fine"), (91, "invalid")])
async def test_an_invitation_works_for_ninety_days_at_most(staff, days, code):
    assert await outcome(staff, "invite.create", room="#staff", expires=clock.later(timedelta(days=days))) == code


async def test_an_invitation_expires(staff, person, monkeypatch):
    alice, code = await person("alice"), await invited(staff, "#staff")
    later = clock.later(invites.GOOD_FOR)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert await outcome(alice, "invite.accept", code=code) == "not_found"


async def test_the_database_holds_no_code(staff, own_server):
    code = await invited(staff, "#staff")
    rows = await own_server.chat._pipeline.lookup(lambda db: db.execute(invites.invites.select()).all())
    assert rows and code not in repr(rows)

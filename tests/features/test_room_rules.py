"""What members may do in a room as its owners decide, how often, and the reasons that a moderator reads."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from chatrooms.errors import RateLimited
from chatrooms.pipeline.rates import Rates
from chatrooms.pipeline.rights import RIGHTS
from chatrooms.storage.synced import RULES
from chatrooms.storage.tables import suspensions
from tests.direct import Direct, code

DEN = "#den"
NAMES = ("alice", "bob", "carol", "dave")


@pytest.fixture
def direct() -> Direct:
    """A room of alice's: bob moderates it, carol is a member, dave is not in it."""
    made = Direct()
    for name in NAMES:
        made.join(name)
    made.run("alice", "room.create", {"name": DEN})
    for name in ("bob", "carol"):
        made.run(name, "room.join", {"room": DEN})
    made.run("alice", "room.role", {"room": DEN, "username": "bob", "role": "moderator"})
    return made


def rule(direct, who="alice", **rules):
    return direct.run(who, "room.update", {"room": DEN, **rules})[0]["room"]


def post(direct, who, room=DEN, text="hi", **more):
    return direct.run(who, "message.post", {"room": room, "text": text, **more})[0]["message"]


def rules_of(room):
    return {name: room[name] for name in RULES}


def test_a_room_has_the_rules_of_its_kind_until_somebody_decides(direct):
    usual = {"posting": "members", "threading": "members", "inviting": "members", "calling": "moderators", "slow": 0}
    assert rules_of(rule(direct, topic="x")) == usual
    private = rule(direct, access="private")
    assert rules_of(private) == {**usual, "inviting": "moderators"}
    assert rules_of(rule(direct, access="private", inviting="members"))["inviting"] == "members"
    assert rules_of(rule(direct, access="private", title="y"))["inviting"] == "members", "saved again, as before"
    assert rules_of(rule(direct, access="open"))["inviting"] == "members"


def test_a_new_rule_is_sent_to_the_room_with_an_event(direct):
    _, changes = direct.run("bob", "room.update", {"room": DEN, "posting": "moderators", "slow": 30})
    (change,) = changes
    assert rules_of(change["rooms"][0])["slow"] == 30
    (event,) = change["messages"]
    assert (event["kind"], event["text"], event["data"]) == ("rules", "bob changed what members can do here.", None)
    assert direct.run("bob", "room.update", {"room": DEN, "slow": 30})[1] == []


@pytest.mark.parametrize(
    ("who", "params", "expected"),
    [
        ("carol", {"posting": "members"}, "forbidden"),
        ("dave", {"posting": "members"}, "not_a_member"),
        ("bob", {"posting": "nobody"}, "invalid"),
        ("bob", {"slow": -1}, "invalid"),
        ("bob", {"slow": 21_601}, "invalid"),
        ("bob", {"slow": 21_600}, "fine"),
    ],
)
def test_owners_and_moderators_make_the_rules(direct, who, params, expected):
    assert code(direct, who, "room.update", room=DEN, **params) == expected


def test_where_moderators_post_members_reply_in_threads_react_and_delete_what_they_wrote(direct):
    mine = post(direct, "carol")
    other = post(direct, "carol")
    rule(direct, posting="moderators")
    assert code(direct, "carol", "message.post", room=DEN, text="hi") == "forbidden"
    assert post(direct, "bob") and post(direct, "alice")
    assert post(direct, "carol", f"{DEN}/{mine['seq']}")
    for command, more in (("message.edit", {"text": "more"}), ("message.pin", {}), ("message.unpin", {})):
        assert code(direct, "carol", command, id=mine["id"], **more) == "forbidden", command
    assert code(direct, "carol", "message.delete", id=other["id"]) == "fine"
    assert code(direct, "carol", "reaction.add", id=mine["id"], emoji="\N{THUMBS UP SIGN}") == "fine"
    rule(direct, posting="members", threading="moderators")
    assert post(direct, "carol")
    assert code(direct, "carol", "message.post", room=f"{DEN}/{mine['seq']}", text="hi") == "forbidden"
    assert post(direct, "bob", f"{DEN}/{mine['seq']}")


def test_an_edit_follows_the_rules_of_threads_and_counts_in_slow_mode(direct):
    above = post(direct, "bob")
    reply = post(direct, "carol", f"{DEN}/{above['seq']}")
    mine = post(direct, "carol")
    rule(direct, threading="moderators", slow=60)
    assert code(direct, "carol", "message.edit", id=reply["id"], text="more") == "forbidden"
    assert code(direct, "carol", "message.edit", id=mine["id"], text=mine["text"]) == "fine"
    assert code(direct, "carol", "message.edit", id=mine["id"], text="more") == "fine"
    assert code(direct, "carol", "message.edit", id=mine["id"], text="and more") == "rate_limited"
    assert code(direct, "carol", "message.delete", id=mine["id"]) == "fine"
    assert code(direct, "bob", "message.edit", id=above["id"], text="more") == "fine"
    assert code(direct, "carol", "typing", room=f"{DEN}/{above['seq']}") == "forbidden"


def test_a_message_that_is_stored_is_returned_also_to_somebody_who_may_no_longer_post(direct):
    id = "3f1c5b0e-0000-4000-8000-00000000000a"
    mine = post(direct, "carol", id=id)
    rule(direct, slow=60)
    assert post(direct, "carol", id=id)["seq"] == mine["seq"]


def test_a_role_on_the_server_is_enough(direct):
    rule(direct, posting="moderators", inviting="moderators", slow=60)
    direct.appoint("carol", "moderator")
    for _ in range(3):
        post(direct, "carol")
    assert code(direct, "carol", "room.invite", room=DEN, username="dave") == "fine"


def test_who_invites_where_only_moderators_do(direct):
    rule(direct, inviting="moderators")
    assert code(direct, "carol", "room.invite", room=DEN, username="dave") == "forbidden"
    assert code(direct, "carol", "invite.create", room=DEN) == "forbidden"
    assert code(direct, "bob", "room.invite", room=DEN, username="dave") == "fine"
    rule(direct, access="private", inviting="members")
    direct.run("bob", "room.remove", {"room": DEN, "username": "dave"})
    assert code(direct, "carol", "room.invite", room=DEN, username="dave") == "fine"


def test_members_call_where_the_rules_say_so(direct):
    assert post(direct, "carol", text="@room")["calls"] is None
    rule(direct, calling="members")
    assert post(direct, "carol", text="@room")["calls"]["whom"] == "room"
    assert code(direct, "dave", "message.post", room=DEN, text="@room") == "not_a_member"


def test_in_slow_mode_a_member_posts_once_in_a_while_in_the_room_and_its_threads_together(direct):
    above = post(direct, "alice")
    direct._rates = Rates(direct._settings)
    rule(direct, slow=60)
    post(direct, "carol")
    for room in (DEN, f"{DEN}/{above['seq']}"):
        with pytest.raises(RateLimited, match="slow mode") as refused:
            post(direct, "carol", room)
        assert 0 < refused.value.details["retry_after"] <= 60
    assert post(direct, "carol", "#lobby")
    for _ in range(3):
        post(direct, "bob")
    rule(direct, slow=0)
    assert post(direct, "carol") and post(direct, "carol")


def verdicts(direct, username, who="bob", **params):
    found = direct.run(who, "user.rights", {"username": username, **params})[0]["verdicts"]
    assert all(verdict["allowed"] == (not verdict["reason"]) for verdict in found)
    return {verdict["action"]: verdict["reason"] for verdict in found}


def test_a_moderator_reads_why_somebody_cannot_do_what(direct):
    rule(direct, posting="moderators", inviting="moderators")
    found = verdicts(direct, "carol", room=DEN)
    assert (found["read"], found["thread"]) == ("", "")
    assert found["post"] == found["call"] == "Only owners and moderators can post in this room."
    assert found["invite"] == "Only owners and moderators can invite people to this room."
    assert found["manage"] == "Only an owner or moderator can do that."
    assert not any(verdicts(direct, "bob", room=DEN).values())
    assert set(verdicts(direct, "dave", room=DEN).values()) == {"They aren't in this room."}
    rule(direct, access="private")
    assert set(verdicts(direct, "dave", room=DEN).values()) == {"They aren't in this room."}
    direct.run("alice", "room.archive", {"room": DEN})
    assert verdicts(direct, "bob", room=DEN)["post"] == "This room is archived."


def test_of_the_server_a_moderator_reads_the_whole_table(direct):
    direct.appoint("bob", "moderator")
    direct.appoint("carol", "guest")
    direct.appoint("alice", "owner")
    found = verdicts(direct, "carol")
    assert set(found) == set(RIGHTS)
    assert found["create"] == RIGHTS["create"].reason
    assert not [reason for reason in found.values() if "you" in reason.lower().split()]
    assert not any(verdicts(direct, "alice").values())
    assert code(direct, "carol", "user.rights", username="bob") == "forbidden"
    with direct.engine.begin() as db:
        db.execute(insert(suspensions).values(username="carol", by="alice", at="", reason="Spam"))
    assert set(verdicts(direct, "carol").values()) == {"They are suspended: Spam"}
    assert set(verdicts(direct, "carol", who="alice", room=DEN).values()) == {"They are suspended: Spam"}
    direct.appoint("bob", "member")
    assert not any("suspended" in reason for reason in verdicts(direct, "carol", room=DEN).values())
    direct.appoint("bob", "moderator")
    assert code(direct, "bob", "user.rights", username="nobody") == "not_found"
    assert code(direct, "bob", "user.rights", username="bob", room="#never") == "not_found"

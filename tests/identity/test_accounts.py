"""A host application's users keep their ids exactly, and each has a username of their own."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatrooms import User, names
from chatrooms.features import users
from chatrooms.identity import accounts
from chatrooms.pipeline.act import Server
from tests.direct import Direct

APPLICATIONS = ("Acme",)
ids = st.one_of(
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=200).filter(str.strip),
    st.from_regex(r"[a-cA-C]{1,3}(-[1-3])?(@[a-c]\.org)?", fullmatch=True),
    st.integers(0, 30).map(str),
    st.sampled_from(["system", "here", "acme", "acrne", "admin", "user", "user-2", "\uff41lice", "sy\u0455tem"]),
)


class Host:
    """The accounts of one chat."""

    def __init__(self) -> None:
        self.direct = Direct()

    def come(self, id: str, name: str = "") -> str:
        """Return the username of a user, who comes for the first time or again."""
        user, act = User(id, name), self.direct.act("system")
        act.server = Server(APPLICATIONS[0])
        with act.db.begin():
            known = accounts.find(act.db, id)
            username = known["username"] if known else accounts.free_username(act.db, user, *APPLICATIONS)
            found = accounts.come(act, user, username)
        act.db.close()
        assert found is not None
        return found

    def shown(self, username: str) -> str:
        """Return a person's display name."""
        with self.direct.engine.connect() as db:
            return users.existing(db, username)["name"]


@pytest.mark.parametrize(
    ("id", "name", "username"),
    [
        ("alice", "", "alice"),
        ("alice", "Alice Liddell", "alice"),
        ("alice@example.com", "", "alice"),
        ("alice@example.com", "Alice Liddell", "alice.liddell"),
        ("alice.b+news@example.com", "", "alice.bnews"),
        ("550e8400-e29b-41d4-a716-446655440000", "Bob", "bob"),
        ("7", "", "user-7"),
        ("77", "", "77"),
        ("77", "Alice Liddell", "alice.liddell"),
        ("77", "here", "77"),
        ("5f7c8ec7c33c6c004bbafe82", "Bob", "bob"),
        ("bob77", "Robert", "bob77"),
        ("7", "Zoë 7", "zoë.7"),
        ("ALICE", "", "alice"),
        ("auth0|5f7c8ec7c33c6c004bbafe82", "Ann", "ann"),
        ("\N{PILE OF POO}", "", "user-2"),
        ("system", "", "user-2"),
        ("here", "", "user-2"),
        ("acme", "Acme", "user-2"),
        ("x" * 200, "", "x" * 20),
        ("Алиса Ивановна", "", "алиса.ивановна"),
    ],
)
def test_a_username_is_made_from_the_id_or_the_name(id, name, username):
    assert Host().come(id, name) == username


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(ids, st.sampled_from(["", "A", "Alice", "Acme", "system"])), min_size=1, max_size=25))
def test_each_id_has_one_username_which_no_other_has_and_none_speaks_for_the_server(came):
    host, known = Host(), {}
    for id, name in came:
        username = host.come(id, name)
        assert known.setdefault(id, username) == username == names.vouched(username, *APPLICATIONS)
    assert len(set(known.values())) == len(known)
    with host.direct.engine.connect() as db:
        for id, username in known.items():
            assert accounts.username_of(db, id) == username
            assert accounts.id_of(db, username) == id


def test_someone_who_came_when_ids_were_usernames_stays_that_person():
    host = Host()
    host.direct.join("alice")
    assert host.come("alice@example.com") == "alice-2"
    assert host.come("alice") == "alice"
    assert host.come("ALICE") == "alice-3"
    host.direct.join("77")
    assert (host.come("77", "Bob"), host.come("78", "Bob")) == ("77", "bob")


def test_an_id_that_is_anothers_username_gets_a_different_one():
    host = Host()
    assert host.come("alice@example.com") == "alice"
    assert host.come("alice") == "alice-2"
    with host.direct.engine.connect() as db:
        assert accounts.username_of(db, "alice") == "alice-2"
        assert accounts.username_of(db, "alice-2") is None


def test_many_of_one_name_are_many_people():
    host = Host()
    found = [host.come(f"{number}@example.com", "Ann") for number in range(30)]
    assert found[:3] == ["ann", "ann-2", "ann-3"] and len(set(found)) == 30


def test_a_username_that_was_taken_in_the_meantime_is_not_given_twice():
    host = Host()
    host.come("alice@example.com")
    act = host.direct.act("system")
    assert accounts.come(act, User("alice@example.org"), "alice") is None


def test_the_display_name_is_the_hosts_until_the_person_changes_it_and_again_when_the_host_does():
    host = Host()
    username = host.come("7", "Ann")
    assert host.shown(username) == "Ann"
    host.direct.run(username, "user.update", {"name": "Annie"})
    host.come("7", "Ann")
    host.come("7")
    assert host.shown(username) == "Annie"
    host.come("7", "Ann Smith")
    assert host.shown(username) == "Ann Smith"


def test_people_of_a_host_can_have_the_same_name_but_not_the_applications():
    host = Host()
    first, second = host.come("1", "Ann"), host.come("2", "Ann")
    assert host.shown(first) == host.shown(second) == "Ann"
    assert [host.shown(host.come(name, name)) for name in ("Acme", "system", "ACME ")] == ["", "", ""]


@pytest.mark.parametrize(
    ("given_name", "stored"),
    [("  Ann \t Smith\n", "Ann Smith"), ("x" * 500, "x" * 80), ("", ""), ("Ann\u2028Smith", "Ann Smith")],
)
def test_a_name_is_stored_as_one_line(given_name, stored):
    assert User("7", given_name).name == stored


@pytest.mark.parametrize("name", ["\u202eAnn", "\u200b\u200b", 7, None])
def test_a_name_that_cannot_be_shown_is_refused(name):
    with pytest.raises((TypeError, ValueError)):
        User("7", name)


@pytest.mark.parametrize(
    ("roles", "role"),
    [
        ((), None),
        (("billing", "Admin"), None),
        (("guest", "billing"), "guest"),
        (["moderator", "owner", "member"], "owner"),
        (("admin", "moderator"), "admin"),
    ],
)
def test_the_highest_of_the_roles_of_a_host_counts(roles, role):
    user = User("7", "Ann", "", roles)
    assert (user.server_role, user.roles) == (role, tuple(roles))
    assert hash(user) == hash(User("7", "Ann", roles=tuple(roles)))


@pytest.mark.parametrize("roles", ["admin", {"admin"}, None, ("admin", 7)])
def test_roles_are_a_list_of_names(roles):
    with pytest.raises(TypeError, match="a tuple or list of their names"):
        User("7", roles=roles)


def test_role_and_roles_are_not_given_together():
    with pytest.raises(ValueError, match="role or roles, not both"):
        User("7", roles=("admin",), role="admin")
    with pytest.raises(TypeError, match="avatar"):
        User("7", avatar=None)

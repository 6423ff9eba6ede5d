"""The grammar of names: normalization, kinds of rooms, and look-alikes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatrooms import names


@pytest.mark.parametrize(
    ("given", "stored"),
    [("Alice", "alice"), ("ａｌｉｃｅ", "alice"), ("José", "josé"), ("a.b-c_d", "a.b-c_d"), ("שלום", "שלום")],
)
def test_usernames_are_normalized(given, stored):
    assert names.username(given) == stored == names.username(stored)


@pytest.mark.parametrize(
    "given",
    ["", "a", "x" * 33, "a b", "a+b", "#a", "~a", "!a", "a/b", "a\n", "<b>", "a\u202eb", "a\u200bb", "👍👍", ".."],
)
def test_an_invalid_username_is_rejected_with_a_message(given):
    with pytest.raises(ValueError, match=r"\.$"):
        names.username(given)


@pytest.mark.parametrize("reserved", ["system", "Admin", "everyone", "\u0430dmin", "r\u043e\u043et", "adrnin"])
def test_reserved_names_cannot_be_claimed(reserved):
    with pytest.raises(ValueError, match="reserved"):
        names.claimable(reserved)


@pytest.mark.parametrize("pair", [("alice", "аlice"), ("paypal", "раураl"), ("user1", "userl"), ("jim", "jirn")])
def test_look_alike_names_have_the_same_skeleton(pair):
    assert names.skeleton(pair[0]) == names.skeleton(pair[1])


def test_different_names_have_different_skeletons():
    assert len({names.skeleton(name) for name in ("alice", "bob", "carol", "mallory", "jim", "tim")}) == 6


@pytest.mark.parametrize(
    ("room", "kind", "recipients"),
    [
        ("alice", "personal", ["alice"]),
        ("#lobby", "shared", ["#lobby"]),
        ("lobby", "personal", ["lobby"]),
        ("alice+bob", "conversation", ["alice", "bob"]),
        ("~alice", "watchers", ["~alice"]),
    ],
)
def test_the_name_of_a_room_determines_its_kind_and_recipients(room, kind, recipients):
    assert (names.kind(room), list(names.recipients(room))) == (kind, recipients)


@pytest.mark.parametrize("room", ["", "+", "a+", "+a"])
def test_recipients_are_never_empty(room):
    with pytest.raises(ValueError, match="a room must have a name"):
        names.recipients(room)


def test_a_conversation_is_sorted_and_with_one_person_is_their_own_room():
    assert names.durable("Bob+alice") == names.conversation("alice", "bob", "BOB") == "alice+bob"
    assert names.conversation("alice", "alice") == "alice"


def test_a_conversation_has_at_most_ten_people():
    names.conversation(*(f"person{n}" for n in range(10)))
    with pytest.raises(ValueError, match="at most 10"):
        names.conversation(*(f"person{n}" for n in range(11)))


@given(st.text(max_size=60))
def test_any_text_is_normalized_to_a_durable_name_or_rejected(text):
    try:
        name = names.durable(text)
    except ValueError:
        return
    assert names.durable(name) == name
    assert all(names.recipients(name))
    assert names.kind(name) in ("personal", "shared", "conversation")


def test_a_name_that_looks_like_very_many_letters_has_a_bounded_skeleton():
    assert len(names.skeleton("\uab8a" * names.MAX_USERNAME)) <= names.MAX_SKELETON

"""The grammar of names: normalization, kinds of rooms, and look-alikes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatrooms import lookalikes, names


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


@given(st.text(max_size=60) | st.from_regex(r"[#a-c0+]{1,6}(/[0-9]{1,12})?", fullmatch=True))
def test_any_text_is_normalized_to_a_durable_name_or_rejected(text):
    try:
        name = names.durable(text)
    except ValueError:
        return
    assert names.durable(name) == name
    assert all(names.recipients(name))
    assert names.kind(name) in ("personal", "shared", "conversation", "thread")


@pytest.mark.parametrize("mark", [mark for mark, kind in names.KINDS.items() if kind != "shared"])
def test_a_room_of_sockets_is_no_room_that_can_be_stored(mark):
    with pytest.raises(ValueError, match="not a room name"):
        names.durable(f"{mark}alice")


def test_a_name_that_looks_like_very_many_letters_has_a_bounded_skeleton():
    assert len(names.skeleton("\uab8a" * names.MAX_USERNAME)) <= lookalikes.MAX_SKELETON


LOOK_ALIKE = (
    ("The Boss", "the boss"),
    ("The Boss", "The  Boss\u200b"),
    ("The Boss", "TheBoss\ufe0f"),
    ("The Boss", "The B\N{GREEK SMALL LETTER OMICRON}ss"),
    ("The Boss", "Ｔｈｅ Ｂｏｓｓ"),
    ("The Boss", "𝐓𝐡𝐞 𝐁𝐨𝐬𝐬"),
    ("alice", "Alice"),
    ("alice", "aIice"),
    ("AI Bot", "Al Bot"),
    ("bob", "B0B"),
    ("Jim", "Jirn"),
)


@pytest.mark.parametrize(("one", "other"), LOOK_ALIKE)
def test_display_names_that_look_alike_share_a_look(one, other):
    assert not set(names.looks(one)).isdisjoint(names.looks(other))


def test_different_display_names_share_no_look():
    given = ("Alice", "Ali", "All", "Mila", "Milla", "Zoë", "Zoe", "Bob", "Bob B.", "李", "👍", "👎")
    looks = [set(names.looks(name)) for name in given]
    assert all(one.isdisjoint(other) for n, one in enumerate(looks) for other in looks[:n])


@given(st.text(st.characters(categories=("L", "N", "M")) | st.sampled_from("aB0.-_"), min_size=2, max_size=12))
def test_the_look_of_a_username_is_its_skeleton(given):
    try:
        username = names.username(given)
    except ValueError:
        return
    assert names.looks(username)[0] == names.skeleton(username)


@pytest.mark.parametrize(
    "name", ["Admin", "S y s t e m", "R\N{GREEK SMALL LETTER OMICRON}ot", "EVERYONE", "Acme  Chat"]
)
def test_reserved_words_are_no_display_names(name):
    assert names.is_reserved(name, "Acme Chat")
    assert not names.is_reserved(name + "x", "Acme Chat")


@pytest.mark.parametrize(
    "name",
    [
        *("ab\U00016fe4", "ab\U0001107f", "\u0301ab", "a._\u0301b", "ab\u1039", "a\u17b7b", "\u1010\u1000\u1039"),
        *("admln", "adm1n", "admin_", "ad.min", "a-d-m-i-n", "administrat0r", "here_", "a.ll", "s.ystem", "r00t"),
        *("chat_rooms", "acme.corp", "acme_c0rp", "\u0430dmin."),
    ],
)
def test_a_name_that_hides_something_or_speaks_for_the_server_cannot_be_claimed(name):
    with pytest.raises(ValueError):
        names.claimable(name, "Acme Corp")


@pytest.mark.parametrize("name", ["Admln", "ad min", "Acme-Corp", "Sys.tem"])
def test_a_display_name_cannot_speak_for_the_server(name):
    assert names.is_reserved(name, "Acme Corp")


@pytest.mark.parametrize(
    "name",
    [
        *("ali", "alli", "lil", "bill", "allan", "heresy", "rooty", "administer", "acme", "a.b_c-d"),
        *("\u1019\u103c\u1014\u103a\u1019\u102c", "\u092d\u093e\u0930\u0924", "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35"),
        *(
            "\u05e2\u05b4\u05d1\u05b0\u05e8",
            "\u0645\u064f\u062d\u064e\u0645",
            "\u1797\u17b6\u179f\u17b6\u1781\u17d2\u1798\u17c2\u179a",
        ),
        *("j\u0303o\xe3o", "n\u0323am", "\uac00\ub098"),
    ],
)
def test_ordinary_names_of_all_scripts_can_be_claimed(name):
    assert names.claimable(name, "Acme Corp")

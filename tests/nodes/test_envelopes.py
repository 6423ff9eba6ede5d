"""What goes over the bus: packed, in pieces, numbered, and read by other versions."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatrooms.events import Change, Emission, End, Signal
from chatrooms.pipeline.bus import envelopes
from chatrooms.pipeline.bus.envelopes import Receiver, Sender
from chatrooms.pipeline.bus.messages import LARGEST, Ask, Beat, Bye, Head, Moved, Present, Spent
from chatrooms.storage.facts import Facts

FACTS = Facts("12345678", "epoch", "", "secret")
MOST = 7999
"""Bytes in a notification of PostgreSQL."""
EVERY = [
    Change("#lobby", 7, {"messages": [{"id": "1", "text": "ñ 🎉 \0"}]}),
    Signal("#lobby", "alice", "typing", {}),
    End("!session"),
    End("bob", at_once=True, bars=True),
    Emission("vote", [1, None], ("#lobby",)),
    Head("#lobby", 8),
    Moved(["alice"], ["bob"]),
    Beat(2, 2**63 - 1),
    Ask("node"),
    Spent("join", "192.0.2.1"),
    Present(["alice"]),
    Bye(),
]
text = st.text(max_size=40).map(lambda some: some * 400)


def received(receiver: Receiver, pieces) -> list:
    parcels = [parcel for piece in pieces if (parcel := receiver.take(piece))]
    return [message for parcel in parcels for message in parcel.messages]


def pair() -> tuple[Sender, Receiver]:
    return Sender(FACTS, "one"), Receiver(FACTS, "two")


def test_every_kind_of_message_arrives_as_it_was_sent():
    sender, receiver = pair()
    assert received(receiver, sender.pack(EVERY)) == [
        Emission(each.event, each.data, list(each.rooms)) if isinstance(each, Emission) else each for each in EVERY
    ]


@given(st.lists(text, max_size=12))
def test_messages_of_any_size_fit_into_notifications_and_arrive_whole(texts):
    sender, receiver = pair()
    messages = [Signal("#lobby", "alice", "x", each) for each in texts]
    pieces = sender.pack(messages)
    assert all(len(piece.encode()) <= MOST for piece in pieces)
    assert received(receiver, pieces) == messages


def test_a_large_change_is_sent_as_its_head():
    sender, receiver = pair()
    large = Change("#lobby", 7, {"messages": [{"text": "x" * LARGEST}]})
    assert received(receiver, sender.pack([large])) == [Head("#lobby", 7)]


@given(st.data())
def test_whatever_is_lost_is_noticed_with_the_next_that_arrives(data):
    sender, receiver = pair()
    envelopes_of = [sender.pack([Signal("#a", "alice", "x", "y" * size)]) for size in data.draw(st.lists(sizes))]
    kept = [data.draw(st.lists(st.booleans(), min_size=len(each), max_size=len(each))) for each in envelopes_of]
    parcels = [
        parcel
        for pieces, keep in zip(envelopes_of, kept, strict=True)
        for piece, is_kept in zip(pieces, keep, strict=True)
        if is_kept and (parcel := receiver.take(piece))
    ]
    whole = [all(keep) for keep in kept]
    assert sum(bool(parcel.messages) for parcel in parcels) == sum(whole)
    last_whole = max((index for index, is_whole in enumerate(whole) if is_whole), default=-1)
    assert any(parcel.missed for parcel in parcels[: 1 + _position(parcels, whole)]) or all(whole[: last_whole + 1])


sizes = st.sampled_from([10, 9000, 20_000])


def _position(parcels, whole) -> int:
    """Return where the last parcel with messages is."""
    return max((index for index, parcel in enumerate(parcels) if parcel.messages), default=len(parcels))


def test_what_is_skipped_is_noticed():
    sender, receiver = pair()
    (first,) = [receiver.take(piece) for piece in sender.pack([Bye()])]
    sender.skip()
    (second,) = [receiver.take(piece) for piece in sender.pack([Bye()])]
    assert (first.missed, second.missed) == (False, True)


def test_other_versions_databases_and_one_s_own_messages_are_ignored():
    sender, _ = pair()
    (piece,) = sender.pack([Bye()])
    assert Receiver(FACTS._replace(instance="another"), "two").take(piece) is None
    assert Receiver(FACTS, "one").take(piece) is None
    assert Receiver(FACTS, "two").take("2" + piece[1:]) is None


def sent(number: int, text: str, key: bytes = b"secret") -> str:
    head = f"1 {FACTS.instance} one {number} 1/1"
    return f"{head} {envelopes._proof(key, head, text)} {text}"


def test_kinds_of_newer_versions_are_ignored_and_nonsense_is_rejected():
    _, receiver = pair()
    unknown = orjson.dumps([["newer", 1], ["bye"]]).decode()
    assert receiver.take(sent(1, unknown)).messages == (Bye(),)
    for nonsense in ("hello", sent(2, "no"), sent(3, "[[]]"), sent(4, '[["bye", 1]]')):
        with pytest.raises(ValueError):
            receiver.take(nonsense)


def test_who_does_not_know_the_secret_of_the_database_cannot_send_and_nothing_is_taken_twice():
    _, receiver = pair()
    with pytest.raises(ValueError):
        receiver.take(sent(1, '[["bye"]]', key=b"another"))
    genuine = sent(1, '[["bye"]]')
    assert receiver.take(genuine).messages == (Bye(),)
    assert receiver.take(genuine) is None
    with pytest.raises(ValueError):
        receiver.take(genuine.replace(" 1 1/1 ", " 2 1/1 "))


def test_what_is_no_json_is_left_out_and_the_rest_arrives():
    sender, receiver = pair()
    assert received(receiver, sender.pack([Emission("e", b"bytes", ("#a",)), Bye()])) == [Bye()]


def test_many_messages_are_divided_among_envelopes():
    many = [Signal("#a", "alice", "x", "y" * 1000) for _ in range(1000)]
    assert max(map(len, envelopes.envelopes(many))) < 2 * envelopes.FULL

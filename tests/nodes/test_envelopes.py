"""What goes over the bus: packed, in pieces, numbered, and read by other versions."""

from __future__ import annotations

import itertools
import time
from contextlib import suppress

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatrooms.events import Change, Emission, End, Signal
from chatrooms.pipeline.bus import envelopes
from chatrooms.pipeline.bus.database_clock import DatabaseClock
from chatrooms.pipeline.bus.envelopes import FRESH, LONGEST, OfCopy, OtherVersion, Receiver, Sender
from chatrooms.pipeline.bus.messages import LARGEST, Ask, Beat, Bye, Head, Moved, Present, Spent
from chatrooms.pipeline.bus.seals import Seal
from chatrooms.storage.facts import Facts

FACTS = Facts("12345678", "epoch", "", "secret")
NOW = 1_790_000_000.0
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


def received(hearing: Receiver, pieces) -> list:
    parcels = [parcel for piece in pieces if (parcel := hearing.take(piece))]
    return [message for parcel in parcels for message in parcel.messages]


def clock(at: float = NOW) -> DatabaseClock:
    """Return the clock of a node that has just heard from the database that it is this time."""
    made = DatabaseClock()
    asked = time.monotonic()
    made.take(at, asked, asked)
    return made


def receiver(facts: Facts = FACTS, me: str = "two", at: float = NOW) -> Receiver:
    return Receiver(facts, me, clock(at))


def pair() -> tuple[Sender, Receiver]:
    return Sender(FACTS, "one", clock()), receiver()


def test_every_kind_of_message_arrives_as_it_was_sent():
    sender, hearing = pair()
    assert received(hearing, sender.pack(EVERY)) == [
        Emission(each.event, each.data, list(each.rooms)) if isinstance(each, Emission) else each for each in EVERY
    ]


@given(st.lists(text, max_size=12))
def test_messages_of_any_size_fit_into_notifications_and_arrive_whole(texts):
    sender, hearing = pair()
    messages = [Signal("#lobby", "alice", "x", each) for each in texts]
    pieces = sender.pack(messages)
    assert all(len(piece.encode()) <= MOST for piece in pieces)
    assert received(hearing, pieces) == messages


def test_a_large_change_is_sent_as_its_head():
    sender, hearing = pair()
    large = Change("#lobby", 7, {"messages": [{"text": "x" * LARGEST}]})
    assert received(hearing, sender.pack([large])) == [Head("#lobby", 7)]


@given(st.data())
def test_whatever_is_lost_is_noticed_with_the_next_that_arrives(data):
    sender, hearing = pair()
    envelopes_of = [sender.pack([Signal("#a", "alice", "x", "y" * size)]) for size in data.draw(st.lists(sizes))]
    kept = [data.draw(st.lists(st.booleans(), min_size=len(each), max_size=len(each))) for each in envelopes_of]
    parcels = [
        parcel
        for pieces, keep in zip(envelopes_of, kept, strict=True)
        for piece, is_kept in zip(pieces, keep, strict=True)
        if is_kept and (parcel := hearing.take(piece))
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
    sender, hearing = pair()
    (first,) = [hearing.take(piece) for piece in sender.pack([Bye()])]
    sender.skip()
    (second,) = [hearing.take(piece) for piece in sender.pack([Bye()])]
    assert (first.missed, second.missed) == (False, True)


def test_other_databases_and_one_s_own_messages_are_ignored_and_other_versions_are_told_apart():
    sender, _ = pair()
    (piece,) = sender.pack([Bye()])
    assert receiver(FACTS._replace(instance="another")).take(piece) is None
    assert receiver(me="one").take(piece) is None
    for other in ("1" + piece[1:], "3" + piece[1:], f'1 {FACTS.instance} one 1 1/1 {"0" * 32} [["bye"]]'):
        with pytest.raises(OtherVersion):
            receiver().take(other)


def sent(number: int, content: bytes, secret: str = FACTS.secret) -> str:
    """Return an envelope as a sender makes it, but with anything inside."""
    head = f"2 {FACTS.instance} one salt {number} 1/1 {int(1000 * NOW)}"
    return f"{head} {Seal(secret, 'salt').close(content, head, number, 1)}"


def test_kinds_of_newer_versions_are_ignored_and_nonsense_is_rejected():
    _, hearing = pair()
    assert hearing.take(sent(1, orjson.dumps([["newer", 1], ["bye"]]))).messages == (Bye(),)
    for nonsense in ("hello", sent(2, b"no"), sent(3, b"[[]]"), sent(4, b'[["bye", 1]]'), sent(5, b"\xff")):
        with pytest.raises(ValueError):
            hearing.take(nonsense)
    assert hearing.take(sent(6, b'[["bye"]]')).messages == (Bye(),)


def test_what_a_version_before_sends_does_not_say_of_which_database_it_is():
    _, hearing = pair()
    taken = [hearing.take(sent(1, b'[["bye"]]')), hearing.take(sent(2, b'[["by", ""], ["bye"]]'))]
    assert [each.messages for each in taken] == [(Bye(),), (Bye(),)]
    with pytest.raises(OfCopy):
        hearing.take(sent(3, b'[["by", "another"], ["bye"]]'))


def test_what_is_said_cannot_be_read_from_outside():
    sender, _ = pair()
    secret = Change("#staff", 7, {"messages": [{"text": "a private message"}]})
    for first, again in zip(sender.pack([secret]), sender.pack([secret]), strict=True):
        assert not any(word in first for word in ("staff", "private", "messages"))
        assert first.split()[-1] != again.split()[-1]  # not even that it was said twice


def test_no_two_senders_have_a_key_in_common_whoever_they_are():
    senders = [Sender(FACTS, "one", clock()) for _ in range(20)]
    assert len({piece.split()[-1] for each in senders for piece in each.pack([Bye()])}) == 20


def test_who_does_not_know_the_secret_of_the_database_cannot_send():
    with pytest.raises(ValueError):
        receiver().take(sent(1, b'[["bye"]]', secret="another"))
    mine = receiver(me="one")
    with pytest.raises(ValueError):
        mine.take(sent(9, b'[["bye"]]', secret="another"))
    assert mine.echoed == 0
    with pytest.raises(ValueError):
        receiver().take(sent(1, b'[["bye"]]', secret=""))


@given(st.data())
def test_a_changed_piece_is_rejected_or_nothing_and_harms_no_other(data):
    sender, hearing = pair()
    digest = 100  # of three digits, so that Base64 uses every bit of its last character
    (before,), (piece,), (after,) = (sender.pack([Beat(number, digest)]) for number in range(3))
    assert hearing.take(before).messages == (Beat(0, digest),)
    assert not piece.endswith("=")
    place = data.draw(st.integers(0, len(piece) - 1))
    end = data.draw(st.sampled_from([place, place + 1, len(piece)]))
    changed = piece[:place] + data.draw(st.text(max_size=3)) + piece[end:]
    if changed.rstrip("=") != piece:  # which Base64 allows at its end, and which changes nothing
        with suppress(ValueError, OtherVersion):
            assert hearing.take(changed) is None
    assert hearing.take(piece).messages == (Beat(1, digest),)
    assert not hearing.take(after).missed


def test_parts_of_envelopes_cannot_be_put_together_in_another_way():
    sender, _ = pair()
    pieces = [
        piece.split(" ") for piece in sender.pack([Signal("#a", "alice", "x", "y" * 20_000)]) + sender.pack([Bye()])
    ]
    for one, other in itertools.permutations(pieces, 2):
        for place in range(2, 8):
            mixed = [*one[:place], other[place], *one[place + 1 :]]
            if mixed != one:
                with pytest.raises(ValueError):
                    receiver().take(" ".join(mixed))


@pytest.mark.parametrize(
    "head",
    [
        *("", "2", f"2 {FACTS.instance}", f"2 {FACTS.instance} one salt 1 1/1", f"2 {FACTS.instance} one salt 1 1/1 x"),
        *(f"2 {FACTS.instance} one salt {number} 1/1 NOW" for number in ("", "-1", 2**64, "9" * 5000, "١", "1.0")),
        *(f"2 {FACTS.instance} one salt 1 {part} NOW" for part in ("1", "1/1/1", "0/0", f"{2**32}/1", "-1/1", "a/b")),
    ],
)
def test_whatever_others_publish_is_rejected(head):
    for sealed in ("", "AAAA", "=", "ñ", "A" * 5000, '[["bye"]]'):
        with pytest.raises(ValueError):
            receiver().take(f"{head.replace('NOW', str(int(1000 * NOW)))} {sealed}")


@pytest.mark.parametrize("at", ["nan", "inf", "-inf", "1e999", "9" * 400, "0", "-1"])
def test_what_has_no_time_of_today_is_nothing(at):
    assert receiver().take(f"2 {FACTS.instance} one salt 1 1/1 {at} AAAA") is None


def test_what_is_too_long_is_not_read():
    with pytest.raises(ValueError):
        receiver().take(f"2 {FACTS.instance} one salt 1 1/1 {int(1000 * NOW)} {'A' * LONGEST}")


def test_nothing_is_taken_twice_nor_stops_what_is_under_way():
    sender, hearing = pair()
    (once,) = sender.pack([Bye()])
    assert hearing.take(once).messages == (Bye(),)
    assert hearing.take(once) is None
    large = [Signal("#a", "alice", "x", "y" * 20_000)]
    pieces = sender.pack(large)
    repeated = [piece for index in range(len(pieces)) for piece in pieces[: index + 1]]
    parcels = [parcel for piece in [*repeated, once] if (parcel := hearing.take(piece))]
    assert [(list(each.messages), each.missed) for each in parcels] == [(large, False)]


@pytest.mark.parametrize("late", [FRESH + 1, -FRESH - 1, 3600, -3600])
def test_what_was_recorded_is_nothing_to_a_node_that_started_later(late):
    sender, _ = pair()
    (recorded,) = sender.pack([Signal("#lobby", "alice", "typing", {})])
    assert receiver(at=NOW + late).take(recorded) is None


def test_a_node_hears_others_whose_clocks_say_something_else():
    sender = Sender(FACTS, "one", clock())
    hearing = receiver(at=NOW + FRESH / 2)
    assert received(hearing, sender.pack([Bye()])) == [Bye()]


def test_a_node_that_does_not_know_the_time_takes_nothing():
    sender, _ = pair()
    (piece,) = sender.pack([Bye()])
    assert Receiver(FACTS, "two", DatabaseClock()).take(piece) is None


@pytest.mark.parametrize(
    ("answers", "ahead"),
    [
        ([(1000, 0, 2)], 998),  # it is the time of the answer at the latest
        ([(1000, 0, 2), (1010, 10.5, 10.5)], 999.5),
        ([(1000, 0, 0), (1010, 0, 20)], 1000),  # a slow answer that agrees changes nothing
        ([(1000, 0, 0), (4600, 0, 20)], 4580),  # and one that does not, as little as possible
        ([(1000, 0, 0), (-2600, 0, 20)], -2600),
    ],
)
def test_the_time_of_the_database_is_followed(answers, ahead, monkeypatch):
    following = DatabaseClock()
    for answer in answers:
        following.take(*answer)
    monkeypatch.setattr(time, "monotonic", lambda: 7.0)
    assert following.now() == 7 + ahead


def test_what_is_no_json_is_left_out_and_the_rest_arrives():
    sender, hearing = pair()
    assert received(hearing, sender.pack([Emission("e", b"bytes", ("#a",)), Bye()])) == [Bye()]


def test_many_messages_are_divided_among_envelopes():
    many = [Signal("#a", "alice", "x", "y" * 1000) for _ in range(1000)]
    assert max(map(len, envelopes.envelopes(many, Bye()))) < 2 * envelopes.FULL

"""Catching up in pages leads to the state of a new client, whatever exists and whatever happens in between."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from chatrooms import names
from chatrooms.client import catchup
from chatrooms.client.catchup import Catchup
from chatrooms.client.changes import Change
from chatrooms.client.errors import Refused
from chatrooms.client.state import State
from chatrooms.errors import Refusal
from chatrooms.features.sync import sizes as sync_sizes
from chatrooms.storage.tables import members, reads, rooms
from tests.direct import LOBBY, Direct, heard_by

PEOPLE = ("alice", "bob", "carol", "\N{HANGUL SYLLABLE GA}\N{HANGUL SYLLABLE GAG}")
SHARED = tuple("#" + name for name in ("a", "z", "ж", "가", "ꬱ", "\U00010300", "alice", "\U00010301x"))
"""Of one, two, three and four bytes: UTF-16 has them in another order."""
TALKS = ("alice+bob", "alice+carol", "alice+bob+carol", "alice+" + PEOPLE[3])
AT = "2026-01-01T00:00:00.000Z"
MAX_REQUEST, MAX_ANSWER = 128 * 1024, 256 * 1024
MAX_REQUESTS = 10_000
"""Catching up comes to an end."""

FIRST = {name: f"00000000-0000-4000-8000-{number:012}" for number, name in enumerate([*SHARED, TALKS[0]])}
"""The ids of messages under which there are threads."""
THREADS = {name: f"{name}/{2 if name.startswith('#') else 1}" for name in FIRST}

person, shared, room = st.sampled_from(PEOPLE), st.sampled_from(SHARED), st.sampled_from([*SHARED, *TALKS, "alice"])
first, thread = st.sampled_from(sorted(FIRST.values())), st.sampled_from(sorted(THREADS.values()))
step = st.one_of(
    st.tuples(person, st.just("message.post"), st.fixed_dictionaries({"room": room, "text": st.just("x")})),
    st.tuples(person, st.just("message.post"), st.fixed_dictionaries({"room": room, "text": st.just("x")})),
    st.tuples(person, st.just("room.create"), st.fixed_dictionaries({"name": shared})),
    st.tuples(person, st.just("room.join"), st.fixed_dictionaries({"room": shared})),
    st.tuples(person, st.just("room.leave"), st.fixed_dictionaries({"room": shared})),
    st.tuples(person, st.just("room.remove"), st.fixed_dictionaries({"room": shared, "username": person})),
    st.tuples(person, st.just("room.invite"), st.fixed_dictionaries({"room": shared, "username": person})),
    st.tuples(person, st.just("room.update"), st.fixed_dictionaries({"room": shared, "title": st.sampled_from("tuv")})),
    st.tuples(st.just("alice"), st.just("room.close"), st.fixed_dictionaries({"room": st.sampled_from(TALKS)})),
    st.tuples(person, st.just("message.post"), st.fixed_dictionaries({"room": thread, "text": st.just("x")})),
    st.tuples(st.just("alice"), st.just("thread.follow"), st.fixed_dictionaries({"id": first})),
    st.tuples(st.just("alice"), st.just("thread.unfollow"), st.fixed_dictionaries({"id": first})),
    st.tuples(st.just("alice"), st.just("read.mark"), st.fixed_dictionaries({"room": room, "seq": st.integers(1, 9)})),
)
meanwhile = st.tuples(st.lists(step, max_size=2), st.lists(step, max_size=2), st.booleans())
"""What happens before an answer is made, and between that and its arrival; and whether that is heard live."""
sizes = st.fixed_dictionaries(
    {
        (sync_sizes, "LIMIT"): st.integers(1, 9),
        (sync_sizes, "MAX_ROWS"): st.integers(1, 30),
        (sync_sizes, "PIECE_ROWS"): st.integers(4, 9),
        (sync_sizes, "MAX_ROOMS"): st.integers(1, 9),
        (sync_sizes, "MAX_BYTES"): st.integers(100, 9000),
        (sync_sizes, "LARGEST_ROOM"): st.integers(100, 9000),
        (catchup, "REVS_BYTES"): st.integers(20, 400),
        (catchup, "OPEN_BYTES"): st.integers(20, 400),
        (catchup, "PAGE"): st.integers(1, 9),
    }
)


class Line:
    """A connection of alice's: ``interruptions`` say what happens around each of her questions."""

    def __init__(self, direct: Direct, interruptions: list[Any] = ()) -> None:
        self._direct, self.interruptions = direct, iter(interruptions)
        self.state = State(lambda _: None, keep=10_000)
        self.state.username = "alice"
        self.catchup = Catchup(self, self.state, every=60)
        self.requests: list[int] = []
        self.answers: list[int] = []
        self.gaps: set[str] = set()

    async def insist(self, command: str, params: dict[str, Any]) -> Any:
        before, after, is_heard = next(self.interruptions, ((), (), True))
        self.happens(before, is_heard=is_heard)
        try:
            answer, _ = self._direct.run("alice", command, params)
        except Refusal as refusal:
            raise Refused(refusal.code, refusal.message) from None
        self.happens(after, is_heard=is_heard)
        self.requests.append(len(json.dumps([command, params])))
        assert len(self.requests) < MAX_REQUESTS, params
        self.answers.append(len(orjson.dumps({"ok": True, "result": answer})))
        return answer

    def happens(self, steps: Any, *, is_heard: bool = True) -> None:
        """Run commands; those that change what alice is in are heard at once, or never."""
        for who, command, params in steps:
            with suppress(Refusal):
                _, changes = self._direct.run(who, command, params)
                for change in heard_by("alice", changes) if is_heard else ():
                    self._hear(change)

    def _hear(self, change: dict[str, Any]) -> None:
        base = names.base(change["room"])
        is_elsewhere = base.startswith("#") and base not in self.state.memberships
        if not is_elsewhere and not self.state.apply(Change.from_wire(change)):
            self.gaps.add(change["room"])

    async def caught_up(self) -> dict[str, Any]:
        """Ask about everything, then about each gap that was noticed meanwhile."""
        await self.catchup.catch_up()
        while self.gaps:
            gaps, self.gaps = self.gaps, set()
            await self.catchup.catch_up(gaps)
        return held(self.state)

    async def caught_up_as_of_old(self) -> dict[str, Any]:
        """Name all rooms each time, as long as there is more."""
        more = True
        while more:
            asked = {name: known.rev for name, known in self.state.rooms.items()}
            caught = await self.insist("sync", {"revs": asked})
            for told in caught["changes"]:
                if told["room"] in caught["heads"]:
                    self.state.behind(Change.from_wire(told))
                    continue
                reset = told["room"] in caught["reset"]
                await self.catchup._take(told, asked.get(told["room"], 0), reset=reset)
            for read in caught["reads"]:
                self.state.take_read(read)
            more = caught["more"] or bool(caught["reset"])
        return held(self.state)


def held(state: State) -> dict[str, Any]:
    """What a client knows, without how far back it does; of threads, it may know the head alone.

    What messages say of their threads is left out: no job runs that sends it.
    """
    return {
        "memberships": state.memberships,
        "reads": {name: (read["seq"], read["number"], read["rev"]) for name, read in state.reads.items()},
        "profile": state.profile,
        "rooms": {
            name: (known.rev, known.posted, known.members, _lasting(known.room), state.unread(name))
            for name, known in state.rooms.items()
        },
        "newest": {
            name: [message | {"thread": None} for message in list(known.messages.values())[-1:]]
            for name, known in state.rooms.items()
            if "/" not in name
        },
        "follows": state.follows,
    }


def _lasting(room: Any) -> dict[str, Any]:
    """Return what of a room's row is as of its rev."""
    return {key: value for key, value in (room or {}).items() if key not in {"posted", "posted_at"}}


def gaps_in_messages(direct: Direct, state: State) -> list[str]:
    """Rooms of which a message is missing that is not older than what the client has; without threads, as above."""
    return [
        name
        for name, known in state.rooms.items()
        if [message | {"thread": None} for message in known.messages.values()]
        != [
            message | {"thread": None}
            for message in direct.run("alice", "history", {"room": name, "limit": 100})[0]["messages"]
            if message["seq"] >= known.complete_from
        ]
    ]


async def lives(begun: Any, missed: Any, around: Any, sizes: dict[Any, int]) -> None:
    direct = Direct()
    for name in PEOPLE:
        direct.join(name)
    alice = Line(direct, around)
    alice.happens([("bob", "room.create", {"name": name}) for name in SHARED])
    posted = [("bob", "message.post", {"room": name, "text": "x", "id": id}) for name, id in FIRST.items()]
    alice.happens([(*step[:2], step[2] | {"room": step[2]["room"].replace("alice+bob", "alice")}) for step in posted])
    alice.happens([("alice", "room.join", {"room": name}) for name in SHARED[::2]])
    alice.happens(begun)
    await alice.caught_up()
    alice.happens(missed, is_heard=False)
    with pytest.MonkeyPatch.context() as patch:
        for (module, name), size in sizes.items():
            patch.setattr(module, name, size)
        await alice.caught_up()
        alice.interruptions = iter(())
        state = await alice.caught_up()
        in_pages, as_of_old = Line(direct), Line(direct)
        assert state == await in_pages.caught_up() == await as_of_old.caught_up_as_of_old()
        assert await alice.caught_up() == state
    assert state == await Line(direct).caught_up()
    for each in (alice, in_pages, as_of_old):
        assert gaps_in_messages(direct, each.state) == []


@given(
    begun=st.lists(step, max_size=20),
    missed=st.lists(step, max_size=30),
    around=st.lists(meanwhile, max_size=30),
    sizes=sizes,
)
@settings(
    max_examples=settings.default.max_examples // 4,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
)
def test_pages_of_any_size_lead_to_the_state_of_a_new_client_whatever_happens_between_them(
    begun, missed, around, sizes
):
    asyncio.run(lives(begun, missed, around, sizes))


def longest(number: int) -> str:
    """The name of a conversation of ten, of the longest names in bytes."""
    others = ["\U00010300" * 24 + f"{number:07}" + chr(0x10300 + n) for n in range(9)]
    return "+".join(sorted(["alice", *others]))


@pytest.mark.parametrize("count", [1000, pytest.param(10_000, marks=pytest.mark.slow)])
async def test_many_rooms_with_the_longest_names_arrive_in_responses_of_256_kib(count):
    direct = Direct()
    direct.join("alice")
    longs = [longest(number) for number in range(count)]
    room = {"title": "", "topic": "", "access": "conversation", "created_by": "alice", "created_at": AT, "rev": 1}
    with direct.engine.begin() as db:
        own = db.connection.driver_connection.execute("SELECT counter FROM rooms WHERE name = 'alice'").fetchone()[0]
        db.execute(
            insert(rooms), [{"name": name, **room, "archived": False, "counter": 2, "posted": 0} for name in longs]
        )
        belonging = {"username": "alice", "role": "member", "since": AT, "gone": False, "rev": 2}
        db.execute(
            insert(members),
            [{"room": name, **belonging, "person_rev": own + number} for number, name in enumerate(longs, 1)],
        )
        db.execute(
            insert(reads),
            [
                {"username": "alice", "room": name, "seq": 1, "number": 1, "rev": own + number}
                for number, name in enumerate(longs, 1)
            ],
        )
        db.execute(rooms.update().where(rooms.c.name == "alice").values(counter=own + len(longs)))
    alice = Line(direct)
    await alice.caught_up()
    assert alice.state.memberships.keys() - {LOBBY} == set(longs) == alice.state.rooms.keys() - {LOBBY, "alice"}
    assert max(alice.answers) < MAX_ANSWER and max(alice.requests) < MAX_REQUEST
    questions = len(alice.requests)
    await alice.caught_up()
    assert max(alice.answers) < MAX_ANSWER and max(alice.requests) < MAX_REQUEST
    assert max(alice.requests) > MAX_REQUEST / 4 and len(alice.requests) - questions < count / 10

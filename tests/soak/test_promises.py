"""Property tests: whatever people do and whatever fails, the promises about delivery hold.

Generated histories of commands, lost acknowledgements and events, cut connections and killed servers; at the end every
client is compared with the database. ``python -m tests.soak`` does the same at length.
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chatrooms.client import Client, Refused, Unanswered
from tests.processes import Process, started
from tests.soak import judge
from tests.soak.database import Stored, differences
from tests.soak.judge import Doors
from tests.soak.observers import Observer, observing
from tests.soak.servers import FLAGS

PEOPLE = ("alice", "bob", "carol")
ROOMS = ("#x", "#y", "#z")
MESSAGES = 3
STEPS = 60
PATIENCE = 27
SETTLED = 12
ANSWER = 0.4

person = st.sampled_from(PEOPLE)
room = st.sampled_from(ROOMS)
somewhere = st.sampled_from([*ROOMS, *ROOMS, "#lobby", *PEOPLE])
which = st.integers(0, 2**16)

step = st.one_of(
    st.tuples(st.just("post"), person, somewhere, st.integers(1, MESSAGES)),
    st.tuples(st.just("post"), person, somewhere, st.integers(1, MESSAGES)),
    st.tuples(st.just("share"), person, somewhere),
    st.tuples(st.just("edit"), person, which),
    st.tuples(st.just("delete"), person, which),
    st.tuples(st.just("react"), which, st.sampled_from(["add", "add", "remove"]), st.sampled_from("👍🎉")),
    st.tuples(st.just("reply"), person, which, st.integers(1, MESSAGES)),
    st.tuples(st.just("reply"), person, which, st.integers(1, MESSAGES)),
    st.tuples(st.just("follow"), person, which, st.sampled_from(["follow", "unfollow", "open", "close"])),
    st.tuples(st.just("create"), person, room, st.sampled_from(["open", "private"])),
    st.tuples(st.just("join"), person, room),
    st.tuples(st.just("leave"), person, room),
    st.tuples(st.just("close"), person, st.sampled_from(["alice+bob", "alice+carol", "bob+carol"])),
    st.tuples(st.just("invite"), person, room, person),
    st.tuples(st.just("remove"), person, room, person),
    st.tuples(st.just("mark"), person, st.sampled_from(["#x", "#lobby"]), st.integers(1, 30)),
    st.tuples(st.just("cut"), person),
    st.tuples(st.just("lose"), person, st.sampled_from(["lost_acks", "lost_events"]), st.sampled_from([0, 0.2, 0.5])),
    st.tuples(st.just("wait"), st.sampled_from([0.0, 0.05])),
)
"""Each step is named after a method of `World`."""


class World:
    """A server, three people, and the changes they received."""

    def __init__(self, data: Path, seed: int) -> None:
        self.data, self.chance, self.doors = data, random.Random(seed), Doors()
        self.port = 0
        self.people: dict[str, Observer] = {}
        self.sent: list[Any] = []
        self._busy: set[asyncio.Task[Any]] = set()

    @asynccontextmanager
    async def inhabited(self) -> AsyncIterator[None]:
        """Start a server and three people who are in three rooms."""
        async with AsyncExitStack() as stack:
            self._running = await stack.enter_async_context(AsyncExitStack())
            await self._start()
            url = f"http://127.0.0.1:{self.port}"
            for name in PEOPLE:
                self.people[name] = Observer(url, name, self.doors, timeout=ANSWER, sync_every=1.0)
                await stack.enter_async_context(observing(self.people[name]))
            yield

    async def _start(self) -> None:
        self._server: Process = await self._running.enter_async_context(started(self.data, *FLAGS, port=self.port))
        self.port = self._server.port

    async def do(self, verb: str, *how: Any) -> None:
        """Take a step, without waiting for commands, so that they overlap."""
        await getattr(self, verb)(*how)
        await asyncio.sleep(0)

    async def post(self, name: str, room: str, count: int) -> None:
        self.sent += [self.people[name].client.send(room, f"{name} {len(self.sent)}.{n}") for n in range(count)]

    async def share(self, name: str, room: str) -> None:
        """Upload a file and post it, while everything else goes on."""
        self._busy.add(asyncio.create_task(self._share(name, room)))

    async def _share(self, name: str, room: str) -> None:
        client = self.people[name].client
        try:
            file = await client.upload(Path(__file__), name="note.txt")
        except (Refused, Unanswered):
            return
        self.sent.append(client.send(room, f"{name} {len(self.sent)}.0", files=[file]))

    async def reply(self, name: str, which: int, count: int) -> None:
        """Reply in the thread under a message that was acknowledged, and send the last reply to the room too."""
        answers = await asyncio.gather(*(each for each in self.sent if each.done), return_exceptions=True)
        above = [row for row in answers if isinstance(row, dict) and "/" not in row["room"]]
        if not above:
            return
        message = above[which % len(above)]
        await self.post(name, f"{message['room']}/{message['seq']}", count)
        text = f"{name} {len(self.sent)}.0"
        self.sent.append(self.people[name].client.send(message["room"], text, reply_to=self.sent[-1].id))

    async def follow(self, name: str, which: int, how: str) -> None:
        if self.sent:
            self._run(name, f"thread.{how}", id=self.sent[which % len(self.sent)].id)

    async def edit(self, name: str, which: int) -> None:
        if self.sent:
            self._run(name, "message.edit", id=self.sent[which % len(self.sent)].id, text=f"edited {which}")

    async def delete(self, name: str, which: int) -> None:
        if self.sent:
            self._run(name, "message.delete", id=self.sent[which % len(self.sent)].id)

    async def react(self, which: int, how: str, emoji: str) -> None:
        for name in PEOPLE if self.sent else ():  # several reactions in a second are sent together
            self._run(name, f"reaction.{how}", id=self.sent[which % len(self.sent)].id, emoji=emoji)

    async def create(self, name: str, room: str, access: str) -> None:
        self._run(name, "room.create", name=room, access=access)

    async def join(self, name: str, room: str) -> None:
        self._run(name, "room.join", room=room)

    async def leave(self, name: str, room: str) -> None:
        self._run(name, "room.leave", room=room)

    async def close(self, name: str, room: str) -> None:
        self._run(name, "room.close", room=room)

    async def invite(self, name: str, room: str, username: str) -> None:
        self._run(name, "room.invite", room=room, username=username)

    async def remove(self, name: str, room: str, username: str) -> None:
        self._run(name, "room.remove", room=room, username=username)

    async def mark(self, name: str, room: str, seq: int) -> None:
        for at in (seq, seq // 2):
            self._run(name, "read.mark", room=room, seq=at)

    async def cut(self, name: str) -> None:
        await self.people[name].faults.cut()

    async def lose(self, name: str, what: str, share: float) -> None:
        setattr(self.people[name].faults, what, lambda data: self.chance.random() < share and _not_the_welcome(data))

    async def wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def kill(self) -> None:
        await self._server.end(signal.SIGKILL)
        await self._start()

    def _run(self, who: str, command: str, /, **params: Any) -> None:
        task = asyncio.create_task(self.people[who].run(command, **params))
        self._busy.add(task)

    async def settle(self) -> None:
        """Stop all faults, and wait until everyone has sent everything and caught up."""
        for name in PEOPLE:
            await self.lose(name, "lost_acks", 0)
            await self.lose(name, "lost_events", 0)
        await asyncio.gather(*self._busy)
        for sending in self.sent:
            try:
                row = await sending
            except Refused:
                continue
            self.people[row["author"]].acks.append(row | {"id": sending.id})
        stored = Stored(self.data)
        while stored.waits():
            await asyncio.sleep(0.05)
        stored.close()
        for observer in self.people.values():
            await observer.catch_up()

    async def violations(self) -> list[str]:
        """Return the violations."""
        stored = Stored(self.data)
        rows = list(stored.messages())
        by_id = {row["id"]: row for row in rows}
        found = [*judge.timeline(rows), *judge.once(rows)]
        for observer in self.people.values():
            found += [*judge.acknowledged(by_id, observer.acks), *observer.wrong, *observer.outside()]
            found += [line for row in stored.reads(observer.name).values() for line in observer.reader.mark(row)]
            found += differences(observer.client, stored) + await self._fresh(observer.client, stored)
        stored.close()
        return found

    async def _fresh(self, client: Client, stored: Stored) -> list[str]:
        url = f"http://127.0.0.1:{self.port}"
        async with Client(url, username=client.username, token=client.token) as fresh:
            return [f"fresh: {line}" for line in differences(fresh, stored)]


def _not_the_welcome(data: Any) -> bool:
    return bool(data) and data[0] != "welcome"


async def history(steps: list[tuple[Any, ...]], killed: int, seed: int) -> list[str]:
    """Run the steps, with a kill before one of them, and return the violations."""
    with TemporaryDirectory(prefix="chatrooms-promises-") as data:
        world = World(Path(data), seed)
        async with asyncio.timeout(PATIENCE), world.inhabited():
            for name in ROOMS:
                await world.people["alice"].run("room.create", name=name)
                await world.people["bob"].run("room.join", room=name)
            for verb, *how in [*steps[:killed], ("kill",), *steps[killed:]]:
                await world.do(verb, *how)
            try:
                await asyncio.wait_for(world.settle(), SETTLED)
            except TimeoutError:
                return [f"not everyone has caught up within {SETTLED} s", *await world.violations()]
            return await world.violations()


@given(steps=st.lists(step, min_size=STEPS, max_size=STEPS), killed=st.integers(0, STEPS), seed=st.integers(0, 2**32))
@settings(
    max_examples=4,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # a history with other timing is another history: it does not shrink
    suppress_health_check=list(HealthCheck),
)
def test_the_promises_hold_whatever_happens(steps, killed, seed):
    assert asyncio.run(history(steps, killed, seed)) == []

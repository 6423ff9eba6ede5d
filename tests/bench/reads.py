"""CPU time of reads and beginnings, without a server: ``python -m tests.bench.reads [CASE…]``.

Each case runs a command's body, and the encoding of its result, on a SQLite database in memory, and takes the least of
some rounds. The first message of a conversation, say, costs its socket and commit besides.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from chatrooms.cli.gc_tuning import THRESHOLDS
from chatrooms.features import users
from chatrooms.identity import sessions
from chatrooms.identity.beginnings import JOIN
from chatrooms.identity.digests import digest
from chatrooms.pipeline.pipeline import parse
from tests.bench.fill import belong, crowd, talk
from tests.direct import DECLARED, LOBBY, Direct

ROUNDS = 5
ROOMS = 1000


@dataclass(frozen=True)
class Spent:
    """The milliseconds of CPU of a case, in how many calls, and those of the longest call."""

    all: float
    calls: int
    longest: float


class Timed:
    """Runs commands of ``alice`` and adds up their CPU time."""

    def __init__(self, direct: Direct) -> None:
        self._direct = direct
        self.calls: list[float] = []

    def __call__(self, command: str, **params: Any) -> Any:
        """Return the result of a query."""
        return self.by("alice", command, **params)

    def by(self, person: str, command: str, /, **params: Any) -> Any:
        """Return the result of a person's command, with the listeners of its changes."""
        declared, act = DECLARED[command], self._direct.act(person)
        with act.db, act.db.begin():
            begun = time.thread_time()
            p = parse(declared, params)
            for lock in declared.locks(act.db, act.me, p):
                assert lock
            result = declared.body(act, p, declared.may(act, p))
            self._direct.listen(act)
            orjson.dumps(result)
            self.calls.append(time.thread_time() - begun)
        return result

    def add(self, username: str) -> None:
        """Add a person, with a session."""
        act = self._direct.act(username)
        with act.db, act.db.begin():
            begun = time.thread_time()
            users.add(act, username)
            sessions.start(act, username, digest(sessions.new_token()), "bench", JOIN)
            self._direct.listen(act)
            self.calls.append(time.thread_time() - begun)

    def spent(self) -> Spent:
        """Return what the calls took."""
        return Spent(sum(self.calls) * 1000, len(self.calls), max(self.calls) * 1000)


def caught_up(run: Timed, revs: dict[str, int], **more: Any) -> dict[str, int]:
    """Fetch all rooms, page by page, as clients do, and return the new revs."""
    known, after = dict(revs), ""
    while after is not None:
        names = sorted(name for name in known if name > after and name != "alice")
        asked = {name: known[name] for name in names} | ({} if after else {"alice": known.get("alice", 0)})
        answer = run("sync", revs=asked, after=after, **more)
        known |= {change["room"]: change["rev"] for change in answer["changes"]}
        after = answer["until"]
    return known


def in_rooms(messages: int) -> Direct:
    """Return a database in which alice is in many rooms, each with so many messages of bob."""
    direct = Direct()
    for name in ("alice", "bob"):
        direct.join(name)
    belong(direct.driver, [f"#room{number:05}" for number in range(ROOMS)], "alice", "bob")
    talk(direct.driver, messages)
    return direct


def behind() -> Spent:
    """Be 10 messages behind in each of 1,000 rooms."""
    direct = in_rooms(100)
    revs = caught_up(Timed(direct), {})
    with direct.driver as database:
        database.execute("UPDATE reads SET seq = 103, number = 100 WHERE username = 'alice' AND room LIKE '#room%'")
    talk(direct.driver, 10)
    return _least(lambda: caught_up(run := Timed(direct), revs) and run.spent())


def nothing() -> Spent:
    """Start from nothing in 1,000 rooms of 100 messages."""
    direct = in_rooms(100)
    return _least(lambda: caught_up(run := Timed(direct), {}) and run.spent())


def heads() -> Spent:
    """Start from the heads of 1,000 rooms of 100 messages, one of which is open."""
    direct = in_rooms(100)
    return _least(lambda: caught_up(run := Timed(direct), {}, heads=True, open=["#room00000"]) and run.spent())


def up_to_date() -> Spent:
    """Have all of 1,000 rooms."""
    direct = in_rooms(1)
    revs = caught_up(Timed(direct), {})
    return _least(lambda: caught_up(run := Timed(direct), revs) and run.spent())


def begin() -> Spent:
    """Write the first message of 200 conversations."""
    direct = peopled(1000)
    run, turn = Timed(direct), iter(range(1000))
    for number in range(10):
        run.by(f"person{999 - number}", "message.post", room=f"person{990 - number}", text="Hello")

    def measure() -> Spent:
        run.calls.clear()
        for number in (next(turn) for _ in range(200)):
            run.by(f"person{number}", "message.post", room=f"person{(number + 500) % 1000}", text="Hello")
        return run.spent()

    return min((measure() for _ in range(4)), key=lambda spent: spent.all)


def join() -> Spent:
    """Let 200 people join for the first time."""
    direct = peopled(100)
    run = Timed(direct)
    run.add("first")
    run.calls.clear()
    for number in range(200):
        run.add(f"late{number}")
    return run.spent()


def invite() -> Spent:
    """Invite 500 people to a room."""
    direct = peopled(600)
    run = Timed(direct)
    run.by("person0", "room.create", name="#den")
    run.by("person0", "room.invite", room="#den", username="person599")
    run.calls.clear()
    for number in range(1, 501):
        run.by("person0", "room.invite", room="#den", username=f"person{number}")
    return run.spent()


def succeed() -> Spent:
    """Let the last owner leave a room of 100,000."""
    direct = crowded()
    with direct.driver as database:
        database.execute("UPDATE members SET role = 'owner' WHERE username = 'alice' AND room = '#lobby'")
    run = Timed(direct)
    run("room.create", name="#den")
    run("room.leave", room="#den")
    run.calls.clear()
    run("room.leave", room=LOBBY)
    return run.spent()


def find_people() -> Spent:
    """Search among 100,000 people, a keystroke at a time."""
    return _keystrokes("user.list")


def find_members() -> Spent:
    """Search among the 100,000 members of a room, a keystroke at a time."""
    return _keystrokes("room.members", room=LOBBY)


def list_rooms() -> Spent:
    """List open rooms, and search among 20,000 of them."""
    direct = Direct()
    for name in ("alice", "bob"):
        direct.join(name)
    belong(direct.driver, [f"#room{number:05}" for number in range(20_000)], "bob")
    run = Timed(direct)
    for query in ("", "room1", "15000", "zzz"):
        run("room.list", query=query)
    return run.spent()


def _keystrokes(command: str, **params: Any) -> Spent:
    direct, text = crowded(), "rosa.max19456"
    run = Timed(direct)
    run(command, **params)
    run.calls.clear()
    for query in (*(text[:length] for length in range(1, len(text) + 1)), "sam ro", "osa", "q", "zz", "zzzz", "9999"):
        run(command, query=query, **params)
    return run.spent()


def crowded() -> Direct:
    """Return a database with alice and 100,000 other members of the lobby."""
    direct = peopled(0)
    direct.join("alice")
    crowd(direct.driver, 100_000)
    return direct


def peopled(count: int) -> Direct:
    """Return a database with so many people."""
    direct = Direct()
    for number in range(count):
        direct.join(f"person{number}")
    return direct


def _least(measure: Callable[[], Any]) -> Spent:
    return min((measure() for _ in range(ROUNDS)), key=lambda spent: spent.all)


CASES = {
    case.__name__: case
    for case in (
        behind,
        nothing,
        heads,
        up_to_date,
        begin,
        join,
        invite,
        succeed,
        find_people,
        find_members,
        list_rooms,
    )
}


def rows(wanted: list[str]) -> Iterator[str]:
    """Yield a row of the table for each case."""
    for name in wanted or CASES:
        case = CASES[name]
        spent = case()
        title = str(case.__doc__).rstrip(".")
        yield f"| {title} | {spent.all:.2f} | {spent.calls} | {spent.longest:.2f} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="*", choices=[*CASES, []], help="all, if none is given")
    wanted = parser.parse_args().case
    gc.set_threshold(*THRESHOLDS)
    gc.freeze()
    print("| case | milliseconds of CPU | calls | longest call |\n|---|---:|---:|---:|")
    for row in rows(wanted):
        print(row, flush=True)


if __name__ == "__main__":
    main()

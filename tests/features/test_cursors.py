"""A list goes on after what a client had last, or says that it has to start again, whatever became of that meanwhile.

No page is empty before the end of the list, or clients would stop there. A number such as `seq` is a place by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pytest

from chatrooms.errors import NotFound
from chatrooms.features import all_rooms, pins, reactions, rosters, users
from chatrooms.features.sync import sizes
from chatrooms.features.threads import listing
from chatrooms.identity import people
from tests.direct import CONTRACT, Direct

PEOPLE = ("bob", "carol", "dave", "erin", "frank")
ROOMS = ("#bees", "#cats", "#dogs", "#elks", "#foxes")
THUMB = "\N{THUMBS UP SIGN}"
AT_ONCE = 2
"""How many of a list come at once."""


class List(NamedTuple):
    """A list that alice asks for: its parameters, its rows and the cursor of one, and what takes one off the list."""

    given: dict[str, Any]
    rows: Callable[[Any], Sequence[Any]]
    cursor: Callable[[Any], str]
    take: Callable[[Direct, str], Any]


def own(name: str) -> Callable[[Direct, str], Any]:
    """Return what a person does about themselves."""
    return lambda direct, who: direct.run(who, *OWN[name])


def about(command: str) -> Callable[[Direct, str], Any]:
    """Return what alice does about a message."""
    return lambda direct, message: direct.run("alice", command, {"id": message})


OWN: dict[str, tuple[str, dict[str, Any]]] = {
    "rename": ("user.update", {"name": "Nemo"}),
    "take back": ("reaction.remove", {"id": "MESSAGE", "emoji": THUMB}),
}
itself: Callable[[Any], str] = str
LISTS = {
    "reaction.list": List({"id": "MESSAGE", "emoji": THUMB}, lambda page: page["people"], itself, own("take back")),
    "room.members": List(
        {"room": "#den", "query": "zed"}, lambda page: page["members"], lambda row: row["username"], own("rename")
    ),
    "room.pins": List({"room": "#den"}, lambda page: page["messages"], lambda row: row["id"], about("message.unpin")),
    "search": List(
        {"query": "hello", "limit": AT_ONCE},
        lambda page: page["messages"],
        lambda row: row["id"],
        about("message.delete"),
    ),
    "server.people": List(
        {"query": "zed"}, lambda page: page["people"], lambda row: row["user"]["username"], own("rename")
    ),
    "server.rooms": List(
        {},
        lambda page: page["rooms"],
        lambda row: row["room"]["name"],
        lambda direct, room: direct.run("alice", "room.archive", {"room": room}),
    ),
    "sync": List(
        {"after": "#a"},
        lambda page: [change for change in page["changes"] if change["room"] > "#a"],
        lambda row: row["room"],
        lambda direct, room: direct.run("alice", "room.leave", {"room": room}),
    ),
    "thread.list": List({}, lambda page: page["threads"], lambda row: row["message"]["id"], about("thread.unfollow")),
    "user.list": List({"query": "zed"}, lambda page: page["users"], lambda row: row["username"], own("rename")),
}

STARTING_AGAIN = {"reaction.list", "room.pins"}
"""The lists in which a thing has no place once it is off them."""


@pytest.fixture
def direct(monkeypatch) -> Direct:
    for module in (all_rooms, people, reactions, rosters, users):
        monkeypatch.setattr(module, "MAX_PAGE", AT_ONCE)
    monkeypatch.setattr(listing, "PAGE", AT_ONCE)
    monkeypatch.setattr(sizes, "MAX_ROOMS", AT_ONCE)
    monkeypatch.setattr(pins, "fitting", lambda rows: rows[:AT_ONCE])
    direct = Direct()
    for name in ("alice", *PEOPLE):
        direct.join(name)
    direct.appoint("alice", "owner")
    for room in ("#den", *ROOMS):
        direct.run("alice", "room.create", {"name": room})
    messages = [post(direct, "#den", f"hello {number}") for number in range(5)]
    OWN["take back"][1]["id"] = direct.ids["MESSAGE"] = messages[0]["id"]
    for name in PEOPLE:
        direct.run(name, "user.update", {"name": f"Zed {name}"})
        direct.run(name, "room.join", {"room": "#den"})
        direct.run(name, "reaction.add", {"id": messages[0]["id"], "emoji": THUMB})
    for message in messages:
        direct.run("alice", "message.pin", {"id": message["id"]})
        direct.run("alice", "thread.follow", {"id": message["id"]})
    return direct


def post(direct: Direct, room: str, text: str) -> dict[str, Any]:
    return direct.run("alice", "message.post", {"room": room, "text": text})[0]["message"]


def paged(direct: Direct, command: str, after: str | None) -> list[str]:
    """Return the cursors of all rows after one."""
    asked, found = LISTS[command], []
    while True:
        given = {key: direct.ids.get(value, value) for key, value in asked.given.items()}
        page, _ = direct.run("alice", command, given | ({"after": after} if after is not None else {}))
        found += [asked.cursor(row) for row in asked.rows(page)]
        if not page["more"]:
            return found
        after = found[-1]


def first_page(direct: Direct, command: str) -> list[str]:
    asked = LISTS[command]
    given = {key: direct.ids.get(value, value) for key, value in asked.given.items()}
    return [asked.cursor(row) for row in asked.rows(direct.run("alice", command, given)[0])]


def test_every_list_that_goes_on_after_a_thing_is_here():
    named = {
        command.name
        for command in CONTRACT.commands
        if (after := CONTRACT.params(command)["properties"].get("after")) and "integer" not in str(after)
    }
    assert named == set(LISTS)


@pytest.mark.parametrize("command", LISTS)
def test_a_list_goes_on_after_what_is_no_longer_on_it_or_says_so(direct, command):
    begun, whole = first_page(direct, command), paged(direct, command, LISTS[command].given.get("after"))
    assert len(begun) == AT_ONCE and len(whole) >= 5, "there are more pages"
    LISTS[command].take(direct, begun[-1])
    if command in STARTING_AGAIN:
        with pytest.raises(NotFound, match="Start again without `after`") as refused:
            paged(direct, command, begun[-1])
        assert refused.value.details == {"field": "after"}
    else:
        assert set(whole) - set(begun) <= set(paged(direct, command, begun[-1]))
    direct.engine.dispose()

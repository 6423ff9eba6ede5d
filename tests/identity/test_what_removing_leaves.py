"""What stays stored of somebody whom the application removed: what they would find again, and what others see.

If this fails for a new table: empty its column in `removing`, and say so in `EMPTIED`, or say in `STAYS` why not.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Column, String, func, insert, select

from chatrooms.identity import links, removing, service_keys
from chatrooms.names import MAX_USERNAME
from chatrooms.storage.tables import members, metadata, sessions, users
from tests.direct import Direct

AGAIN = "they find it again when the application adds them again"
SIGNS_IN = "it signs them in when the application adds them again, and nobody before"
SHOWN = "others see it under their name"
EMPTIED = {
    "group_members.username",
    "links.made_by",
    "links.username",
    "service_keys.username",
    "sessions.made_by",
    "sessions.username",
}
"""The columns that name nobody who was removed."""
STAYS = {
    "accounts.username": "the id and the username stay theirs",
    "applicants.username": "who asks to join is nobody yet",
    "blocks.blocked": "it holds when the application adds them again",
    "blocks.username": "it holds when the application adds them again",
    "bookmarks.username": AGAIN,
    "custom_emoji.by": SHOWN,
    "file_usage.username": "their files stay",
    "files.owner": SHOWN,
    "follows.by": "it says why another person follows a thread",
    "follows.username": AGAIN,
    "free_names.username": "it is a mark of names that nobody uses",
    "inbox.by": "another person's inbox says who it is about",
    "inbox.username": AGAIN,
    "invites.created_by": "it has no uses left, which says that it has ended",
    "keywords.username": AGAIN,
    "ldap_accounts.username": SIGNS_IN,
    "members.invited_by": "it says who brought another person",
    "members.username": "that of a room is marked as gone; a conversation and what they chose for it, they find again",
    "mentions.username": "it is a part of another person's message",
    "messages.author": SHOWN,
    "oidc_accounts.username": SIGNS_IN,
    "passkeys.username": SIGNS_IN,
    "passwords.username": SIGNS_IN,
    "pins.by": SHOWN,
    "prepared_factors.username": "it is of a session, which has ended, and is no factor",
    "reactions.username": SHOWN,
    "reads.username": AGAIN,
    "recovery_codes.username": SIGNS_IN,
    "rooms.created_by": SHOWN,
    "second_factors.username": SIGNS_IN,
    "suspended_tokens.username": "it keeps out what signed them in",
    "suspensions.by": "another person is suspended still",
    "suspensions.username": "it says that they were removed",
    "unreacted.username": AGAIN,
    "users.username": "the id and the username stay theirs",
}
"""The other columns, and why they do."""
OF_NOBODY = {"facts.epoch", "group_calls.name", "groups.name"}
"""Texts as long as usernames that are none."""
AT = "2026-01-01T00:00:00.000Z"
SESSION = {"agent": "", "created_at": AT, "seen_at": AT}
KEY: Any = {"name": "a program", "commands": ["post"], "rooms": None, "expires_at": None}


def named(column: Column[Any]) -> str:
    return f"{column.table.name}.{column.name}"


def naming() -> Iterator[Column[Any]]:
    """Yield the columns of all tables that can have a username: those that refer to people, and those as long."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            refers = any(key.column is users.c.username for key in column.foreign_keys)
            if refers or (isinstance(column.type, String) and column.type.length == MAX_USERNAME):
                yield column


class Chat:
    """What `removing` needs of a chat."""

    def __init__(self, direct: Direct) -> None:
        self._direct = direct

    async def change(self, work, me, *locks):
        return self._direct.commit(me, work, locks)[0]

    async def lookup(self, query):
        return await self._direct.lookup(query)

    async def run(self, name, given, me):
        return self._direct.run_as(me, name, given)[0]


def test_each_column_that_can_name_a_person_is_emptied_or_stays_for_a_reason():
    found = [named(column) for column in naming()]
    assert sorted(found) == sorted([*EMPTIED, *STAYS, *OF_NOBODY])


@pytest.fixture
async def direct() -> Direct:
    """Let gus, an admin, do what leaves rows."""
    direct = Direct()
    for name in ("bob", "gus"):
        direct.join(name)
    direct.appoint("bob", "owner")
    direct.appoint("gus", "admin")
    direct.run("gus", "room.create", {"name": "#mine"})
    message = direct.run("bob", "message.post", {"room": "#lobby", "text": "@gus hello"})[0]["message"]["id"]
    direct.run("gus", "message.post", {"room": "bob", "text": "hello"})
    direct.run("gus", "room.mute", {"room": "bob+gus"})
    direct.run("gus", "room.favorite", {"room": "#mine"})
    for command in ("bookmark.add", "thread.follow", "message.pin"):
        direct.run("gus", command, {"id": message})
    direct.run("gus", "reaction.add", {"id": message, "emoji": "\N{THUMBS UP SIGN}"})
    direct.run("gus", "inbox.set", {"keywords": ["art"], "reactions": False})
    direct.run("gus", "group.create", {"name": "design", "members": ["bob", "gus"]})
    direct.run("gus", "user.block", {"username": "bob"})
    direct.run("gus", "invite.create", {"room": "#mine"})
    with direct.engine.begin() as db:
        service_keys.make(db, "gus", KEY)
        links.make(db, "gus", timedelta(1), "device")
        links.make(db, "bob", timedelta(1), "admin", "gus")
        for id, whose, made_by in (("1", "gus", None), ("2", "bob", "gus")):
            db.execute(insert(sessions).values(id=id, token_hash=id, username=whose, made_by=made_by, **SESSION))
    await direct.run_jobs()
    return direct


def counted(direct: Direct) -> dict[str, int]:
    """Return how many rows of each column name gus."""
    with direct.engine.connect() as db:
        return {named(each): db.scalar(select(func.count()).where(each == "gus")) or 0 for each in naming()}


async def test_removing_empties_them_and_leaves_the_others(direct):
    before = counted(direct)
    await removing.remove(Chat(direct), "gus")
    after = counted(direct)
    assert {name for name in EMPTIED if not before[name]} == set(), "nothing was there"
    assert {name for name in EMPTIED if after[name]} == set()
    assert {name for name in STAYS if after[name] < before[name]} == set()


async def test_what_they_chose_for_a_conversation_stays_and_for_a_room_ends(direct):
    await removing.remove(Chat(direct), "gus")
    theirs = select(members.c.room, members.c.gone, members.c.muted, members.c.favorite)
    with direct.engine.connect() as db:
        found = {row.room: tuple(row[1:]) for row in db.execute(theirs.where(members.c.username == "gus"))}
    assert found == {
        "#lobby": (True, False, False),
        "#mine": (True, False, False),
        "bob+gus": (False, True, False),
    }

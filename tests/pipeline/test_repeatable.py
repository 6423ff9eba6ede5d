"""A repeatable change has no effect the second time, so that a client can run it again when the response was lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from chatrooms.features.messages import resending
from chatrooms.features.previews import stored as previews
from chatrooms.identity import invites
from chatrooms.identity.digests import digest
from chatrooms.pipeline import text_rate
from chatrooms.storage import tables
from chatrooms.storage.tables import metadata
from tests.direct import DECLARED, Direct, code

REPEATABLE = sorted(name for name, command in DECLARED.items() if command.repeatable)
ID = "3f1c5b0e-0000-4000-8000-000000000001"
LINK = "https://example.org/"
REACTION = {"id": ID, "emoji": "\N{THUMBS UP SIGN}"}
OTHER = "3f1c5b0e-0000-4000-8000-000000000002"
CODE = "x" * 43
CHANGES = {
    "bookmark.add": {"id": ID},
    "bookmark.remove": {"id": ID},
    "inbox.mark": {"ids": [1]},
    "inbox.set": {"keywords": ["plan"], "reactions": False},
    "invite.accept": {"code": CODE},
    "invite.revoke": {"id": OTHER},
    "message.delete": {"id": ID},
    "message.pin": {"id": ID},
    "message.unpin": {"id": ID},
    "preview.remove": {"id": ID, "url": LINK},
    "reaction.add": REACTION,
    "reaction.remove": REACTION,
    "read.mark": {"room": "#lobby", "seq": 999},
    "thread.follow": {"id": ID},
    "thread.unfollow": {"id": ID},
    "room.archive": {"room": "#den"},
    "room.close": {"room": "alice+bob"},
    "room.join": {"room": "#bobs"},
    "room.picture": {"room": "#den", "file": None},
    "user.picture": {"file": None},
    "request.accept": {"room": "alice+mallory"},
    "request.ignore": {"room": "alice+mallory"},
    "room.favorite": {"room": "#lobby"},
    "room.mute": {"room": "#lobby", "until": "2999-01-31T09:00:00Z"},
    "room.role": {"room": "#den", "username": "bob", "role": "moderator"},
    "room.unarchive": {"room": "#den"},
    "room.unfavorite": {"room": "#lobby"},
    "room.unmute": {"room": "alice+bob"},
    "user.block": {"username": "bob"},
    "user.unblock": {"username": "bob"},
}
INVITE = {
    "id": OTHER,
    "code_hash": digest(CODE),
    "room": "#bobs",
    "created_by": "bob",
    "created_at": "",
    "expires_at": "2999-01-01T00:00:00.000Z",
    "uses_left": 2,
}
PAGE = {"id": ID, "url": LINK, "found": True, "title": "x", "description": "", "site": "", "size": 0, "expires_at": ""}
BEFORE = {
    "bookmark.remove": ("alice", "bookmark.add", {"id": ID}),
    "message.unpin": ("bob", "message.pin", {"id": ID}),
    "reaction.remove": ("alice", "reaction.add", REACTION),
    "thread.unfollow": ("alice", "thread.follow", {"id": ID}),
    "room.unarchive": ("alice", "room.archive", {"room": "#den"}),
    "room.unfavorite": ("alice", "room.favorite", {"room": "#lobby"}),
    "user.unblock": ("alice", "user.block", {"username": "bob"}),
    "room.unmute": ("alice", "room.mute", {"room": "alice+bob"}),
}
"""What gives a command something to do."""
UNSYNCED = {"inbox.set", "invite.revoke"}
"""What changes no row that clients keep."""
UNCOUNTED = {"inbox.set", "room.picture", "user.picture"}
"""What stores few rows for each person, or follows an upload."""

ONCE: dict[str, dict[str, Any]] = {
    "file.begin": {"name": "me.png", "size": 9},
    "group.create": {"name": "crew"},
    "group.delete": {"id": "GROUP"},
    "group.update": {"id": "GROUP", "name": "team"},
    "invite.create": {"room": "#den"},
    "message.edit": {"id": ID, "text": "bye"},
    "message.post": {"room": "#lobby", "text": "hello"},
    "room.create": {"name": "#new"},
    "room.invite": {"room": "#den", "username": "mallory"},
    "room.leave": {"room": "#den"},
    "room.remove": {"room": "#den", "username": "bob"},
    "room.update": {"room": "#den", "topic": "x"},
    "user.suspend": {"username": "bob", "reason": "x"},
    "user.update": {"about": "x"},
}
"""The changes that clients do not run again, with what gives them something to do."""
UNDOING = {"group.update", "message.edit", "room.invite", "room.update"}
"""Those of them that have no effect the second time, but would undo what another device, or person, did meanwhile."""
ELSEWHERE = {
    "applicant.decline",
    "emoji.add",
    "emoji.remove",
    "key.revoke",
    "link.create",
    "passkey.rename",
    "session.revoke",
    "session.revoke_others",
    "user.sign_out",
}
"""Those that need more than there is here, such as a session."""


@pytest.fixture
def direct(monkeypatch):
    monkeypatch.setattr(resending, "LONGEST", timedelta())  # a reaction is sent however soon it follows another
    direct = Direct()
    for name in ("alice", "bob", "mallory"):
        direct.join(name)
        direct.run(name, "room.join", {"room": "#lobby"})
    direct.limits = direct.limits.model_copy(update={"requests": True})
    direct.run("mallory", "message.post", {"room": "alice", "text": "hello"})
    direct.limits = direct.limits.model_copy(update={"requests": False})
    direct.run("alice", "message.post", {"room": "#lobby", "text": "hello", "id": ID})
    direct.run("alice", "message.post", {"room": "bob", "text": "hello"})
    direct.run("alice", "room.create", {"name": "#den"})
    direct.run("bob", "room.join", {"room": "#den"})
    direct.run("bob", "room.create", {"name": "#bobs"})
    direct.appoint("alice", "owner")
    direct.run("bob", "message.post", {"room": "#lobby", "text": "@alice"})
    asyncio.run(direct.run_jobs())
    with direct.engine.begin() as db:
        db.execute(update(tables.users).values(picture=ID))
        db.execute(update(tables.rooms).values(picture=ID))
        db.execute(insert(invites.invites).values(INVITE))
        db.execute(insert(previews.pages).values(PAGE))
        db.execute(insert(previews.previews).values(message=ID, url=LINK, place=0, page=ID))
    yield direct
    direct.engine.dispose()


def test_every_repeatable_change_is_tested():
    assert {name for name in REPEATABLE if DECLARED[name].kind == "change"} == set(CHANGES)


def test_of_every_other_change_it_is_known_why_it_is_none():
    others = {name for name, command in DECLARED.items() if command.kind == "change" and not command.repeatable}
    assert others == ONCE.keys() | ELSEWHERE


@pytest.mark.parametrize("command", ONCE)
def test_a_change_that_is_not_repeatable_has_an_effect_each_time_or_is_refused(direct, command):
    group, _ = direct.run("alice", "group.create", {"name": "people"})
    given = {key: group["group"]["id"] if value == "GROUP" else value for key, value in ONCE[command].items()}
    first = direct.run("alice", command, given)[0]
    if code(direct, "alice", command, **given) != "fine":
        return
    has_effect = direct.run("alice", command, given) != (first, [])
    assert has_effect == (command not in UNDOING), "declare it as repeatable, or say here what it would undo"


def rows(direct) -> int:
    """Return how many rows there are in all tables."""
    with direct.engine.connect() as db:
        return sum(db.scalar(select(func.count()).select_from(table)) for table in metadata.sorted_tables)


@pytest.mark.parametrize("command", CHANGES)
def test_a_repeatable_change_has_no_effect_the_second_time(direct, command, monkeypatch):
    if command in BEFORE:
        direct.run(*BEFORE[command])
    stored, counted = rows(direct), []
    monkeypatch.setattr(text_rate, "count", lambda *_: counted.append(command))
    first, changes = direct.run("alice", command, CHANGES[command])
    assert changes or command in UNSYNCED
    assert rows(direct) <= stored or counted or command in UNCOUNTED, "or else people could fill the disk by it"
    assert direct.run("alice", command, CHANGES[command]) == (first, [])

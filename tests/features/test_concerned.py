"""Features are called only for messages that concern them; if they were called for all, they would do the same."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from chatrooms import Settings, ids
from chatrooms.features.files.stored import files
from chatrooms.features.inbox import concerned
from chatrooms.features.previews import stored as previews
from chatrooms.features.search import index, indexing
from chatrooms.pipeline import traits
from chatrooms.pipeline.part import Part
from chatrooms.storage.tables import jobs, messages, metadata
from tests.direct import LOBBY, OURS, Direct, declare
from tests.features.test_what_deleting_leaves import TABLES
from tests.servers import QUICK

NOW = "2026-01-01T00:00:{:02}.000Z"
LIKE = "\N{THUMBS UP SIGN}"


def id_of(number):
    return f"00000000-0000-4000-8000-{number:012}"


def said(number, text, who="alice", room=LOBBY, **more):
    return who, "message.post", {"id": id_of(number), "room": room, "text": text, **more}


def of(number, command, who="alice", **more):
    return who, command, {"id": id_of(number), **more}


FILE, PAGE = id_of(999), "https://example.org/"
STORY = [
    ("bob", "inbox.set", {"keywords": ["release"]}),
    said(1, "plain"),
    said(2, "hello @bob"),
    said(3, "@room come"),
    said(4, "@design look"),
    said(5, "the release is out"),
    said(6, "see https://example.org/ or WWW.example.org"),
    said(7, "a reply", who="bob", reply_to=id_of(1)),
    said(8, "", files=[FILE]),
    said(9, "in a conversation, @bob", room="bob"),
    said(10, "in a thread", who="bob", room=f"{LOBBY}/first"),
    said(11, "@alice, too", who="bob", room=f"{LOBBY}/first"),
    said(13, "@room, @design: https://example.org/"),
    said(12, "refers to the thread", who="bob", reply_to=id_of(10)),
    *(said(number, "@bob and @carol") for number in (14, 15)),
    said(16, "once more: https://example.org/"),
    of(16, "preview.remove", url=PAGE),
    *(of(number, "reaction.add", who="bob", emoji=LIKE) for number in (1, 2, 8)),
    *(of(number, "message.pin") for number in (1, 2, 8)),
    *(of(number, "bookmark.add", who="bob") for number in (1, 2, 7)),
    *(of(number, "message.edit", text="now plain") for number in (2, 3, 4, 6, 14)),
    of(2, "message.edit", text="now about a release"),
    of(1, "message.edit", text="now @bob, https://example.org/2"),
    of(8, "message.edit", text="with a text"),
    of(11, "message.edit", who="bob", text="edited"),
    of(1, "reaction.remove", who="bob", emoji=LIKE),
    *(of(number, "message.delete") for number in (1, 2, 3, 5, 6, 8, 9, 13, 15)),
    *(of(number, "message.delete", who="bob") for number in (7, 10, 11, 12)),
]
"""Messages of all kinds, and all that happens to messages."""


@pytest.fixture
def tell(monkeypatch):
    """Return what runs the story, and returns all results, changes and enqueued jobs, and the rows in the end."""

    def run():
        numbers, direct, seconds = count(1), Direct(), count(1)
        monkeypatch.setattr(concerned, "MANY", 1)
        monkeypatch.setattr(indexing, "AFTER", 1)
        monkeypatch.setattr(ids, "new", lambda: f"11111111-1111-4111-8111-{next(numbers):012}")
        direct.now, direct.limits = lambda: NOW.format(0), Settings(**QUICK | {"previews": True})
        for name in ("alice", "bob", "carol"):
            direct.join(name)
        direct.appoint("alice", "admin")
        direct.run("alice", "group.create", {"name": "design", "members": ["bob"]})
        add_file(direct)
        return [step(direct, NOW.format(next(seconds)), *each) for each in STORY], stored(direct)

    return run


def add_file(direct):
    with direct.engine.begin() as db:
        row = {"id": FILE, "owner": "alice", "name": "a.txt", "hint": "", "type": "text/plain", "at": NOW.format(0)}
        db.execute(insert(files).values(**row, length=1, size=1, charged=1))


def step(direct, now, who, command, params):
    direct.now = lambda: now
    if params.get("room", "").endswith("/first"):
        params = {**params, "room": f"{LOBBY}/{seq_of_first(direct)}"}
    ran = direct.run(who, command, params)
    if PAGE in params.get("text", "") and command == "message.post":
        show_preview(direct, params["id"])
    with direct.engine.begin() as db:
        enqueued = [(job.kind, job.key, job.data) for job in db.execute(select(jobs).order_by(jobs.c.id))]
    return ran, enqueued, asyncio.run(direct.run_jobs(without_files))


def show_preview(direct, message):
    """Do what the job does that loads a page."""
    page = {"id": message, "url": PAGE, "found": True, "title": "A", "description": "", "site": ""}
    with direct.engine.begin() as db:
        more = {"picture": None, "size": 0, "counts_for": "", "expires_at": NOW.format(59)}
        previews.add_page(db, page | more)
        previews.show(db, message, 0, page, PAGE)


def without_files(waiting):
    """Leave out the jobs that need a network or a folder."""
    return [job for job in waiting if job.kind not in {"previews.fetch", "files.remove"}]


def seq_of_first(direct):
    with direct.engine.begin() as db:
        return db.scalar(select(messages.c.seq).where(messages.c.id == id_of(1)))


def stored(direct):
    """Return all rows but those that have times of their own, and the words in the index."""
    with direct.engine.begin() as db:
        return {"words": sorted(db.execute(text(f"SELECT words FROM {index.TABLE}")).scalars())} | {
            table.name: sorted(map(repr, db.execute(select(*(c for c in table.c if not c.name.endswith("at"))))))
            for table in metadata.sorted_tables
        }


def everywhere(declared):
    return tuple(replace(each, when=traits.ALL) for each in declared)


def test_features_that_are_called_for_every_message_do_the_same(tell, monkeypatch):
    once = tell()
    declare(monkeypatch, "parts", everywhere(OURS.parts))
    declare(monkeypatch, "listeners", everywhere(OURS.listeners))
    assert tell() == once


def belonging(db):
    """Return the rows that go with a message, by their tables and keys: each with the room of the message."""
    in_room = {row.id: row.room for row in db.execute(select(messages.c.id, messages.c.room))}
    return {
        (table.name, *(row[column.name] for column in table.primary_key)): in_room[row[about.name]]
        for table, about in TABLES
        for row in db.execute(select(table).where(about.is_not(None))).mappings()
        if not row.get("gone")
    }


def test_what_goes_with_a_message_is_stored_under_the_lock_of_its_room_by_commands_and_jobs(tell, monkeypatch):
    """So does its deletion, which another node would do at the same time otherwise, without seeing such a row."""
    commit, stored_in, unlocked = Direct.commit, set(), set()

    def watched(direct, me, work, *locks):
        begun = []

        def watching(act):
            begun.append((act.changes, belonging(act.db)))
            return work(act)

        result = commit(direct, me, watching, *locks)
        ((changes, before),) = begun
        with direct.engine.connect() as db:
            after = belonging(db)
        for key in after.keys() - before.keys():
            stored_in.add(key[0])
            if after[key] not in changes.locked:
                unlocked.add((key[0], work))
        return result

    monkeypatch.setattr(Direct, "commit", watched)
    tell()
    assert not unlocked, unlocked
    assert {"bookmarks", "calls", "files", "inbox", "mentions", "pins", "reactions"} <= stored_in


CUT = [
    (kind, at, trait)
    for kind in ("parts", "listeners")
    for at, each in enumerate(getattr(OURS, kind))
    if each.when is not traits.ALL
    for trait in each.when
]


def named(declared):
    return declared.name if isinstance(declared, Part) else f"{declared.run.__module__}.{declared.run.__name__}"


@pytest.mark.slow
def test_the_story_shows_each_trait_that_is_missing_in_a_declaration(tell, monkeypatch):
    once, unnoticed = tell(), []
    for kind, at, trait in CUT:
        declared = list(getattr(OURS, kind))
        rest: dict[str, Any] = {"when": tuple(each for each in declared[at].when if each != trait)}
        declared[at] = replace(declared[at], **rest, **({"allow": None} if kind == "parts" else {}))
        with monkeypatch.context() as patch:
            declare(patch, kind, tuple(declared))
            if tell() == once:
                unnoticed.append((named(declared[at]), trait))
    assert not unnoticed, unnoticed

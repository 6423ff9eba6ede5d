"""Searching: what people find, in their rooms alone, on both databases, whether it is indexed or not yet."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection

from chatrooms.features import search
from chatrooms.features.search import finding
from chatrooms.features.search import index as index_of_words
from chatrooms.types import MAX_BYTES, MAX_TEXT
from tests.people import Person, Refused

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)

THUMB = "\N{THUMBS UP SIGN}"


@pytest.fixture
def database(request) -> str:
    return "" if request.param == "sqlite" else request.getfixturevalue("created_database")


async def found(person: Person, query: str, **params) -> list[str]:
    page = await person.run("search", query=query, **params)
    for message in page["messages"]:
        assert "".join(message["highlights"]) == message["text"]
    return [message["text"] for message in page["messages"]]


async def test_words_phrases_beginnings_and_what_a_message_does_not_have(person, index):
    alice = await person("alice")
    for text in ("Deploy the café", "the deploy failed", "deploying again", "nothing"):
        await alice.say("#lobby", text)
    for _ in range(2):
        assert await found(alice, "DEPLOY") == ["the deploy failed", "Deploy the café"]
        assert await found(alice, "dep*") == ["deploying again", "the deploy failed", "Deploy the café"]
        assert await found(alice, '"the deploy"') == ["the deploy failed"]
        assert await found(alice, "deploy -failed cafe") == ["Deploy the café"]
        assert await found(alice, "-deploy -deploying") == ["nothing"]
        assert await found(alice, "") == await found(alice, "... -") == await found(alice, "absent") == []
        await index()


async def test_what_was_found_is_marked_in_the_text(person):
    alice = await person("alice")
    await alice.say("#lobby", "👍🏽 The Café is *CAFE*, 東京都")
    highlights = [
        (await alice.run("search", query=query))["messages"][0]["highlights"]
        for query in ("cafe", "東京 the", "都 👍 -absent", "from:me", "caf*")
    ]
    assert highlights == [
        ["👍🏽 The ", "Café", " is *", "CAFE", "*, 東京都"],
        ["👍🏽 ", "The", " Café is *CAFE*, ", "東京", "都"],
        ["", "👍🏽", " The Café is *CAFE*, 東京", "都", ""],
        ["👍🏽 The Café is *CAFE*, 東京都"],
        ["👍🏽 The ", "Café", " is *", "CAFE", "*, 東京都"],
    ]


async def test_pages_go_on_where_the_one_before_ended_whatever_was_posted_since(person, index):
    alice = await person("alice")
    said = [f"match {number}" for number in range(7)]
    for number, text in enumerate(said):
        await alice.say("#lobby", text)
        if number == 4:
            await index()
    first = await alice.run("search", query="match", limit=3)
    await alice.say("#lobby", "match later")
    second = await alice.run("search", query="match", limit=3, after=first["next"])
    third = await alice.run("search", query="match", limit=3, after=second["next"])
    assert [page["more"] for page in (first, second, third)] == [True, True, False]
    texts = [message["text"] for page in (first, second, third) for message in page["messages"]]
    assert texts == said[::-1] and third["next"] is None


async def test_long_messages_come_in_more_pages(person):
    alice = await person("alice")
    said = [f"{number} match " + "x" * (MAX_TEXT - 20) for number in range(2 + MAX_BYTES // MAX_TEXT // 2)]
    for text in said:
        await alice.say("#lobby", text)
    first = await alice.run("search", query="match", limit=50)
    assert first["more"] and len(first["messages"]) < len(said)
    rest = await alice.run("search", query="match", limit=50, after=first["next"])
    assert [message["text"] for message in first["messages"] + rest["messages"]] == said[::-1]


async def test_operators(person, index):
    alice, bob = await person("alice"), await person("bob")
    await bob.run("room.create", name="#ops")
    await alice.run("room.join", room="#ops")
    await bob.say("#ops", "one https://example.com")
    pinned = await bob.say("#lobby", "two @alice")
    liked = await alice.say("bob", "three")
    await bob.say("alice", "four")
    await alice.say("#lobby", "five")
    await bob.run("message.pin", id=pinned["id"])
    await bob.run("reaction.add", id=liked["id"], emoji=THUMB)
    every = ["five", "four", "three", "two @alice", "one https://example.com"]
    expected = {
        "from:bob": ["four", "two @alice", "one https://example.com"],
        "from:me": ["five", "three"],
        "-from:bob": ["five", "three"],
        "from:me from:bob": every,
        "in:#ops": ["one https://example.com"],
        "in:ops": ["one https://example.com"],
        "in:bob": ["four", "three"],
        "in:@bob -from:bob": ["three"],
        "in:#ops in:bob": ["four", "three", "one https://example.com"],
        "-in:bob -in:#ops": ["five", "two @alice"],
        "to:me": ["four"],
        "to:bob": ["three"],
        "has:link": ["one https://example.com"],
        "-has:link in:#ops": [],
        "has:reaction": ["three"],
        "-has:reaction in:bob": ["four"],
        "is:mine": ["five", "three"],
        "is:mention": ["two @alice"],
        "is:pinned": ["two @alice"],
        "is:pinned from:me": [],
        "is:thread": [],
        "on:today": every,
        "before:today": [],
        "after:yesterday from:me": ["five", "three"],
        "-on:today": [],
        "during:1999": [],
        "from:nobody": [],
        "in:#nowhere": [],
        "example.com": ["one https://example.com"],
    }
    for _ in range(2):
        assert {query: await found(alice, query) for query in expected} == expected
        await index()


async def test_edits_and_deletions_are_found_at_once(person, index):
    alice = await person("alice")
    one, other = await alice.say("#lobby", "first red"), await alice.say("#lobby", "second red")
    await index()
    await alice.run("message.edit", id=one["id"], text="first blue")
    await alice.run("message.delete", id=other["id"])
    assert [await found(alice, query) for query in ("red", "blue", "first", "second")] == [
        [],
        ["first blue"],
        ["first blue"],
        [],
    ]
    assert (await alice.run("search", query="from:me"))["messages"][0]["edited_at"]


async def test_events_in_timelines_are_not_found(person, index):
    alice = await person("alice")
    await alice.run("room.create", name="#den")
    await alice.run("room.update", room="#den", topic="canary")
    await alice.say("#den", "hello")
    for _ in range(2):
        assert await found(alice, "canary") == await found(alice, "alice") == []
        assert await found(alice, "in:#den") == ["hello"]
        await index()


async def test_people_find_what_is_in_their_rooms_now(person, index, staff, alice, bob, mallory):
    carol = await person("carol")
    await bob.say(staff, "canary in staff")
    await bob.say("alice", "canary between us")
    await bob.say("bob", "canary of my own")
    secrets = {"canary", "in:#staff", "from:bob", "in:alice+bob", "to:alice", "in:bob", "-zebra", "can*", "is:mention"}
    for _ in range(2):
        assert await found(bob, "canary") == ["canary of my own", "canary between us", "canary in staff"]
        assert await found(alice, "canary") == ["canary between us", "canary in staff"]
        for query in secrets:
            for stranger in (carol, mallory):
                page = await stranger.run("search", query=query)
                assert (page["messages"], page["more"], page["next"]) == ([], False, None)
        await index()
    await bob.run("room.remove", room=staff, username="alice")
    assert await found(alice, "canary") == ["canary between us"]
    await bob.run("room.invite", room=staff, username="alice")
    assert await found(alice, "canary") == ["canary between us", "canary in staff"]
    await alice.run("room.leave", room=staff)
    assert await found(alice, "canary") == ["canary between us"]


async def test_a_search_does_not_continue_after_a_message_that_one_must_not_know(person, staff, alice, bob):
    carol = await person("carol")
    secret = await bob.say(staff, "hidden")
    for id in (secret["id"], "00000000-0000-4000-8000-000000000000"):
        with pytest.raises(Refused, match=r"not_found.*'field': 'after'"):
            await carol.run("search", query="hidden", after=id)


@pytest.mark.parametrize("few", [1, 100])
async def test_a_member_of_many_rooms_or_few_finds_what_is_in_one(person, index, monkeypatch, few):
    monkeypatch.setattr(finding, "FEW", few)
    monkeypatch.setattr(finding, "FIRST", 1)
    monkeypatch.setattr(finding, "SHARES", dict.fromkeys((True, False), (3, 2)))
    alice, bob = await person("alice"), await person("bob")
    await alice.say("bob", "red first")
    await bob.run("room.create", name="#theirs")
    for number in range(8):
        await bob.say("#theirs", f"red {number}")
    await index()
    assert await found(alice, "red") == await found(alice, "in:bob") == ["red first"]
    assert await found(alice, "-blue") == ["red first"]


async def test_a_long_search_returns_what_it_has_and_where_to_go_on(person, index, monkeypatch):
    monkeypatch.setattr(finding, "FIRST", 1)
    monkeypatch.setattr(finding, "MOST", 1)
    monkeypatch.setattr(finding, "SECONDS", -1)
    alice = await person("alice")
    said = ["red", "red blue", "red", "red blue", "red"]
    for number, text in enumerate(said):
        await alice.say("#lobby", text)
        if number == 2:
            await index()
    pages, after = [], None
    while not pages or after:
        page = await alice.run("search", query="red -blue", after=after)
        pages.append([message["text"] for message in page["messages"]])
        after = page["next"]
    assert [text for page in pages for text in page] == ["red", "red", "red"]
    assert [] in pages


async def every_page(person: Person, query: str) -> list[list[str]]:
    pages, after = [], None
    while not pages or after:
        page = await person.run("search", query=query, after=after)
        pages.append([message["text"] for message in page["messages"]])
        after = page["next"]
    return pages


async def test_a_search_looks_at_the_clock_after_each_message(person, index, monkeypatch):
    alice = await person("alice")
    for text in ("red one", "blue", "red two", "blue red"):
        await alice.say("#lobby", text)
    monkeypatch.setattr(finding, "SECONDS", -1)
    monkeypatch.setattr(finding, "SECONDS_TO_LOOK", -1)
    for _ in range(2):
        assert [page for page in await every_page(alice, "red -blue") if page] == [["red two"], ["red one"]]
        assert [] in await every_page(alice, "red -blue")
        await index()


async def test_a_page_ends_when_marking_what_was_found_takes_long(person, monkeypatch):
    alice = await person("alice")
    for text in ("red one", "red two", "red three"):
        await alice.say("#lobby", text)
    monkeypatch.setattr(search, "SECONDS_TO_MARK", -1)
    assert await every_page(alice, "red") == [["red three"], ["red two"], ["red one"]]


async def test_many_beginnings_of_words_are_all_looked_for(person, index, monkeypatch):
    alice = await person("alice")
    for text in ("maybe apples and pears", "maybe apples", "dogs", "猫が好き 犬も鳥も"):
        await alice.say("#lobby", text)
    asked: list[index_of_words.Wanted] = []
    find = index_of_words.find

    def noted(db: Connection, wanted: index_of_words.Wanted, *rest: Any, **more: Any) -> Any:
        asked.append(wanted)
        return find(db, wanted, *rest, **more)

    monkeypatch.setattr(index_of_words, "find", noted)
    for _ in range(2):
        assert await found(alice, "may* app* pea*") == ["maybe apples and pears"]
        assert await found(alice, "app* dog*") == []
        assert await found(alice, "猫 犬 鳥") == ["猫が好き 犬も鳥も"]
        await index()
    prefixes = [sum(needle.prefix for group in wanted for needle in group) for wanted in asked]
    assert set(prefixes) == {finding.PREFIXES}


async def test_replies_in_threads_are_found_by_those_who_can_read_them(person, index, staff, alice, bob, mallory):
    above = await bob.say(staff, "What about lunch?")
    await alice.run("thread.open", id=above["id"])
    await alice.say(f"{staff}/{above['seq']}", "Noodles")
    for _ in range(2):
        for query in ("noodles", "is:thread", f"in:{staff} from:alice", f"in:{staff}/{above['seq']}"):
            assert await found(bob, query) == ["Noodles"]
            assert await found(mallory, query) == []
        assert await found(bob, "-is:thread in:#staff") == ["What about lunch?"]
        await index()

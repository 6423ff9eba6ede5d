"""The other kinds of items: keywords, reactions to one's own messages, invitations."""

from __future__ import annotations

import asyncio
import unicodedata
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from chatrooms.errors import Invalid
from chatrooms.features.inbox import keywords, matched, texts
from chatrooms.features.messages import resending
from chatrooms.features.reactions import SENDING
from chatrooms.storage.own_tables import inbox
from tests.direct import LOBBY, Direct
from tests.features.test_sync_pages import Line
from tests.people import connect
from tests.servers import running

LIKE, HEART = "\N{THUMBS UP SIGN}", "\N{HEAVY BLACK HEART}\ufe0f"


@pytest.fixture
def direct(monkeypatch) -> Direct:
    monkeypatch.setattr(SENDING, "seconds", 0)
    monkeypatch.setattr(resending, "LONGEST", timedelta())  # a reaction is sent however soon it follows another
    made = Direct()
    for name in ("alice", "bob", "carol"):
        made.join(name)
    return made


def post(direct, text, author="bob", room=LOBBY, **more):
    return direct.run(author, "message.post", {"room": room, "text": text, **more})[0]["message"]


def react(direct, message, who="bob", emoji=LIKE, what="add"):
    direct.run(who, f"reaction.{what}", {"id": message["id"], "emoji": emoji})


def items(direct, username="alice", **asked):
    """Return a person's items, newest first, after all jobs."""
    while asyncio.run(direct.run_jobs()):
        pass
    page, _ = direct.run(username, "inbox.list", asked)
    return [(item["kind"], item["message"], item["by"], item["read"]) for item in page["items"]]


def want(direct, *words, username="alice", **more):
    return direct.run(username, "inbox.set", {"keywords": list(words), **more})[0]


@pytest.mark.parametrize(
    ("word", "text", "is_found"),
    [
        ("release", "The Release is out", True),
        ("release", "(RELEASE!)", True),
        ("release", "prerelease releases release_1 release2", False),
        ("release plan", "our release plan.", True),
        ("release plan", "release the plan", False),
        ("c++", "I like C++, really", True),
        ("c++", "I like c and c+", False),
        (".net", "use .NET now", True),
        ("müller", "Herr MU\u0308LLER", True),
        ("straße", "STRASSE 1", True),
        ("ｆｕｌｌ", "full", True),
        ("東京", "私は東京に行く", True),
        ("हिन्दी", "यह हिन्दी है", True),
        ("हिन", "यह हिन्दी है", False),
        ("1.0", "version 1.0 is", True),
        ("1.0", "version 11.0 is", False),
    ],
)
def test_a_keyword_is_found_as_whole_words_whatever_its_case(direct, word, text, is_found):
    want(direct, word)
    message = post(direct, text)
    assert items(direct) == ([("keyword", message["id"], "bob", False)] if is_found else [])


@given(st.text(max_size=30), st.text(max_size=30), st.text(min_size=2, max_size=12))
@settings(max_examples=150, deadline=None, database=None)
def test_a_keyword_between_spaces_is_always_found(before, after, word):
    try:
        parsed = keywords.parsed(word)
    except ValueError:
        return
    text = texts.folded(f"{before} {word.strip()} {after}")
    pieces = {piece[: keywords.LONGEST] for piece in texts.pieces(text)}
    if unicodedata.category(parsed[0])[0] not in "MC" and parsed in text:
        assert texts.pieces(parsed)[0] in pieces
        assert texts.present(text, [parsed]) == {parsed}


@pytest.mark.parametrize("word", ["", " ", "*", ".", "a", "@", "...", "?!", "x" * 41, "\u200b\u200b"])
def test_a_keyword_that_would_be_found_everywhere_or_is_too_long_is_refused(direct, word):
    want(direct, "kept")
    with pytest.raises(Invalid) as refused:
        want(direct, "fine", word)
    assert refused.value.details["field"].startswith("keywords")
    assert direct.run("alice", "inbox.settings", {})[0]["keywords"] == ["kept"]


def test_keywords_are_bounded_and_each_counts_once(direct):
    assert want(direct, "Plan", "plan", " plan ", "design")["keywords"] == ["design", "plan"]
    with pytest.raises(Invalid):
        want(direct, *(f"word{number}" for number in range(keywords.MOST + 1)))
    assert want(direct)["keywords"] == []


def test_a_keyword_concerns_nobody_in_their_own_messages_or_in_rooms_of_others(direct):
    want(direct, "plan")
    post(direct, "my plan", author="alice")
    post(direct, "our plan", room="carol")
    direct.run("bob", "room.create", {"name": "#den"})
    post(direct, "a secret plan", room="#den")
    assert items(direct) == []
    below = post(direct, "a plan in a thread", room=f"{LOBBY}/{post(direct, 'above')['seq']}")
    here = post(direct, "to you: the plan", room="alice")
    assert {message for _, message, _, _ in items(direct)} == {below["id"], here["id"]}


def test_one_message_gives_one_item_and_edits_give_and_take_it(direct):
    want(direct, "plan")
    both = post(direct, "@alice, the plan")
    assert items(direct) == [("mention", both["id"], "bob", False)]
    message = post(direct, "hello")
    edit = lambda text: direct.run("bob", "message.edit", {"id": message["id"], "text": text})  # noqa: E731
    edit("hello, plan")
    assert items(direct)[0] == ("keyword", message["id"], "bob", False)
    edit("hello again")
    assert len(items(direct)) == 1
    edit("plan")
    direct.run("bob", "message.delete", {"id": message["id"]})
    assert len(items(direct)) == 1


def test_a_frequent_keyword_fills_no_inbox(direct, monkeypatch):
    monkeypatch.setattr(keywords, "MAX_UNREAD", 3)
    want(direct, "plan")
    for number in range(6):
        post(direct, f"plan {number}")
    assert len(items(direct)) == 3
    direct.run("alice", "read.mark", {"room": LOBBY, "seq": 1000})
    post(direct, "plan 6")
    assert len(items(direct, unread=True)) == 1


def test_whoever_posts_a_keyword_most_leaves_place_for_what_others_post(direct, monkeypatch):
    monkeypatch.setattr(keywords, "MAX_UNREAD", 6)
    want(direct, "plan")

    def unread_after(*authors: str) -> list[str]:
        for author in authors:
            post(direct, "plan", author=author)
        return sorted(by for _, _, by, _ in items(direct, unread=True))

    assert unread_after(*["bob"] * 9) == ["bob"] * 6
    assert unread_after("carol") == ["bob"] * 5 + ["carol"]
    assert unread_after("bob") == ["bob"] * 5 + ["carol"], "nobody makes place for whoever has most"
    assert unread_after(*["carol"] * 9, *["bob"] * 9) == ["bob"] * 3 + ["carol"] * 3
    with direct.engine.connect() as db:
        found = keywords.people(db, {"author": "carol", "room": LOBBY}, {"plan"}, after="", limit=9)
    assert found == [], "who gets no item costs no change"


def test_keywords_of_others_switch_nobodys_off_however_many_they_are(direct, monkeypatch):
    """30 people have all their keywords in the text, or such that it begins like, and come first."""
    monkeypatch.setattr(matched, "PEOPLE", 7)
    for number in range(30):
        direct.join(f"a{number:02}")
        there, alike = (f"plan {number} {word}" for word in range(10)), (f"plan {'x' * word}" for word in range(1, 11))
        want(direct, *there, *alike, username=f"a{number:02}")
    want(direct, "plan b")
    every = " ".join(f"plan {number} {word}" for number in range(30) for word in range(10))
    message = post(direct, f"{every} {'plan xx ' * 500} plan b")
    for name in ("alice", "a00", "a29"):
        assert items(direct, name) == [("keyword", message["id"], "bob", False)]


def test_a_word_is_found_behind_any_number_of_places_that_are_like_it():
    words = {("字abc" * 10)[:length] for length in range(keywords.SHORTEST, keywords.LONGEST + 1)} | {"字abcd", "last"}
    assert texts.present("字abc" * 2500 + " last", words) == words - {"字abcd"} - {
        word for word in words if word[-1] in "ab" and word != "last"
    }


MIXED = st.text(st.sampled_from("ab_1 -.字語กิ\u0301é"), max_size=30)


@settings(deadline=None)
@given(MIXED, st.lists(MIXED.map(str.strip).filter(bool), max_size=9), st.data())
def test_few_words_are_found_where_many_are(text, others, data):
    text = texts.folded(text)
    first = data.draw(st.integers(0, len(text)))
    inside = text[first : data.draw(st.integers(first, len(text)))].strip()
    words = {texts.folded(word) for word in others} | ({inside} if inside else set())
    assert texts.present(text, words) == texts._at_edges(text, words)


def test_whose_inbox_is_full_costs_nothing_and_one_job_is_for_so_many_people(direct, monkeypatch):
    monkeypatch.setattr(keywords, "MAX_UNREAD", 2)
    monkeypatch.setattr(matched, "PEOPLE", 2)
    for name in ("dave", "erin", "frank"):
        direct.join(name)
        want(direct, "plan", username=name)
    post(direct, "plan")
    post(direct, "plan")
    assert len(items(direct, "frank")) == 2
    direct.run("frank", "read.mark", {"room": LOBBY, "seq": 1000})
    asked, change = [], direct.change

    async def noted(work, me, *locks):
        asked.append(locks)
        return await change(work, me, *locks)

    monkeypatch.setattr(direct, "change", noted)
    message = post(direct, "plan")
    assert items(direct, "frank", unread=True) == [("keyword", message["id"], "bob", False)]
    assert asked == [("#lobby", "frank")]


def test_posting_costs_one_look_however_many_people_have_a_keyword_that_it_has(direct):
    found = []
    for size in (1, 40):
        for number in range(size):
            name = f"p{size}x{number}"
            direct.join(name)
            want(direct, "plan", username=name)
        asked: list[str] = []
        direct.driver.set_trace_callback(asked.append)
        post(direct, "the plan")
        direct.driver.set_trace_callback(None)
        found.append([len([sql for sql in asked if "keywords" in sql]), len(asked)])
        items(direct)
    assert found[0] == found[1]


def test_posting_a_long_text_leaves_its_words_to_the_job(direct):
    want(direct, "plan")
    asked: list[str] = []
    direct.driver.set_trace_callback(asked.append)
    message = post(direct, f"{' '.join(map(str, range(keywords.LONG_TEXT)))} the plan")
    direct.driver.set_trace_callback(None)
    assert len([sql for sql in asked if "keywords" in sql and sql.startswith("SELECT")]) == 1
    assert items(direct) == [("keyword", message["id"], "bob", False)]


def test_an_edit_meanwhile_has_keywords_looked_for_again(direct, monkeypatch):
    want(direct, "plan")
    message = post(direct, "@carol, the plan")
    edit = lambda text: direct.run("bob", "message.edit", {"id": message["id"], "text": text})  # noqa: E731
    look = direct.lookup

    async def lookup(query):
        found = await look(query)
        if direct.edits:
            edit(direct.edits.pop())
        return found

    direct.edits = ["@alice, @carol, no such word"]
    monkeypatch.setattr(direct, "lookup", lookup)
    monkeypatch.setattr(direct, "scan", lookup)
    assert items(direct) == [("mention", message["id"], "bob", False)]
    direct.edits = ["nothing"]
    edit("plan")
    assert items(direct) == []


def test_nobody_is_charged_for_the_keywords_of_others(direct, monkeypatch):
    for number in range(30):
        direct.join(f"p{number}")
        want(direct, "plan", username=f"p{number}")
    charged = []
    limit = direct._rates.limits["post"]
    monkeypatch.setattr(limit, "charge", lambda _who, _where, weight: charged.append(weight))
    post(direct, "plan")
    assert sum(charged) == 0
    post(direct, " ".join(f"@p{number}" for number in range(30)))
    assert sum(charged) > 0


def test_reactions_to_my_message_are_one_item_that_is_unread_again_when_somebody_else_reacts(direct):
    mine = post(direct, "done", author="alice")
    react(direct, mine)
    react(direct, mine, "carol", HEART)
    assert items(direct) == [("reaction", mine["id"], "carol", False)]
    (item,) = direct.run("alice", "inbox.list", {})[0]["items"]
    direct.run("alice", "inbox.mark", {"ids": [item["id"]]})
    assert items(direct, unread=True) == []
    react(direct, mine, "carol", LIKE)
    assert items(direct) == [("reaction", mine["id"], "carol", True)], "the same person again"
    react(direct, mine, "bob", LIKE, "remove")
    direct.join("dave")
    react(direct, mine, "dave", LIKE)
    assert items(direct) == [("reaction", mine["id"], "dave", False)], "as many people, in front of the one before"
    direct.run("alice", "inbox.mark", {"ids": [item["id"]]})
    for who in ("bob", "carol") * 2:
        for what in ("add", "remove"):
            react(direct, mine, who, HEART, what)
            assert items(direct, unread=True) == [], "in turns"
    for who in ("carol", "dave"):
        react(direct, mine, who, LIKE, "remove")
    assert items(direct) == []
    react(direct, mine, "bob")
    assert items(direct) == [("reaction", mine["id"], "bob", True)]
    direct.run("alice", "message.delete", {"id": mine["id"]})
    assert items(direct) == []


def test_what_else_changes_a_message_and_ones_own_reactions_give_no_item(direct):
    mine = post(direct, "done", author="alice")
    react(direct, mine, "alice")
    assert items(direct) == []
    react(direct, mine)
    (item,) = direct.run("alice", "inbox.list", {})[0]["items"] if items(direct) else ()
    direct.run("alice", "inbox.mark", {"ids": [item["id"]]})
    direct.run("bob", "message.pin", {"id": mine["id"]})
    direct.run("alice", "message.edit", {"id": mine["id"], "text": "finished"})
    post(direct, "reply", room=f"{LOBBY}/{mine['seq']}")
    assert ("reaction", mine["id"], "bob", True) in items(direct)


def test_reactions_can_be_turned_off_and_messages_of_the_application_give_none(direct):
    assert direct.run("alice", "inbox.settings", {})[0] == {"keywords": [], "reactions": True}
    for _ in range(2):
        assert direct.run("alice", "inbox.set", {"reactions": False})[0]["reactions"] is False
    mine = post(direct, "done", author="alice")
    react(direct, mine)
    assert items(direct) == []
    direct.run("alice", "inbox.set", {"reactions": True})
    react(direct, mine, "carol")
    assert [kind for kind, *_ in items(direct)] == ["reaction"]


def test_whom_one_has_blocked_gives_no_item_of_any_kind(direct):
    direct.run("alice", "user.block", {"username": "bob"})
    direct.run("bob", "room.create", {"name": "#den"})
    direct.run("alice", "room.join", {"room": "#den"})
    want(direct, "plan")
    post(direct, "@room, the plan", room="#den")
    mine = post(direct, "done", author="alice")
    react(direct, mine)
    assert items(direct) == []
    react(direct, mine, "carol")
    assert items(direct) == [("reaction", mine["id"], "carol", False)]


def test_who_left_the_room_gets_no_item_about_reactions(direct):
    mine = post(direct, "done", author="alice")
    direct.run("alice", "room.leave", {"room": LOBBY})
    react(direct, mine)
    while asyncio.run(direct.run_jobs()):
        pass
    with direct.engine.connect() as db:
        assert db.execute(select(inbox.c.id)).all() == []


def test_an_invitation_is_an_item_until_its_person_has_read_the_room_or_leaves_it(direct):
    direct.run("bob", "room.create", {"name": "#den"})
    direct.run("alice", "room.create", {"name": "#own"})
    direct.run("bob", "room.invite", {"room": "#den", "username": "alice"})
    assert items(direct) == [("invitation", None, "bob", False)]
    direct.run("bob", "room.invite", {"room": "#den", "username": "alice"})
    direct.run("alice", "room.favorite", {"room": "#den"})
    assert len(items(direct)) == 1, "a member cannot be invited again"
    seq = post(direct, "welcome", room="#den")["seq"]
    direct.run("alice", "read.mark", {"room": "#den", "seq": seq})
    assert items(direct) == [("invitation", None, "bob", True)]
    direct.run("alice", "room.leave", {"room": "#den"})
    direct.run("alice", "room.join", {"room": "#den"})
    assert items(direct, unread=True) == [], "who joins is not invited"


async def test_every_client_shows_the_new_kinds(direct):
    tab = Line(direct)
    await tab.caught_up()
    want(direct, "plan")
    react(direct, post(direct, "done", author="alice"))
    post(direct, "plan")
    direct.run("bob", "room.create", {"name": "#den"})
    direct.run("bob", "room.invite", {"room": "#den", "username": "alice"})
    await direct.run_jobs()
    await tab.caught_up()
    assert {item["kind"] for item in tab.state.inbox.values()} == {"reaction", "keyword", "invitation"}
    with direct.engine.begin() as db:
        db.execute(update(inbox).values(reactions=None))


async def test_the_new_kinds_work_through_the_doors_and_on_either_database(tmp_path, either_database):
    async with (
        running(tmp_path, database=either_database) as server,
        connect(server.url, "alice") as alice,
        connect(server.url, "bob") as bob,
    ):
        await alice.run("inbox.set", keywords=["Größe", "plan"])
        mine = await alice.say("#lobby", "done")
        await bob.run("reaction.add", id=mine["id"], emoji=LIKE)
        await bob.say("#lobby", "GRÖSSE")
        await bob.run("room.create", name="#den")
        await bob.run("room.invite", room="#den", username="alice")
        kinds = {"reaction", "keyword", "invitation"}
        for kind in kinds:
            await alice.hears(lambda _, data, kind=kind: kind in [row["kind"] for row in data.get("inbox", ())])
        token = alice.token
    async with (
        running(tmp_path, database=either_database) as server,
        connect(server.url, "alice", token=token) as alice,
    ):
        assert (await alice.run("inbox.settings"))["keywords"] == ["grösse", "plan"]
        assert {item["kind"] for item in (await alice.run("inbox.list"))["items"]} == kinds

"""The application's door: it writes to any user, hears what they write, and answers events of its own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypedDict
from uuid import uuid4

import pytest
import socketio.exceptions
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.routing import Mount

from chatrooms import Chatrooms, Conflict, Forbidden, Invalid, NotFound, Refusal, Settings, User
from chatrooms.doors import commit_handlers, own_events, rechecking
from tests.doors import post
from tests.people import PATIENCE, Person, Refused, connect
from tests.servers import QUICK, serving
from tests.ways_to_call import COROUTINES, HIDDEN, OTHERS, WAYS

ALICE, BOB = "alice@example.com", "bob@example.com"


@dataclass
class Host:
    """An application that believes what the handshake says, except of those in ``gone``."""

    chat: Chatrooms | None = None
    url: str = ""
    gone: set[str] = field(default_factory=set)

    async def authenticate(self, handshake):
        id = handshake.auth.get("id") or handshake.headers.get("x-user") or None
        return None if id is None or id in self.gone else User(id, handshake.auth.get("name", ""))

    def tab(self, id: str, name: str = ""):
        """Connect as a user."""
        return connect(self.url, id.partition("@")[0], auth={"id": id, "name": name}, path="chat")


@pytest.fixture
async def host(tmp_path) -> AsyncIterator[Host]:
    host = Host()
    host.chat = Chatrooms(Settings(data=tmp_path, name="Acme", **QUICK), authenticate=host.authenticate)
    app = Starlette(routes=[Mount("/chat", host.chat)], lifespan=host.chat.lifespan)
    async with serving(app, lifespan="on") as host.url:
        yield host


class Heard(list[Any]):
    """What a handler was called with."""

    async def __call__(self, *given: Any) -> None:
        self.append(given if len(given) > 1 else given[0])

    async def until(self, count: int) -> None:
        """Wait until it was called that often."""
        async with asyncio.timeout(PATIENCE):
            while len(self) < count:
                await asyncio.sleep(0.01)


async def refused(person: Person, command: str, **params: Any) -> Refused:
    """Run a command that is refused; return why."""
    with pytest.raises(Refused) as refusal:
        await person.run(command, **params)
    return refusal.value


def listening(register, *given: Any) -> Heard:
    """Register a handler that notes what it is called with."""
    heard = Heard()

    async def handler(*told):
        await heard(*told)

    register(*given)(handler) if given else register(handler)
    return heard


async def test_the_application_is_somebody_to_talk_with(host):
    heard = listening(host.chat.on_message)
    async with host.tab(ALICE) as alice, host.tab(ALICE) as second, host.tab(BOB) as bob:
        note = await host.chat.post(ALICE, "Howdy, User 1!")
        assert (note["room"], note["author"]) == ("alice+system", "system")
        await alice.hears_text("Howdy, User 1!")
        await second.hears_text("Howdy, User 1!")
        await alice.say(note["room"], "Thank you")
        await heard.until(1)
        assert [(one["author"], one["text"], one["room"]) for one in heard] == [("alice", "Thank you", "alice+system")]
        assert await host.chat.user_id(heard[0]["author"]) == ALICE
        await host.chat.post(room=heard[0]["room"], text="You are welcome")
        await alice.hears_text("You are welcome")
        await bob.settled()
        assert bob.texts() == []
        (shown,) = (await alice.run("user.list", usernames=["system"]))["users"]
        assert shown["name"] == "Acme"
        assert [each["username"] for each in (await alice.run("user.list"))["users"]] == ["alice", "bob"]


async def test_what_the_application_writes_is_unread_and_cannot_be_begun_by_people(host):
    async with host.tab(ALICE) as alice, host.tab(BOB) as bob:
        await host.chat.post(ALICE, "one")
        changes = (await alice.run("sync", revs={}))["changes"]
        (room,) = (row for change in changes for row in change.get("rooms", ()) if row["name"] == "alice+system")
        (read,) = (row for change in changes for row in change.get("reads", ()) if row["room"] == "alice+system")
        assert room["posted"] - read["number"] == 1
        assert (await refused(bob, "message.post", room="system", text="hi")).code == "not_found"


async def test_a_user_can_be_written_to_before_they_have_come(host):
    with pytest.raises(NotFound):
        await host.chat.post(ALICE, "anybody there?")
    assert await host.chat.add_user(User(ALICE, "Alice")) == "alice"
    assert await host.chat.add_user(ALICE) == await host.chat.username(ALICE) == "alice"
    await host.chat.post(ALICE, "while you were away")
    await host.chat.post(BOB, "and you", create=True)
    async with host.tab(ALICE) as alice, host.tab(BOB) as bob:
        assert (await alice.run("user.me"))["user"]["name"] == "Alice"
        for person, text in ((alice, "while you were away"), (bob, "and you")):
            room = f"{person.name}+system"
            assert [each["text"] for each in (await person.run("history", room=room))["messages"]] == [text]


async def test_what_cannot_be_an_id_is_invalid(host):
    for id in ("", " ", "x" * 201, "\0", 7):
        with pytest.raises(Invalid):
            await host.chat.post(to=id, text="x")
        with pytest.raises((ValueError, TypeError)):
            await host.chat.add_user(id)


async def test_a_number_where_text_belongs_is_invalid_and_fails_alone(host):
    names = ("target", "to", "room", "thread", "reply_to", "author", "key", "id")
    wrong = [{"text": "x", name: 7} for name in names]
    before, *refused, after = await host.chat.post_all(
        [{"target": "#lobby", "text": "before"}, *wrong, {"target": "#lobby", "text": "after"}]
    )
    assert (before["text"], after["text"]) == ("before", "after")
    assert [(each.code, each.details["field"]) for each in refused] == [("invalid", name) for name in names]


async def test_a_username_that_nobody_has_leads_to_no_id(host):
    await host.chat.add_user(User(ALICE, "Alice"))
    assert await host.chat.user_id("alice") == ALICE
    assert await host.chat.user_id("system") == "system"
    for nobody, refusal in (("bob", NotFound), (ALICE, Invalid), (7, Invalid)):
        with pytest.raises(refusal):
            await host.chat.user_id(nobody)


async def test_a_target_is_a_room_or_exactly_one_users_id(host):
    for id in ("#odd", "alice+bob", "ALICE"):
        await host.chat.add_user(id)
    assert (await host.chat.post("#lobby", "x"))["room"] == "#lobby"
    odd = await host.chat.username("#odd")
    assert (await host.chat.post(to="#odd", text="x"))["room"] == "+".join(sorted([odd, "system"]))
    assert (await host.chat.post("alice+bob", "x"))["room"] == "alicebob+system"
    await host.chat.add_user("#lobby")
    for ambiguous in ({"target": "#odd"}, {"target": "#lobby"}, {"target": "#new", "create": True}):
        with pytest.raises(Invalid, match="to= or room="):
            await host.chat.post(**ambiguous, text="x")
    assert (await host.chat.post(room="#lobby", text="x"))["room"] == "#lobby"
    for wrong in ({"target": "alice"}, {"to": "Alice"}, {"target": "#nowhere"}, {"room": "alice+bob"}):
        with pytest.raises(NotFound):
            await host.chat.post(**wrong, text="x")
    for wrong in ({}, {"target": "#lobby", "room": "#lobby"}, {"to": "ALICE", "room": "#lobby"}):
        with pytest.raises(Invalid):
            await host.chat.post(**wrong, text="x")
    assert (await host.chat.post(room="alice", text="x"))["room"] == "alice"


async def test_users_write_to_each_other_by_their_ids_with_their_permissions(host):
    await host.chat.add_user(ALICE)
    await host.chat.add_user(BOB)
    assert (await host.chat.post(BOB, "x", author=ALICE))["room"] == "alice+bob"
    with pytest.raises(NotFound):
        await host.chat.post(BOB, "x", author="alice")
    with pytest.raises(Invalid):
        await host.chat.post(BOB, "x", author="")
    with pytest.raises(Forbidden):
        await host.chat.post(BOB, "x", author=ALICE, data={"order": 7})


async def test_replies_and_threads_go_where_their_message_is(host):
    await host.chat.add_user(ALICE)
    first = await host.chat.post(ALICE, "Is it broken?")
    reply = await host.chat.post(text="Then we replace it", reply_to=first["id"])
    assert (reply["room"], reply["quoted"]["text"]) == ("alice+system", "Is it broken?")
    below = await host.chat.post(text="details", thread=first["id"])
    assert below["room"] == f"alice+system/{first['seq']}"
    with pytest.raises(NotFound):
        await host.chat.post(text="x", thread="11111111-1111-4111-8111-111111111111")


async def test_the_application_reads_and_moderates_everything_without_rates(host):
    async with host.tab(ALICE) as alice, host.tab(BOB) as bob:
        first, second = await alice.say("bob", "My card is 4711"), await alice.say("bob", "Oh no")
        room, run = first["room"], host.chat.run
        for _ in range(100):
            found = (await run("history", {"room": room}))["messages"]
        assert [message["text"] for message in found] == ["My card is 4711", "Oh no"]
        await run("message.edit", {"id": first["id"], "text": "My card is …"})
        await run("message.delete", {"id": second["id"]})
        await bob.hears(lambda _, data: any(row["deleted"] for row in data.get("messages", ())))
        history = (await bob.run("history", room=room))["messages"]
        assert [(row["author"], row["text"]) for row in history] == [("alice", "My card is …"), ("alice", None)]
        own = await host.chat.post("#lobby", "Deploied.")
        assert (await run("message.edit", {"id": own["id"], "text": "Deployed."}))["message"]["text"] == "Deployed."
        await run("room.remove", {"room": "#lobby", "username": "bob"})
        for where in (room, f"{room}/{first['seq']}"):
            with pytest.raises(Forbidden, match="conversations that it is in"):
                await host.chat.post(room=where, text="Hello, you two")
        with pytest.raises(NotFound):
            await run("history", {"room": "alice+carol"})
        with pytest.raises(NotFound, match=r"no such room. Create it by the command `room.create`. \(room: #nowhere\)"):
            await host.chat.post("#nowhere", "Hello")
        assert NotFound.default in str(await refused(bob, "message.post", room="#nowhere", text="hi"))


async def test_a_key_posts_once_in_each_room_and_belongs_to_its_author(host):
    for id in (ALICE, BOB):
        await host.chat.add_user(id)
    first = await host.chat.post(ALICE, "shipped", key="order 7")
    assert await host.chat.post(ALICE, "shipped again", key="order 7") == first
    others = [
        await host.chat.post(BOB, "x", key="order 7"),
        await host.chat.post(BOB, "x", key="order 7", author=ALICE),
    ]
    assert len({first["id"], *(other["id"] for other in others)}) == 3


async def test_data_is_for_clients_of_the_applications_own(host):
    async with host.tab(ALICE) as alice:
        posted = await host.chat.post(ALICE, "shipped", data={"order": {"id": 7}})
        heard = await alice.hears_text("shipped")
        assert posted["data"] == {"order": {"id": 7}} == heard["data"]
        (stored,) = (await alice.run("history", room="alice+system"))["messages"]
        assert stored["data"] == posted["data"]
        assert (await refused(alice, "message.post", room="#lobby", text="x", data={"a": 1})).code == "forbidden"
    for wrong in ({"a": object()}, {"a": "x" * 20_000}, [1]):
        with pytest.raises(Invalid):
            await host.chat.post(ALICE, "x", data=wrong)


async def test_many_messages_keep_their_order_and_say_which_failed(host):
    for id in (ALICE, BOB):
        await host.chat.add_user(id)
    given = [((ALICE, BOB, "nobody")[number % 3], f"{number}") for number in range(1200)]
    posted = await host.chat.post_many(given)
    assert [one["text"] if isinstance(one, dict) else one.code for one in posted] == [
        "not_found" if id == "nobody" else text for id, text in given
    ]
    by_room = [one["seq"] for one in posted if isinstance(one, dict) and one["room"] == "alice+system"]
    assert by_room == sorted(by_room)


async def test_an_argument_that_post_does_not_take_is_said_before_anything_is_posted(host, recwarn):
    right = [{"target": "#lobby", "text": f"{number}"} for number in range(600)]
    for wrong in ({"target": "#lobby", "txt": "x"}, ("#lobby", "x"), []):
        with pytest.raises(TypeError, match=r"A message (takes no 'txt'|is a mapping)"):
            await host.chat.post_all(iter([*right, wrong]))
    with pytest.raises(TypeError, match="A message takes no 'keys'"):
        await asyncio.to_thread(host.chat.post_many_sync, [("#lobby", "x")], keys="y")
    page = await host.chat.run("history", {"room": "#lobby"})
    assert page["messages"] == []
    assert not [each for each in recwarn if "never awaited" in str(each.message)]


async def test_a_handler_hears_new_messages_alone_in_order_and_of_its_room(host):
    everything, here = listening(host.chat.on_message), Heard()

    @host.chat.on_message(room="#Lobby")
    async def in_lobby(message):
        await here(message)

    direct = Heard()

    @host.chat.on_message(direct=True)
    async def to_the_application(message):
        await direct(message)

    async with host.tab("zoe") as zoe, host.tab(ALICE) as alice:
        for id, person in (("zoe", zoe), (ALICE, alice)):
            note = await host.chat.post(id, "Hello")
            await person.say(note["room"], "Good day")
            await everything.until(1)
            everything.clear()
        first = await alice.say("#lobby", "0")
        await alice.run("message.edit", id=first["id"], text="changed")
        await alice.run("reaction.add", id=first["id"], emoji="\N{THUMBS UP SIGN}")
        for number in range(1, 20):
            await alice.say("#lobby", f"{number}")
        await alice.say("alice", "a note")
        await alice.say(f"#lobby/{first['seq']}", "in the thread")
        await host.chat.post("#lobby", "from the application")
        await alice.say("#lobby", "last")
        await everything.until(23)
        await here.until(22)
        await direct.until(2)
    assert [one["text"] for one in here if one["room"] == "#lobby"] == [*map(str, range(20)), "last"]
    assert {one["room"] for one in everything} == {"#lobby", "alice", f"#lobby/{first['seq']}"}
    assert [one["room"] for one in direct] == ["system+zoe", "alice+system"]


async def test_a_handler_hears_what_is_for_one_user(host):
    heard, later = Heard(), Heard()

    @host.chat.on_message(mention=BOB)
    async def for_bob(message):
        await heard(message["text"])

    @host.chat.on_message(mention="nobody@example.com")
    async def for_nobody(message):
        await later(message["text"])

    with pytest.raises(TypeError, match="must be str, not bool"):
        host.chat.on_message(mention=True)
    async with host.tab(ALICE) as alice, host.tab(BOB) as bob:
        asked = await alice.say("#lobby", "Where is my parcel, @bob?")
        await alice.say("#lobby", "bob is not mentioned here")
        await alice.say(f"#lobby/{asked['seq']}", "@bob, in the thread")
        await bob.say("#lobby", "I am @bob")
        await bob.say("bob", "a note")
        await bob.say("alice", "Hello")
        await alice.say("bob", "Hello yourself")
        await alice.say("#lobby", "Thank you, @bob")
        await heard.until(4)
    assert sorted(heard) == sorted(
        ["Where is my parcel, @bob?", "@bob, in the thread", "Hello yourself", "Thank you, @bob"]
    )
    assert later == []


async def test_a_forgotten_number_sign_is_said_at_once_instead_of_hearing_nothing(host):
    async def handle(*_given):
        """Do nothing."""

    for hear, rooms in {
        host.chat.on_message: ("support", "support/7", "", "~alice"),
        host.chat.on_join: ("support", "alice+bob", "#lobby/7"),
        host.chat.on_change: ("", "~alice"),
    }.items():
        for room in rooms:
            with pytest.raises(ValueError, match=r"."):
                hear(handle, room=room)
    with pytest.raises(ValueError, match="Nobody writes to the application in '#support'"):
        host.chat.on_message(handle, room="#support", direct=True)
    with pytest.raises(TypeError, match="room='#support'"):
        host.chat.on_message("#support")
    with pytest.raises(ValueError, match=r"'support'. The name of a shared room begins with #"):
        host.chat.on_message(handle, room="support")


async def test_the_application_hears_who_joins_and_every_change(host):
    joined, changes = listening(host.chat.on_join), Heard()

    @host.chat.on_change(room="#den")
    async def changed(change):
        await changes(dict(change))
        change["messages"] = "what a handler does with it is its own business"

    async with host.tab(ALICE) as alice, host.tab(BOB) as bob:
        await alice.run("room.create", name="#den")
        await alice.run("room.invite", room="#den", username="bob")
        await alice.run("room.role", room="#den", username="bob", role="moderator")
        message = await bob.say("#den", "Hello")
        await alice.run("message.delete", id=message["id"])
        await bob.say("alice", "Only you")
        await alice.run("room.role", room="#den", username="bob", role="member")
        await alice.run("room.leave", room="#den")
        await bob.run("room.leave", room="#den")
        await bob.run("room.join", room="#den")
        await joined.until(5)
        await changes.until(9)
    assert joined == [(ALICE, "#lobby"), (BOB, "#lobby"), (ALICE, "#den"), (BOB, "#den"), (BOB, "#den")]
    assert [change["rev"] for change in changes] == [*range(1, len(changes) + 1)]
    texts = [row["text"] for change in changes for row in change.get("messages", ()) if row["id"] == message["id"]]
    assert texts == ["Hello", None]


async def test_a_handler_that_fails_or_never_returns_is_in_nobodys_way(host, caplog, monkeypatch):
    monkeypatch.setattr(commit_handlers, "MAX_WAITING", 5)
    monkeypatch.setattr(commit_handlers, "SECONDS_TO_RETURN", 0.0)
    release, heard = asyncio.Event(), listening(host.chat.on_message)

    @host.chat.on_message
    async def stuck(message):
        await release.wait()
        raise RuntimeError("a mistake of the host's")

    async with host.tab(ALICE) as alice:
        for number in range(9):
            await alice.say("#lobby", f"{number}")
        await heard.until(9)
    release.set()
    async with asyncio.timeout(PATIENCE):
        while caplog.text.count("stuck at") < 7:
            await asyncio.sleep(0.01)
    assert len(re.findall(r"on_message of <function .*stuck at .*> failed: RuntimeError", caplog.text)) == 5
    assert len(re.findall(r"on_message of <function .*stuck at .*> has not returned for", caplog.text)) == 1
    assert len(re.findall(r"on_message of <function .*stuck at .*> misses calls", caplog.text)) == 1


async def test_busy_rooms_and_others_take_turns(host, monkeypatch):
    monkeypatch.setattr(commit_handlers, "AT_ONCE", 2)
    heard, turn = [], asyncio.Semaphore(0)

    @host.chat.on_message
    async def slow(message):
        await turn.acquire()
        heard.append(message["room"])

    async with host.tab(ALICE) as alice:
        first = [await alice.say("#lobby", "x") for _ in range(2)]
        for message in first * 10:
            await alice.say(f"#lobby/{message['seq']}", "busy")
        await alice.say("alice", "a note")
        for _ in range(8):
            turn.release()
        async with asyncio.timeout(PATIENCE):
            while "alice" not in heard:
                await asyncio.sleep(0.01)


async def test_a_handler_that_is_cancelled_from_within_ends_nothing_else(host, caplog):
    heard = []

    @host.chat.on_message
    async def fragile(message):
        heard.append(message["text"])
        work = asyncio.create_task(asyncio.sleep(9))
        work.cancel()
        await work

    @host.chat.event("fragile")
    async def event(user_id, params):
        raise asyncio.CancelledError

    async with host.tab(ALICE) as alice:
        for number in range(3):
            await alice.say("#lobby", f"{number}")
        async with asyncio.timeout(PATIENCE):
            while len(heard) < 3:
                await asyncio.sleep(0.01)
        assert (await refused(alice, "fragile")).code == "internal"
    assert heard == ["0", "1", "2"] and "fragile at" in caplog.text


@pytest.mark.parametrize("call", ["signal", "emit"])
async def test_what_is_live_goes_to_exactly_one_users_id_or_to_a_room(host, call):
    async def live(to: str | None, what: str, room: str | None = None) -> None:
        await (
            host.chat.signal(to, what, room=room) if call == "signal" else host.chat.emit(what, {}, to=to, room=room)
        )

    await host.chat.add_user("alice@evil.example")
    assert await host.chat.add_user("#lobby") == "lobby"
    for unknown in ("alice", "nobody@example.com", "x"):
        with pytest.raises(NotFound, match="No user has that id"):
            await live(unknown, "otp")
    for nowhere in ("#nope", "alice+nobody", "#lobby/1"):
        with pytest.raises(NotFound, match="No such room or person"):
            await live(None, "otp", room=nowhere)
    async with host.tab(BOB) as bob:
        with pytest.raises(Invalid, match="room="):
            await live("#lobby", "to all")
        with pytest.raises(Invalid, match="one of to and room"):
            await live(BOB, "to all", room="#lobby")
        await live(None, "to all", room="#lobby")
        await live(None, "to both", room="alice+bob")
        await live(BOB, "to bob")
        for kind in ("to all", "to both", "to bob"):
            await bob.hears(lambda event, data, kind=kind: kind in (event, data.get("type")))


async def test_what_no_page_can_take_is_no_signal_whoever_is_there(host):
    await host.chat.add_user(ALICE)
    for how, named in (
        ({"type": "t", "data": {1}}, "data"),
        ({"type": "t", "data": "x" * 64 * 1024}, "data"),
        ({"type": "typing"}, "type"),
        ({"type": 7}, "type"),
        ({"type": ""}, "type"),
        ({"type": "t", "room": "#lobby"}, "to"),
    ):
        with pytest.raises(Invalid) as refused:
            await host.chat.signal(ALICE, **how)
        assert refused.value.details["field"] == named


async def test_an_event_of_the_chats_own_is_not_emitted(host):
    for event in ("change", "welcome", "signal", "connect", "disconnect", "", 7):
        with pytest.raises(Invalid, match="event of your own"):
            await host.chat.emit(event, {}, to="#lobby")
    for wrong in ({1}, b"x"):
        with pytest.raises(Invalid, match="not JSON"):
            await host.chat.emit("vote", wrong, to="#lobby")


async def test_who_comes_and_goes_is_told_by_id(host):
    came, went = listening(host.chat.on_connect), listening(host.chat.on_disconnect)
    async with host.tab(ALICE, "Alice"):
        await came.until(1)
        (id, handshake) = came[0]
        assert (id, handshake.auth["name"], handshake.socket) == (ALICE, "Alice", True)
        assert went == []
    await went.until(1)
    assert went == [ALICE]


class Vote(BaseModel):
    """The parameters of an event."""

    choice: str
    times: int = 1


class Votes(BaseModel):
    """Many of them."""

    choices: list[int]


async def test_an_event_of_the_applications_own_is_answered(host):
    @host.chat.event("vote")
    async def vote(user_id, params: Vote):
        if params.times > 1:
            raise Conflict("You can only vote once.")
        return {"user": user_id, "choice": params.choice}

    @host.chat.event("plain")
    async def plain(user_id, params):
        return params["x"]

    @host.chat.event("many")
    async def many(user_id, params: Votes):
        return len(params.choices)

    @host.chat.event("model")
    async def model(user_id, params):
        return [Vote(choice="tea"), datetime(2026, 1, 2, tzinfo=UTC)]

    @host.chat.event("no JSON")
    async def no_json(user_id, params):
        return object()

    async with host.tab(ALICE) as alice:
        assert await alice.run("model") == [{"choice": "tea", "times": 1}, "2026-01-02T00:00:00Z"]
        assert (await refused(alice, "no JSON")).code == "internal"
        assert await alice.run("vote", choice="tea") == {"user": ALICE, "choice": "tea"}
        assert (await refused(alice, "vote", choice="tea", times=2)).code == "conflict"
        assert (await refused(alice, "vote")).code == "invalid"
        assert (await refused(alice, "vote", choice=7)).code == "invalid"
        assert (await alice.run("many", choices=[1, 2])) == 2
        assert "too many mistakes" in str(await refused(alice, "many", choices=["x"] * 5000))
        assert await alice.run("plain", x=[1]) == [1]
        assert (await refused(alice, "plain")).code == "internal"
        assert (await refused(alice, "unknown")).code == "unknown_command"


async def test_an_event_of_the_applications_own_is_answered_over_http_too(host):
    @host.chat.event("cast vote")
    async def vote(user_id, params: Vote):
        if params.times > 1:
            raise Conflict("You can only vote once.")
        return {"user": user_id, "choice": params.choice}

    @host.chat.event("wait")
    async def wait(user_id, params):
        await asyncio.Event().wait()

    async def sent(params, name="cast%20vote", *, id=ALICE, **headers):
        status, answer, _ = await post(host.url, f"/chat/api/{name}", params, headers={"X-User": id} | headers)
        return status, answer.get("result") or answer["error"]["code"]

    assert await sent({"choice": "tea"}) == (200, {"user": ALICE, "choice": "tea"})
    assert await sent({"choice": "tea", "times": 2}) == (409, "conflict")
    assert await sent({"choice": 7}) == (400, "invalid")
    assert await sent([]) == (400, "invalid")
    assert await sent(b"{") == (400, "invalid")
    assert await sent({"choice": "tea"}, id="") == (401, "unauthorized")
    assert await sent({"choice": "tea"}, Origin="https://evil.example") == (403, "forbidden")
    assert await sent({"choice": "tea"}, name="vote") == (404, "unknown_command")
    waiting = asyncio.create_task(sent({}, name="wait"))
    async with asyncio.timeout(PATIENCE):
        while not host.chat._own._running:
            await asyncio.sleep(0.01)
    await host.chat._own.close()
    assert await waiting == (503, "unavailable")


@pytest.mark.parametrize("door", ["socket", "http"])
async def test_an_event_counts_by_its_size(tmp_path, door):
    chat = Chatrooms(
        Settings(data=tmp_path, **QUICK | {"rate_other": "8/hour"}), authenticate=Host(gone=set()).authenticate
    )

    @chat.event("note")
    async def note(user_id, params):
        return len(params["text"])

    async with chat.lifespan(), serving(chat) as url, connect(url, "alice", auth={"id": "alice"}) as alice:

        async def sent(size):
            if door == "socket":
                return await alice.client.call("note", {"text": "x" * size}, timeout=PATIENCE)
            return (await post(url, "/api/note", {"text": "x" * size}, headers={"X-User": "alice"}))[1]

        assert (await sent(10))["ok"]
        assert (await sent(5 * 4096))["result"] == 5 * 4096
        assert (await sent(10))["ok"]
        assert (await sent(10))["error"]["code"] == "rate_limited"


async def test_an_event_that_takes_long_delays_no_other_and_few_run_at_once(host, monkeypatch, caplog):
    monkeypatch.setattr(own_events, "AT_ONCE", 3)
    release = asyncio.Event()

    @host.chat.event("wait")
    async def wait(user_id, params):
        await release.wait()
        return object() if params.get("odd") else "done"

    async with host.tab(ALICE) as alice:
        waiting = [asyncio.create_task(alice.run("wait")) for _ in range(3)]
        await alice.say("#lobby", "not delayed")
        assert (await refused(alice, "wait")).code == "rate_limited"
        release.set()
        assert await asyncio.gather(*waiting) == ["done"] * 3
        assert (await refused(alice, "wait", odd=True)).code == "internal"
    assert (
        "the handler of the event 'wait' must return JSON: Unable to serialize unknown type: <class 'object'>"
        in caplog.text
    )


@pytest.mark.parametrize(
    "name",
    [
        "",
        "message.post",
        "session.join",
        ".",
        "..",
        " ",
        "a/b",
        "a\n",
        "{x}",
        "connect",
        "disconnect",
        "change",
        "welcome",
        "x" * 101,
        "vote",
    ],
)
def test_a_name_that_is_taken_is_refused_when_it_is_declared(tmp_path, name):
    async def handler(user_id, params):
        pass

    chat = Chatrooms(Settings(data=tmp_path))
    chat.event("vote")(handler)
    with pytest.raises(ValueError, match=r"is taken|1 to 100 characters"):
        chat.event(name)(handler)


class Polls:
    """An object that handles an event."""

    async def __call__(self, user_id: OnlyForCheckers, params: Vote, *, more: int = 0) -> None:  # noqa: F821
        pass


def test_settings_and_events_are_given_as_such(tmp_path):
    with pytest.raises(TypeError, match=r"chatrooms\.Settings, not function"):
        Chatrooms(lambda handshake: None)
    with pytest.raises(TypeError, match="has a name"):
        Chatrooms(Settings(data=tmp_path)).event(lambda user_id, params: None)


@pytest.mark.parametrize("way", COROUTINES | HIDDEN)
async def test_a_handler_may_be_anything_that_makes_coroutines(host, way):
    heard = Heard()
    host.chat.on_message(WAYS[way](heard.append))
    host.chat.event("vote")(WAYS[way](lambda params: {"yours": params}))
    async with host.tab(ALICE) as alice:
        await alice.say("#lobby", "x")
        assert await alice.run("vote", choice=1) == {"yours": {"choice": 1}}
        await heard.until(1)


@pytest.mark.parametrize("way", OTHERS)
def test_what_makes_none_is_said_at_once(tmp_path, way):
    chat = Chatrooms(Settings(data=tmp_path))
    for register in (chat.on_message, chat.event("vote")):
        with pytest.raises(TypeError, match="must be a coroutine function"):
            register(OTHERS[way](id))


def test_only_the_annotation_of_the_parameters_is_evaluated(tmp_path):
    chat = Chatrooms(Settings(data=tmp_path))

    async def handler(user_id: OnlyForCheckers, params: Vote) -> OnlyForCheckers:  # noqa: F821 - as in TYPE_CHECKING
        pass

    chat.event("vote")(handler)
    chat.event("partly")(partial(partial(handler)))
    chat.event("object")(Polls())
    chat.event("method")(Polls().__call__)
    assert [each.model for each in chat._own.declared] == [Vote, Vote, Vote, Vote]

    async def unclear(user_id, params: OnlyForCheckers):  # noqa: F821 - as in TYPE_CHECKING
        pass

    with pytest.raises(TypeError, match=r"unclear at .*'params' are: 'OnlyForCheckers' .*not defined.*TYPE_CHECKING"):
        chat.event("unclear")(unclear)


async def test_a_refusal_says_what_it_is_about(host):
    for call, about in (
        (host.chat.post("#suport", "x"), r"There is no such room\. .* \(room: #suport\)"),
        (host.chat.post("#lobby", "x", key="k", id=str(uuid4())), r"a key or an id.* \(field: key\)"),
        (host.chat.run("history", None), r"an object, not NoneType\. \(field: params\)"),
        (host.chat.post(7, "x"), r"not int\. \(field: target\)"),
        (host.chat.run("message.pst", {}), r"\(command: message\.pst\)"),
        (host.chat.set_picture(ALICE, "ann.png"), r"as bytes, not str\. \(field: picture\)"),
    ):
        with pytest.raises(Refusal, match=about):
            await call


def test_handlers_are_coroutine_functions(tmp_path):
    chat = Chatrooms(Settings(data=tmp_path))
    for register in (
        *(chat.on_message, chat.on_join, chat.on_change, chat.on_connect, chat.on_disconnect, chat.event("vote")),
    ):
        with pytest.raises(TypeError, match="coroutine function"):
            register(lambda *_: None)

    async def one(params):
        pass

    async def three(user_id, params, more):
        pass

    for register, wrong in (
        *((register, three) for register in (chat.on_message, chat.on_change, chat.on_connect, chat.on_disconnect)),
        *((register, one) for register in (chat.on_join, chat.on_connect, chat.event("vote"), chat.may_write)),
    ):
        with pytest.raises(TypeError, match="must take the"):
            register(wrong)


@pytest.mark.parametrize("hint", [list[str], Vote | None, Host])
def test_an_event_takes_a_dict_or_a_model(tmp_path, hint):
    async def handler(user_id, params):
        pass

    chat = Chatrooms(Settings(data=tmp_path))
    for number, fits in enumerate((Vote, dict, Mapping[str, Any], Any, TypedDict("Given", {"x": int}))):
        handler.__annotations__["params"] = fits
        chat.event(f"vote {number}")(handler)
    handler.__annotations__["params"] = hint
    with pytest.raises(TypeError, match="a dict or a pydantic model"):
        chat.event("vote")(handler)


async def test_the_application_is_asked_again_while_a_socket_is_open(host, monkeypatch):
    monkeypatch.setattr(rechecking, "SECONDS", 0.05)
    went = listening(host.chat.on_disconnect)
    async with host.tab(ALICE), host.tab(BOB) as bob:
        host.gone.add(ALICE)
        await went.until(1)
        assert went == [ALICE]
        await bob.settled()
    with pytest.raises(socketio.exceptions.ConnectionError):
        async with host.tab(ALICE):
            pass

"""The client without faults."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
from uuid import uuid4

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from chatrooms import Chatrooms
from chatrooms.client import Client, Closed, Refused
from chatrooms.settings import Settings
from tests.client.waiting import change_saying, held, next_where, stored, texts
from tests.people import PATIENCE
from tests.servers import QUICK, running, serving
from tests.wire.test_shutdown import free_port


async def test_a_posted_message_is_stored_and_received(join):
    alice, bob = await join("alice"), await join("bob")
    changes = bob.changes()
    row = await alice.post("#lobby", "Howdy")
    change = await change_saying(changes, "Howdy")
    assert (change.room, change.rev, change.rows("messages")) == ("#lobby", row["rev"], [row])
    assert await stored(bob, "#lobby") == [row]
    assert alice.rooms["#lobby"].messages == bob.rooms["#lobby"].messages == {row["seq"]: row}


async def test_the_first_message_opens_a_conversation_on_both_sides(join):
    alice, bob = await join("alice"), await join("bob")
    heard = [alice.changes(), bob.changes()]
    row = await alice.post("bob", "Hi")
    for changes in heard:  # between rooms there is no order
        missing = {"messages", "memberships"}
        await next_where(
            changes, lambda change, missing=missing: missing.difference_update(change.tables) or not missing
        )
    assert row["room"] == "alice+bob"
    assert set(bob.memberships) == set(alice.memberships) == {"#lobby", "alice+bob"}
    assert held(alice, "alice+bob") == held(bob, "alice+bob")
    assert set(bob.rooms["alice+bob"].members) == {"alice", "bob"}


async def test_sending_returns_at_once_and_keeps_the_order(join):
    alice = await join("alice")
    sent = [alice.send("#lobby", f"number {number}") for number in range(50)]
    assert alice.unsent == 50
    rows = [await message for message in sent]
    assert [row["id"] for row in rows] == [message.id for message in sent]
    assert texts(alice, "#lobby") == [f"number {number}" for number in range(50)]
    assert alice.unsent == 0


async def test_who_looks_before_posting_gets_what_others_posted_since(join):
    alice, bob = await join("alice"), await join("bob")
    first = await alice.post("#lobby", "What is six times seven?")
    answer = await bob.post("#lobby", "42", if_seq=first["seq"])
    with pytest.raises(Refused) as refused:
        await alice.post("#lobby", "Never mind", if_seq=first["seq"])
    assert (refused.value.code, refused.value.details["since"]) == ("conflict", [answer])
    assert (await alice.post("#lobby", "Thanks", if_seq=answer["seq"]))["text"] == "Thanks"


async def test_who_saw_nothing_yet_posts_only_if_nobody_has_posted(join):
    alice, bob = await join("alice"), await join("bob")
    first = await alice.post("bob", "I am first", if_seq=0)
    with pytest.raises(Refused) as refused:
        await bob.post("alice", "I am first", if_seq=0)
    assert (refused.value.code, refused.value.details["since"]) == ("conflict", [first])


async def test_a_refused_message_says_why_and_the_next_one_goes_out(join):
    alice = await join("alice")
    lost, empty, good = alice.send("#nowhere", "x"), alice.send("#lobby", " "), alice.send("#lobby", "good")
    with pytest.raises(Refused) as refused:
        await lost
    assert refused.value.code == "not_found"
    with pytest.raises(Refused) as refused:
        await empty
    assert (refused.value.code, refused.value.details) == ("invalid", {"field": "text"})
    assert (await good)["text"] == "good"


@pytest.mark.parametrize(
    ("text", "code"), [("x" * 10_001, "invalid"), ("x" * 200_000, "too_large"), (b"bytes", "invalid")]
)
async def test_an_invalid_message_is_rejected_and_not_retried(join, text, code):
    alice = await join("alice")
    with pytest.raises(Refused) as refused:
        await alice.post("#lobby", text)
    assert refused.value.code == code
    assert (await alice.post("#lobby", "still here"))["number"] == 1


async def test_the_longest_message_of_the_widest_characters_fits(join):
    alice = await join("alice")
    assert (await alice.post("#lobby", "\N{GRINNING FACE}" * 10_000))["number"] == 1


async def test_an_edit_and_a_deletion_have_a_newer_rev_of_the_same_row(join):
    alice, bob = await join("alice"), await join("bob")
    changes = bob.changes()
    row = await alice.post("#lobby", "Helo")
    edited = await alice.edit(row["id"], "Hello")
    deleted = await alice.delete(row["id"])
    seen = [await next_where(changes, lambda change: change.rows("messages")) for _ in range(3)]
    assert [change.rows("messages") for change in seen] == [[row], [edited], [deleted]]
    assert [change.rev for change in seen] == [row["rev"], row["rev"] + 1, row["rev"] + 2]
    assert list(bob.rooms["#lobby"].messages.values()) == [deleted]
    assert (deleted["seq"], deleted["text"], deleted["deleted"]) == (row["seq"], None, True)


async def test_a_missed_edit_of_an_old_message_keeps_its_place(join):
    alice, bob = await join("alice"), await join("bob")
    old = await alice.post("#lobby", "old")
    await alice.post("#lobby", "new")
    await alice.edit(old["id"], "old, mended")
    await bob.sync()
    late = await join("carol")
    assert texts(bob, "#lobby") == texts(late, "#lobby") == ["old, mended", "new"]


async def test_every_command_has_its_method(join):
    alice, bob = await join("alice"), await join("bob")
    signals = bob.signals()
    room = await alice.create("#design", title="Design", access="private")
    assert room["title"] == "Design"
    assert (await alice.update("#design", topic="Shapes", access="open"))["topic"] == "Shapes"
    assert [room["name"] for room in await bob.joinable("desi")] == ["#design"]
    assert (await bob.join("#design"))["role"] == "member"
    row = await alice.post("#design", "A circle")
    await alice.typing("#design")
    assert (await next_where(signals, lambda s: s.type == "typing")).sender == "alice"
    await alice.signal("bob", "ring", {"tone": 1})
    assert (await next_where(signals, lambda s: s.type == "ring")).data == {"tone": 1}
    assert (await bob.mark_read("#design", row["seq"]))["number"] == 1
    assert [m["username"] for m in (await bob.members("#design"))["members"]] == ["alice", "bob"]
    assert (await alice.remove("#design", "bob"))["gone"]
    assert not (await alice.invite("#design", "bob"))["gone"]
    assert (await bob.leave("#design"))["gone"]
    assert (await alice.archive("#design"))["archived"]
    assert (await alice.update_me(name="Alice A."))["name"] == (await bob.user("alice"))["name"]
    assert (await alice.me())["username"] == alice.username
    assert [user["username"] for user in (await bob.users(query="ali"))["users"]] == ["alice"]
    assert await alice.watch(["bob", "zoe"]) == {"bob": "online", "zoe": "offline"}
    assert [session["current"] for session in await alice.sessions()] == [True]
    assert await alice.run("room.list", query="nothing like that") == {"rooms": []}
    assert await alice.run("room.list", {"query": "nothing like that"}) == {"rooms": []}


async def test_the_state_of_a_person_reaches_all_their_clients(join):
    alice = await join("alice")
    second = await join("alice", token=alice.token)
    changes = second.changes()
    row = await alice.post("alice", "milk, bread")
    await alice.mark_read("alice", row["seq"])
    await alice.update_me(about="Likes tea")
    await next_where(changes, lambda change: change.rows("users"))
    assert texts(second, "alice") == ["milk, bread"]
    assert second.reads == alice.reads and second.reads["alice"]["seq"] == row["seq"]
    assert second.profile == alice.profile and second.profile["about"] == "Likes tea"


async def test_a_message_sent_twice_with_its_id_is_stored_once(join):
    alice = await join("alice")
    id = str(uuid4())
    first, second = alice.send("#lobby", "once", id=id), alice.send("#lobby", "once", id=id.upper())
    assert first is second
    assert await first == await alice.post("#lobby", "once", id=id)
    assert len(await stored(alice, "#lobby")) == 1


async def test_it_works_over_polling(own_server):
    async with (
        Client(own_server.url, username="alice", transports=["polling"]) as alice,
        Client(own_server.url, username="bob") as bob,
    ):
        changes = alice.changes()
        await bob.post("#lobby", "to the pollster")
        await change_saying(changes, "to the pollster")
        assert (await alice.post("#lobby", "from the pollster"))["number"] == 2


@pytest.mark.parametrize("name", ["badge", "token", "claim"])
async def test_it_works_under_a_mount_prefix_and_with_the_hosts_own_handshake(tmp_path, name):
    async def by_badge(handshake):
        return {"7": "alice"}.get(handshake.auth.get(name))

    chat = Chatrooms(Settings(data=tmp_path, **QUICK), authenticate=by_badge)
    host = Starlette(routes=[Mount("/company/chat", chat)], lifespan=chat.lifespan)
    async with (
        serving(host, lifespan="on") as url,
        Client(url + "/company/chat/", auth={name: "7"}) as alice,
    ):
        assert alice.username == "alice"
        assert (await alice.post("#lobby", "Howdy"))["author"] == "alice"


async def test_a_taken_name_ends_the_client_and_a_token_keeps_the_name(own_server, join):
    alice = await join("alice")
    with pytest.raises(Refused) as refused:
        await Client(own_server.url, username="alice").__aenter__()
    assert refused.value.code == "name_taken"
    again = await join("alice", token=alice.token)
    assert again.username == "alice" and again.token == alice.token


async def test_a_revoked_session_ends_everything_that_is_waiting(join):
    alice = await join("alice")
    signals = alice.signals()
    [session] = await alice.sessions()
    other = await join("bob")
    await other.post("#lobby", "before")
    await alice.revoke(session["id"])
    with pytest.raises(Refused) as refused:
        async with asyncio.timeout(PATIENCE):
            await anext(signals)
    assert refused.value.code == "unauthorized"
    with pytest.raises(Refused, match="unauthorized"):
        alice.send("#lobby", "too late")
    with pytest.raises(Refused, match="unauthorized"):
        await alice.me()


async def test_a_message_waits_as_long_as_the_rate_limit_says(tmp_path):
    async with (
        running(tmp_path, rate_post="2/second") as server,
        Client(server.url, username="alice") as alice,
    ):
        sent = [alice.send("#lobby", f"number {number}") for number in range(4)]
        assert [(await message)["number"] for message in sent] == [1, 2, 3, 4]
        assert texts(alice, "#lobby") == [f"number {number}" for number in range(4)]


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_closing_leaves_no_task_and_ends_everything_that_is_waiting(own_server, transport):
    of_others = client_tasks()
    alice = await Client(own_server.url, username="alice", transports=[transport]).__aenter__()
    changes = alice.changes()
    assert client_tasks() > of_others
    message = alice.send("#lobby", "on its way")
    await asyncio.wait_for(alice.close(), PATIENCE)
    assert client_tasks() <= of_others
    with pytest.raises(Closed):
        await message
    assert [change async for change in changes] == []
    with pytest.raises(Closed):
        await alice.me()
    await alice.close()
    gc.collect()  # anything left open would warn, and warnings are errors


def client_tasks():
    """Return the tasks of the client and its libraries; the server shares this loop."""
    homes = ("chatrooms/client/", "engineio/async_client.py", "socketio/async_client.py")
    return {task for task in asyncio.all_tasks() if any(home in task.get_coro().cr_code.co_filename for home in homes)}


async def test_presence_is_watched_again_after_a_reconnect(join, faults):
    alice = await join("alice", socket=faults.socket)
    signals = alice.signals()
    assert await alice.watch(["bob"]) == {"bob": "offline"}
    await faults.cut()
    again = await next_where(signals, lambda s: s.type == "presence")
    assert (again.sender, again.data) == ("bob", {"state": "offline"})
    await join("bob")
    came = await next_where(signals, lambda s: s.type == "presence")
    assert came.data == {"state": "online"}


def test_importing_the_client_imports_nothing_of_the_server():
    modules = "import sys, chatrooms.client; print(*(name for name in sys.modules))"
    found = subprocess.run([sys.executable, "-c", modules], capture_output=True, text=True, check=True).stdout
    loaded = set(found.split())
    ours = {name for name in loaded if name.startswith("chatrooms") and not name.startswith("chatrooms.client")}
    assert ours == {"chatrooms", "chatrooms.coroutines", "chatrooms.ids", "chatrooms.version"}
    assert not loaded & {"sqlalchemy", "pydantic", "starlette", "uvicorn"}


@pytest.mark.parametrize("url", ["localhost:8000", "127.0.0.1", "", "http://", "ws://127.0.0.1:8000", "/chat"])
def test_an_address_is_complete(url):
    with pytest.raises(ValueError, match="no address of a chat"):
        Client(url)


async def test_before_it_is_started_a_client_says_so():
    client = Client("http://127.0.0.1:1", username="alice")
    for call in (lambda: client.post("#lobby", "x"), client.me, client.sync):
        with pytest.raises(RuntimeError, match="async with"):
            await call()


async def test_an_address_without_the_path_where_the_chat_is_mounted_says_so(server, caplog):
    client = Client(f"{server.url}/nowhere", username="alice")
    client.start()
    async with asyncio.timeout(PATIENCE):
        while "the answer is 403: is this the address of a chat" not in caplog.text:
            await asyncio.sleep(0.01)
    await client.close()


async def test_a_chat_that_is_not_there_is_logged_once_and_waited_for_as_long_as_one_says(caplog):
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(TimeoutError, match=f"no answer from {url} within 0.3 s"):
        async with Client(url, username="alice", within=0.3):
            pass
    (warned,) = (
        each.getMessage() for each in caplog.records if each.name == "chatrooms.client" and each.levelname == "WARNING"
    )
    assert warned.startswith(f"cannot connect to {url}, trying again")

"""What people see of the pages that messages link to, through a real server and a real site."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import select, update

from chatrooms import Settings, User, clock
from chatrooms.features.previews import fetching, showing
from chatrooms.features.search import indexing
from chatrooms.pipeline.chat import NOBODY
from chatrooms.pipeline.jobs import Job
from chatrooms.storage import usage
from chatrooms.storage.tables import users
from tests.direct import Direct
from tests.features.files import load, opened, picture
from tests.features.previews.conftest import loading
from tests.features.previews.site import page, redirect, response
from tests.features.search import unhurried
from tests.people import Person, Refused, connect
from tests.servers import QUICK


async def shown(person: Person, message: dict) -> list[dict]:
    """Wait until a message comes with previews; return them."""

    def is_it(_event, data):
        return any(row["id"] == message["id"] and row["previews"] for row in data.get("messages", ()))

    change = await person.hears(is_it)
    return next(row["previews"] for row in change["messages"] if row["id"] == message["id"])


async def now(person: Person, message: dict) -> list[dict]:
    """Return the previews of a message as a new client gets them."""
    found = (await person.run("history", room=message["room"]))["messages"]
    return next(row["previews"] for row in found if row["id"] == message["id"])


async def settled(server) -> None:
    """Wait until no job is left."""
    await asyncio.sleep(0)
    while await server.chat._pipeline.lookup(
        lambda db: db.exec_driver_sql(
            "SELECT count(*) FROM jobs WHERE kind = 'previews.fetch' AND done_at IS NULL"
        ).scalar()
    ):
        await asyncio.sleep(0.01)


async def found(person: Person, query: str) -> list[str]:
    return [message["id"] for message in (await person.run("search", query=query))["messages"]]


@pytest.fixture
def time_enough(monkeypatch):
    unhurried(monkeypatch)


@pytest.fixture
async def alice(people):
    return people["alice"]


@pytest.fixture
async def bob(people):
    return people["bob"]


async def test_a_page_is_shown_to_everybody_with_its_picture_from_here(alice, bob, here, own_server):
    about = {"description": "About &lt;this&gt;", "site_name": "Site", "image": "/a.png"}
    here.answers = {"/": page("A  page", **about), "/a.png": response(picture(1600, 400), "image/png")}
    message = await alice.say("#lobby", f"look: {here.url()}!")
    assert message["previews"] == []
    (preview,) = await shown(bob, message)
    assert [preview[key] for key in ("url", "title", "description", "site")] == [
        here.url(),
        "A page",
        "About <this>",
        "Site",
    ]
    shape = preview["picture"]
    assert (shape["width"], shape["height"]) == (1600, 400) and shape["placeholder"].startswith(
        "data:image/webp;base64,"
    )
    status, headers, body = await load(bob, own_server.url, shape)
    assert (status, headers["Content-Type"], opened(body).size) == (200, "image/webp", (800, 200))
    assert headers["Content-Security-Policy"].startswith("sandbox") and headers["X-Content-Type-Options"] == "nosniff"
    assert await now(bob, message) == [preview]


async def test_a_picture_alone_is_a_preview_and_metadata_goes(alice, here, own_server):
    here.answers["/a"] = response(picture(kind="JPEG", comment=b"canary-5e1f"), "image/jpeg")
    (preview,) = await shown(alice, await alice.say("#lobby", here.url("/a")))
    assert preview["title"] == ""
    assert b"canary" not in (await load(alice, own_server.url, preview["picture"]))[2]


async def test_the_first_links_are_shown_in_their_order_in_one_change(alice, here):
    here.answers = {f"/{number}": page(f"page {number}") for number in range(5)}
    message = await alice.say("#lobby", " ".join(here.url(f"/{number}") for number in (3, 1, 0, 2)))
    assert [each["title"] for each in await shown(alice, message)] == ["page 3", "page 1", "page 0"]
    assert sum(row["id"] == message["id"] for _, data in alice.heard for row in data.get("messages", ())) == 2


NOTHING = {
    "an SVG": response(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "image/svg+xml"),
    "HTML called a picture": response(b"<html><title>x</title>", "image/png"),
    "a picture of a billion pixels": response(
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0\1\0\0" * 2 + b"\x08\x02\0\0\0", "image/png"
    ),
    "a page without a title": response(b"<p>text</p>"),
    "a title that is not seen": page("\u200b\u202e\u2066 "),
    "a redirect to loopback by another name": redirect("http://localhost/"),
    "nothing": b"",
}


@pytest.mark.parametrize("kind", NOTHING)
async def test_of_what_is_not_worth_it_nothing_is_shown_and_it_is_not_tried_again(alice, here, own_server, kind):
    here.answers["/"] = NOTHING[kind]
    for _ in range(2):
        message = await alice.say("#lobby", here.url())
        await settled(own_server)
        assert await now(alice, message) == []
    assert len(here.asked) == 1


@pytest.mark.parametrize(
    "image",
    ["http://169.254.169.254/a.png", "http://localhost/a.png", "file:///etc/passwd", "http://[::1", "/gone", "data:,x"],
)
async def test_a_page_whose_picture_cannot_be_loaded_is_shown_without(alice, here, image):
    here.answers["/"] = page(image=image)
    (preview,) = await shown(alice, await alice.say("#lobby", here.url()))
    assert (preview["title"], preview["picture"]) == ("A page", None)


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.01)


async def test_a_page_that_says_nonsense_of_itself_costs_no_other_page(alice, here, own_server):
    here.answers = {
        "/good": page("Good"),
        "/bad": response(b"<title>Bad</title>", "text/html; charset*=a; charset*0=b"),
    }
    message = await alice.say("#lobby", f"{here.url('/good')} {here.url('/bad')}")
    assert [preview["title"] for preview in await shown(alice, message)] == ["Good", "Bad"]


async def test_a_page_that_comes_drop_by_drop_is_given_up_and_delays_nothing(alice, here, own_server, monkeypatch):
    monkeypatch.setattr(fetching, "SECONDS", 0.3)
    here.answers |= {"/": _drip, "/fine": page()}
    slow = await alice.say("#lobby", here.url())
    (preview,) = await shown(alice, await alice.say("#lobby", here.url("/fine")))
    assert preview["title"] == "A page"
    await settled(own_server)
    assert await now(alice, slow) == []


async def test_few_messages_are_worked_on_at_once_and_other_jobs_go_on(alice, bob, here, own_server, monkeypatch):
    may_go = asyncio.Event()

    async def wait(writer: asyncio.StreamWriter) -> None:
        await may_go.wait()
        writer.write(page())

    here.answers = {f"/{number}": wait for number in range(9)}
    messages = [await alice.say("#lobby", f"@bob {here.url(f'/{number}')}") for number in range(9)]
    await bob.hears(lambda _, data: any(row["message"] == messages[-1]["id"] for row in data.get("inbox", ())))
    while here.connections < showing.AT_ONCE_OF_ONE:
        await asyncio.sleep(0)
    may_go.set()
    for message in messages:
        await shown(alice, message)
    assert here.most_connections == showing.AT_ONCE_OF_ONE


async def test_a_page_is_loaded_once_for_several_messages(alice, bob, here):
    here.answers["/"] = page()
    first = await shown(alice, await alice.say("#lobby", here.url()))
    assert await shown(bob, await bob.say("#lobby", f"yes, {here.url()}")) == first
    assert len(here.asked) == 1


async def test_no_tenant_notices_what_others_link_to(tmp_path, here, either_database):
    tenants = {"alice": "acme", "bob": "acme", "gina": "globex", "ivan": None}

    async def who(handshake):
        return User(handshake.auth["id"], tenant=tenants[handshake.auth["id"]])

    here.answers["/"] = page()
    async with loading(tmp_path, either_database, who) as server, AsyncExitStack() as stack:
        asked, rooms = [], {}
        for name, tenant in tenants.items():
            person = await stack.enter_async_context(connect(server.url, name, auth={"id": name}))
            if tenant in rooms:
                await person.run("room.join", room=rooms[tenant])
            else:
                rooms[tenant] = (await person.run("room.create", name=f"#of-{name}"))["room"]["name"]
            (preview,) = await shown(person, await person.say(rooms[tenant], here.url()))
            asked.append(len(here.asked))
            assert preview["title"] == "A page"
        assert asked == [1, 1, 2, 3], "bob's is alice's"


async def test_nobody_notices_what_is_linked_to_where_they_cannot_read(alice, bob, here):
    here.answers["/"] = page()
    team = (await alice.run("room.create", name="#team", access="private"))["room"]["name"]
    asked = []
    for person, room in ((alice, team), (alice, "alice"), (alice, "alice+bob"), (bob, "#lobby"), (alice, "#lobby")):
        await shown(person, await person.say(room, here.url()))
        asked.append(len(here.asked))
    assert asked == [1, 2, 3, 4, 4], "what is in the lobby is for everybody"
    await shown(alice, await alice.say(team, f"again {here.url()}"))
    assert len(here.asked) == 4


async def test_without_the_store_of_files_a_page_is_shown_without_its_picture(alice, here, own_server, monkeypatch):
    here.answers = {
        "/": page("A page", image="/a.png"),
        "/b": page("Another page"),
        "/a.png": response(picture(), "image/png"),
    }
    put = own_server.chat._pipeline.blobs.store.put

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(own_server.chat._pipeline.blobs.store, "put", fail)
    previews = await shown(alice, await alice.say("#lobby", f"{here.url()} and {here.url('/b')}"))
    assert [(each["title"], each["picture"]) for each in previews] == [("A page", None), ("Another page", None)]
    monkeypatch.setattr(own_server.chat._pipeline.blobs.store, "put", put)
    (preview,) = await shown(alice, await alice.say("#lobby", here.url()))
    assert preview["picture"], "it is fetched anew"


async def test_editing_keeps_adds_and_removes_previews(alice, here, own_server):
    here.answers = {f"/{number}": page(f"page {number}") for number in range(3)}
    message = await alice.say("#lobby", f"{here.url('/0')} {here.url('/1')}")
    await shown(alice, message)
    edited = (await alice.run("message.edit", id=message["id"], text=f"{here.url('/1')} {here.url('/2')}"))["message"]
    assert [each["title"] for each in edited["previews"]] == ["page 1"]
    await settled(own_server)
    assert [each["title"] for each in await now(alice, message)] == ["page 1", "page 2"]
    edited = (await alice.run("message.edit", id=message["id"], text=f"`{here.url('/1')}`"))["message"]
    assert edited["previews"] == []


async def test_a_message_that_is_edited_meanwhile_does_not_show_what_it_no_longer_links_to(alice, here, own_server):
    asked, may_go = asyncio.Event(), asyncio.Event()

    async def wait(writer: asyncio.StreamWriter) -> None:
        asked.set()
        await may_go.wait()
        writer.write(page())

    here.answers = {"/secret": wait}
    message = await alice.say("#lobby", here.url("/secret"))
    await asked.wait()
    await alice.run("message.edit", id=message["id"], text="nothing")
    may_go.set()
    await settled(own_server)
    assert await now(alice, message) == []


async def test_the_author_removes_a_preview_for_good(alice, bob, here, own_server):
    here.answers = {"/": page(image="/a.png"), "/a.png": response(picture(), "image/png")}
    message = await alice.say("#lobby", here.url())
    (preview,) = await shown(bob, message)
    which = {"id": message["id"], "url": preview["url"]}
    with pytest.raises(Refused, match="forbidden"):
        await bob.run("preview.remove", **which)
    for _ in range(2):
        assert (await alice.run("preview.remove", **which))["message"]["previews"] == []
    await bob.hears(lambda _, data: any(row["rev"] > message["rev"] + 1 for row in data.get("messages", ())))
    assert (await load(bob, own_server.url, preview["picture"]))[0] == 404
    await alice.run("message.edit", id=message["id"], text=f"again: {here.url()}")
    await settled(own_server)
    assert await now(alice, message) == []


async def test_a_deleted_message_loses_its_previews(alice, here, own_server):
    here.answers = {"/": page(image="/a.png"), "/a.png": response(picture(), "image/png")}
    message = await alice.say("#lobby", here.url())
    (preview,) = await shown(alice, message)
    assert (await alice.run("message.delete", id=message["id"]))["message"]["previews"] == []
    assert (await load(alice, own_server.url, preview["picture"]))[0] == 404


async def test_only_readers_of_a_message_get_its_picture(people, here, own_server):
    here.answers = {"/": page(image="/a.png"), "/a.png": response(picture(), "image/png")}
    (preview,) = await shown(people["alice"], await people["alice"].say("bob", here.url()))
    outcomes = [(await load(who, own_server.url, preview["picture"]))[0] for who in (*people.values(), None)]
    assert outcomes == [200, 200, 404, 401]
    for other in ("files/previews/x/y", preview["picture"]["url"] + "x", preview["picture"]["url"] + "?size=small"):
        assert (await load(people["alice"], own_server.url, {"url": other}))[0] == 404


async def test_a_full_disk_costs_the_picture_alone(alice, here, own_server, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_PICTURE", 10**18)
    here.answers = {"/": page(image="/a.png"), "/a.png": response(picture(), "image/png")}
    (preview,) = await shown(alice, await alice.say("#lobby", here.url()))
    assert (preview["title"], preview["picture"]) == ("A page", None)


async def test_a_picture_takes_its_authors_space_and_that_of_new_people_of_the_address(tmp_path, here, either_database):
    """The share of an address is 1 MB here, which is what a picture may take before it is decoded.

    Who has no space left does not keep the picture of a page away from others who link to it.
    """
    here.answers = {f"/{name}": page(image="/a.png") for name in ("first", "second")}
    here.answers["/a.png"] = response(picture(), "image/png")
    limits = {"file_space": 20, "file_share": 5, "file_quota": 2, "proxies": "127.0.0.1", "guests": "claim"}

    def counts(db):
        return dict(map(tuple, db.execute(select(usage.usage.c.username, usage.usage.c.bytes))))

    async with loading(tmp_path, either_database, **limits) as server, AsyncExitStack() as people:
        address = {"headers": {"X-Forwarded-For": "192.0.2.1"}}
        new, other, old = [
            await people.enter_async_context(connect(server.url, name, **address)) for name in ("new", "other", "old")
        ]
        since = update(users).where(users.c.username == "old").values(created_at=clock.ago(days=8))
        await server.chat._pipeline.change(lambda act: act.db.execute(since) and None, NOBODY)
        (preview,) = await shown(new, await new.say("#lobby", here.url("/first")))
        taken = await server.chat._pipeline.lookup(counts)
        assert preview["picture"] and taken[""] > 0 and set(taken.values()) == {taken[""]}
        assert sorted(key[:2] for key in taken) == ["", "/1", "/a", "ne"]
        (preview,) = await shown(other, await other.say("#lobby", here.url("/second")))
        assert (preview["title"], preview["picture"]) == ("A page", None)
        (preview,) = await shown(old, await old.say("#lobby", here.url("/second")))
        assert preview["picture"] and (await old.run("file.space"))["used"] == taken[""]


async def test_pages_that_no_message_shows_are_removed_with_their_pictures(
    alice, here, own_server, tmp_path, monkeypatch
):
    here.answers = {"/": page(image="/a.png"), "/a.png": response(picture(), "image/png")}
    message = await alice.say("#lobby", here.url())
    (preview,) = await shown(alice, message)
    chat = own_server.chat
    expired = "UPDATE preview_pages SET expires_at = '2020-01-01T00:00:00.000Z'"

    async def sweep():
        await chat._pipeline.change(lambda act: act.db.exec_driver_sql(expired), NOBODY)
        await chat._features.jobs["previews.sweep"].run(chat._pipeline, None)

    await sweep()
    assert (await load(alice, own_server.url, preview["picture"]))[0] == 200
    await alice.run("message.delete", id=message["id"])
    await sweep()
    stored = [each for each in (tmp_path / "files").rglob("*") if each.is_file()]
    assert stored == []
    assert await chat._pipeline.lookup(lambda db: db.exec_driver_sql("SELECT count(*) FROM file_usage").scalar()) == 0


@pytest.mark.parametrize(
    ("settings", "expected"), [({"previews": False}, 0), ({"rate_preview": "2/hour"}, 2), ({"url": "SITE"}, 0)]
)
async def test_the_operator_decides_how_many_links_are_previewed(tmp_path, here, settings, expected):
    """Of links to the server itself nothing is loaded: its client shows them in place."""
    settings = {name: value if value != "SITE" else here.url("/") for name, value in settings.items()}
    here.answers = {f"/{number}": page() for number in range(4)}
    hosts = {"hosts": ("127.0.0.1",)} if "url" in settings else {}
    async with loading(tmp_path, **settings, **hosts) as server, connect(server.url, "alice") as alice:
        for number in range(4):
            await alice.say("#lobby", here.url(f"/{number}"))
        await settled(server)
        assert len(here.asked) == expected


async def test_a_host_gets_few_requests(alice, here, own_server, monkeypatch):
    (component,) = (each for each in own_server.chat._components if isinstance(each, fetching.Fetching))
    monkeypatch.setattr(component, "_hosts", fetching.Limit("2/hour"))
    here.answers = {f"/{number}": page() for number in range(4)}
    for number in range(4):
        await alice.say("#lobby", here.url(f"/{number}"))
    await settled(own_server)
    assert len(here.asked) == 2


async def test_the_queue_is_bounded(alice, here, own_server, monkeypatch):
    monkeypatch.setattr(showing, "MOST_WAITING", 0)
    await alice.say("#lobby", here.url())
    await settled(own_server)
    assert here.asked == []


def test_what_waits_is_found_without_reading_what_was_done():
    direct = Direct()
    direct.join("alice")
    direct.limits = Settings(**QUICK | {"previews": True})
    with direct.plans() as plans:
        direct.run("alice", "message.post", {"room": "alice", "text": "https://example.org"})
    steps = [step for query, step in plans if "FROM jobs" in query]
    assert len(steps) == 1 and "(done_at=? AND due_at<?)" in steps[0], steps


async def test_one_network_has_a_share_of_the_queue(alice, bob, here, own_server, monkeypatch):
    monkeypatch.setattr(showing, "MOST_OF_ONE", 0)
    await alice.say("#lobby", here.url())
    await settled(own_server)
    assert here.asked == []


async def test_the_part_survives_everything_else_that_sends_the_message_again(alice, bob, here):
    here.answers["/"] = page()
    message = await alice.say("#lobby", here.url())
    (preview,) = await shown(alice, message)
    reacted = (await bob.run("reaction.add", id=message["id"], emoji="👍"))["message"]
    assert reacted["previews"] == [preview]


@pytest.mark.usefixtures("time_enough")
async def test_searches_find_what_pages_say_whether_it_is_indexed_or_not(alice, bob, people, here, own_server):
    here.answers = {"/": page("Of foxes", description="They hunt at night")}
    await alice.run("room.create", name="#den")
    await bob.run("room.join", room="#den")
    for is_indexed in (False, True):
        message = await alice.say("#den", here.url())
        if is_indexed:
            await indexing.INDEX.run(own_server.chat._pipeline, Job(0, "", "", None, 0))
        await shown(bob, message)
        for query in ("foxes", "hunt night", '"of foxes"', "fox*"):
            assert message["id"] in await found(bob, query)
            assert await found(people["carol"], query) == []
        assert await found(bob, '"foxes they"') == []
        assert message["id"] not in await found(bob, "-foxes in:#den")
        await alice.run("preview.remove", id=message["id"], url=here.url())
        assert message["id"] not in await found(bob, "foxes")

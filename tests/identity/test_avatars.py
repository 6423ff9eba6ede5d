"""Pictures whose addresses a host application says: when they are fetched, from where, and what comes of others."""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from chatrooms import Chatrooms, Remote, Settings, User
from chatrooms.identity import avatars
from chatrooms.identity.handshake import Handshake
from chatrooms.pipeline import job_runner
from tests.features.files import load, opened, picture
from tests.features.previews.site import Site, redirect, response, site
from tests.people import PATIENCE, Person, connect
from tests.servers import QUICK, serving

KEY = "0123456789abcdef" * 2
PNG, JPEG = response(picture(600, 300), "image/png"), response(picture(kind="JPEG"), "image/jpeg")
LARGE = response(b"x" * avatars.LONGEST_DATA * 5, "image/png")
MOST_FETCHED = 4


@dataclass
class Host:
    """An application whose people have the avatars in ``avatars``, by their ids."""

    chat: Chatrooms | None = None
    url: str = ""
    avatars: dict[str, str] = field(default_factory=dict)
    told: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    async def authenticate(self, handshake):
        id = handshake.auth.get("id") or handshake.headers["x-user"]
        return User(id, avatar=self.avatars.get(id, ""))

    def connect(self, id: str):
        return connect(self.url, id, auth={"id": id})

    async def settled(self) -> None:
        """Wait until no picture is to be fetched."""
        left = "SELECT count(*) FROM jobs WHERE kind = 'avatars.fetch' AND done_at IS NULL"
        async with asyncio.timeout(PATIENCE):
            while await self.chat._pipeline.lookup(lambda db: db.exec_driver_sql(left).scalar()):
                await asyncio.sleep(0.01)

    async def picture(self, id: str) -> str | None:
        await self.settled()
        return (await self.chat.run("user.me", {}, username=id))["user"]["picture"]


@pytest.fixture
async def host(tmp_path, database, monkeypatch) -> AsyncIterator[Host]:
    monkeypatch.setattr(job_runner, "LONGEST_PAUSE", 0)
    host, loop = Host(), asyncio.get_running_loop()

    class Telling(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            loop.call_soon_threadsafe(host.told.put_nowait, record.getMessage())

    settings = Settings(data=tmp_path, database=database, service_key=KEY, **QUICK)
    host.chat, telling = Chatrooms(settings, authenticate=host.authenticate), Telling()
    async with host.chat.lifespan(), serving(host.chat) as host.url:
        avatars.log.addHandler(telling)
        yield host
        avatars.log.removeHandler(telling)


@pytest.fixture
async def here() -> AsyncIterator[Site]:
    async with site() as running:
        yield running


async def given(person: Person, username: str) -> str:
    """Wait until a person gets a picture; return it."""

    def rows(data):
        return [row["picture"] for row in data.get("users", ()) if row["username"] == username]

    change = await person.hears(lambda _, data: any(rows(data)))
    return rows(change)[-1]


async def test_a_picture_is_fetched_after_the_user_is_here_and_kept_at_the_server(host, here):
    go = asyncio.Event()

    async def when_told(writer):
        await go.wait()
        writer.write(PNG)

    here.answers = {"/moved": redirect("/alice.png"), "/alice.png": when_told}
    host.avatars["alice"] = here.url("/moved")
    async with host.connect("alice") as alice:
        assert await alice.say("#lobby", "I am here, and the picture is not")
        go.set()
        shown = await given(alice, "alice")
        where = {"url": f"files/people/alice/{shown}"}
        status, _, body = await load(None, host.url, where, **{"X-User": "alice"})
        assert (status, opened(body).size) == (200, (512, 512))
    async with host.connect("alice") as alice:
        await alice.settled()
    assert await host.picture("alice") == shown
    assert here.paths == ["/moved", "/alice.png"]


async def test_it_is_fetched_again_when_the_address_changes_back_and_forth_and_only_then(host, here):
    here.answers = {"/1": PNG, "/2": JPEG}
    seen = []
    for path in ("/1", "/1", "/2", "/1", "", "/1", "/2"):
        await host.chat.add_user(User("alice", avatar=path and here.url(path)))
        seen.append(await host.picture("alice"))
    assert here.paths == ["/1", "/2", "/1", "/2"]
    assert [after != before for before, after in zip([None, *seen], seen, strict=False)] == [
        *(True, False, True, True, False, False, True)
    ]


async def test_the_picture_that_a_person_chose_stays_until_the_address_changes(host, here):
    here.answers = {"/1": PNG, "/2": PNG}
    user = User("alice", avatar=here.url("/1"))
    await host.chat.add_user(user)
    assert await host.picture("alice")
    await host.chat.set_picture("alice", picture(kind="JPEG"))
    chosen = await host.picture("alice")
    await host.chat.add_user(user)
    assert await host.picture("alice") == chosen
    await host.chat.add_user(User("alice", avatar=here.url("/2")))
    assert await host.picture("alice") not in (None, chosen)


async def test_a_user_who_was_removed_comes_back_with_a_picture(host, here):
    here.answers["/a"] = PNG
    await host.chat.add_user("alice")
    await host.chat.remove_user("alice")
    await host.chat.add_user(User("alice", avatar=here.url("/a")))
    assert await host.picture("alice")


async def test_other_programs_and_data_urls_give_pictures_too(host, here):
    here.answers["/a"] = PNG
    shop, data = Remote(host.url, key=KEY), base64.b64encode(picture()).decode()
    await shop.add_user("alice", avatar=here.url("/a"), roles=["billing", "moderator"])
    await shop.hand_over("bob", avatar=f"data:image/png;base64,{data}")
    await host.chat.post("carol", "Howdy", create=True)
    assert await host.picture("alice") and await host.picture("bob")
    assert await host.picture("carol") is None
    assert (await host.chat.run("user.me", {}, username="alice"))["user"]["role"] == "moderator"


async def test_a_path_is_below_the_origin_by_which_the_user_came(host):
    host.avatars["alice"] = "/nothing/alice.png"
    await host.chat.add_user(User("alice", avatar="/nothing/alice.png"))
    assert "the setting url is empty" in await host.told.get()
    async with host.connect("alice"):
        assert "the status is 404" in await host.told.get()


@pytest.mark.parametrize(
    ("headers", "peer", "expected"),
    [
        ({"host": "localhost:8000"}, "127.0.0.1", ("http://localhost:8000/a.png", True)),
        ({"host": "127.0.0.1:8000"}, "127.0.0.1", ("http://127.0.0.1:8000/a.png", True)),
        ({"host": "127.0.0.1:22"}, "127.0.0.1", ("http://127.0.0.1:22/a.png", False)),
        ({"host": "127.0.0.1:8000"}, "192.0.2.1", ("http://127.0.0.1:8000/a.png", False)),
        ({"host": "127.0.0.1:8000", "via": "1.1 proxy"}, "127.0.0.1", ("http://127.0.0.1:8000/a.png", False)),
        ({"host": "169.254.169.254:8000"}, "127.0.0.1", ("http://169.254.169.254:8000/a.png", False)),
        ({"host": "chat.example.org"}, "192.0.2.1", ("http://chat.example.org/a.png", False)),
        ({"host": "user@evil.example"}, "127.0.0.1", None),
        ({}, "127.0.0.1", None),
    ],
)
def test_what_a_request_says_of_the_server_is_trusted_only_from_this_machine(headers, peer, expected):
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "scheme": "http", "headers": raw, "client": (peer, 1), "server": ("127.0.0.1", 8000)}
    came = Handshake({}, scope, trusted=True)
    user = User("alice", avatar="/a.png")
    assert avatars.place(Settings(), user, None, came) == expected
    site = Settings(url="https://acme.example/chat/")
    assert avatars.place(site, user, None, came) == ("https://acme.example/a.png", True)


async def endless(writer):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n")
    while True:
        writer.write(b"x" * 65536)
        await writer.drain()


async def slow(writer):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.001)


@pytest.mark.parametrize(
    ("answer", "reason", "times"),
    [
        (response(b"", status="404 Not Found"), "the status is 404", MOST_FETCHED),
        (response(b"hello"), "the type is text/html", MOST_FETCHED),
        (redirect("http://10.0.0.1/secret.png"), "this address is not public", MOST_FETCHED),
        (redirect("/loop"), "redirects too often", MOST_FETCHED),
        (redirect("file:///etc/passwd"), "no address of the web", MOST_FETCHED),
        (slow, "it took more than", MOST_FETCHED),
        (LARGE, "bytes or more", 1),
        (endless, "bytes or more", 1),
        (response(b"no picture", "image/png"), "has to be a JPEG", 1),
    ],
)
async def test_what_cannot_be_had_is_one_line_and_nothing_else_suffers(host, here, monkeypatch, answer, reason, times):
    if answer is slow:
        monkeypatch.setattr(avatars, "SECONDS", 0.05)
    here.answers = {"/ok": PNG, "/loop": answer}
    await host.chat.add_user(User("alice", avatar=here.url("/ok")))
    before = await host.picture("alice")
    host.avatars["alice"] = here.url("/loop?secret")
    here.answers["/loop?secret"] = answer
    async with host.connect("alice") as alice:
        assert await alice.say("#lobby", "all is well")
    assert before and await host.picture("alice") == before
    told = [await host.told.get() for _ in range(times)]
    assert host.told.empty() and all(reason in each and "secret" not in each for each in told)


async def test_a_redirect_to_another_server_of_the_local_network_is_refused(host, here):
    async with site() as other:
        here.answers["/a"], other.answers["/a"] = redirect(other.url("/a")), PNG
        await host.chat.add_user(User("alice", avatar=here.url("/a")))
        assert await host.picture("alice") is None
        assert other.asked == []


async def test_a_picture_that_is_there_later_is_fetched_later(host, here):
    async def away(writer):
        here.answers["/a"] = PNG
        writer.write(response(b"", status="503 Service Unavailable"))

    here.answers["/a"] = away
    await host.chat.add_user(User("alice", avatar=here.url("/a")))
    assert await host.picture("alice")
    assert here.paths == ["/a", "/a"]


@pytest.mark.parametrize(
    ("avatar", "reason"),
    [
        ("alice.png", "none of http, https or data"),
        ("ftp://example.org/a.png", "none of http, https or data"),
        ("file:///etc/passwd", "none of http, https or data"),
        ("http://", "no address of the web"),
        ("http://[", "ConnectError"),
        ("http://user:password@127.0.0.1/a.png", "contains a password"),
        ("http://127.0.0.1:1/a.png", "ConnectError"),
        (f"https://example.org/{'x' * 2000}", "more than 2,000 characters"),
        (f"data:image/png,{'x' * avatars.LONGEST_DATA}", "more than 262,144 characters"),
        ("data:image/png;base64,a", "not Base64"),
        ("DATA:image/png;base64,", "it is empty"),
        ("data:text/plain,hello%20alice", "has to be"),
    ],
)
async def test_what_is_no_address_is_told_once(host, avatar, reason):
    await host.chat.add_user(User("alice", avatar=avatar))
    assert await host.picture("alice") is None
    assert reason in await host.told.get()
    while not host.told.empty():
        assert reason in host.told.get_nowait()
    await host.chat.add_user(User("alice", avatar=avatar))
    await host.settled()
    assert host.told.empty()

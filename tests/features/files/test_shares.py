"""What new people and guests take of the space for files, and what they leave to everybody else."""

from __future__ import annotations

import asyncio
import io
import random
from contextlib import AsyncExitStack

import pytest
from PIL import Image
from sqlalchemy import select, update

from chatrooms import Settings, clock
from chatrooms.pipeline import shares
from chatrooms.pipeline.act import APPLICATION
from chatrooms.settings import MEGABYTE
from chatrooms.storage import usage
from chatrooms.storage.tables import users
from tests.features.files import TUS, begin, request, send, upload
from tests.people import Person, Refused, connect
from tests.servers import RunningServer, running

CONTENT = b"x" * (MEGABYTE // 2)
LIMITS = {"file_size": 1, "file_quota": 2, "file_space": 10, "file_share": 20}
"""A share of 2 MB for an address, 4 for a /48, and 5 for all new people, of 10."""


@pytest.fixture
async def server(tmp_path, either_database):
    async with running(tmp_path, database=either_database, guests="claim", proxies="127.0.0.1", **LIMITS) as started:
        yield started


@pytest.fixture
async def come(server):
    """Connect somebody from an address, who came so many days ago, with a role on the server."""
    async with AsyncExitStack() as stack:

        async def join(name: str, address: str = "192.0.2.1", days: int = 0, role: str = "member") -> Person:
            headers = {"X-Forwarded-For": address}
            person = await stack.enter_async_context(connect(server.url, name, headers=headers))
            row = update(users).where(users.c.username == name)
            since = row.values(role=role, created_at=clock.ago(days=days))
            await server.chat._pipeline.change(lambda act: act.db.execute(since) and None, APPLICATION)
            return person

        yield join


async def counts(server: RunningServer) -> dict[str, int]:
    """Return what counts for all, people and shares."""
    rows = select(usage.usage.c.username, usage.usage.c.bytes)
    return await server.chat._pipeline.lookup(lambda db: dict(map(tuple, db.execute(rows))))


async def fill(come, address: str, people: int, name: str = "guest") -> tuple[list[str], list[tuple[Person, str]]]:
    """Have new people of an address upload as much as they can; return the refusals, and who has uploaded what."""
    told, paths = [], []
    for number in range(people):
        guest = await come(f"{name}{number}", address)
        try:
            for _ in range(4):
                paths += [(guest, f"uploads/{await upload(guest, CONTENT)}")]
        except Refused as refused:
            told.append(str(refused))
    return told, paths


async def test_ten_new_people_of_one_address_leave_the_rest_to_everybody_else(server, come):
    told, paths = await fill(come, "192.0.2.1", 10)
    assert len(paths) == 4 and len(told) == 9
    assert "no_space" in told[-1] and "New people and guests at your address have only 0 of 2 MB left" in told[-1]
    other, old = await come("other", "192.0.2.2"), await come("old", days=8)
    for person in (other, old):
        await upload(person, CONTENT)
    for number, (guest, path) in enumerate(paths, 1):
        assert (await request(guest, server.url, "DELETE", path, headers=TUS))[0] == 204
        assert (await counts(server))[usage.EVERYBODY] == (len(paths) - number + 2) * len(CONTENT)
    assert await counts(server) == {
        "": 2 * len(CONTENT),
        "other": len(CONTENT),
        "old": len(CONTENT),
        **{key: len(CONTENT) for key in await counts(server) if key.startswith("/")},
    }
    kept = [key for key in await counts(server) if key.startswith("/")]
    assert len(kept) == 2, "other's address, and all"
    assert shares._key("/1", "192.0.2.2", server.chat._pipeline.facts.epoch) not in kept, "clients are told the epoch"


async def test_what_they_announce_and_send_at_once_takes_no_more(server, come):
    guests = [await come(f"guest{number}") for number in range(8)]
    paths = [await begin(guest, CONTENT) for guest in guests]
    sent = await asyncio.gather(*(send(guest, path, 0, CONTENT) for guest, path in zip(guests, paths, strict=True)))
    statuses = [status for status, _, _ in sent]
    assert sorted(set(statuses)) == [204, 507] and statuses.count(204) == 4
    assert all(b"New people and guests have no space left" in body for status, _, body in sent if status == 507)
    assert max(count for key, count in (await counts(server)).items() if key) <= 2 * MEGABYTE


def growing_picture() -> bytes:
    """Return a small picture whose copies are large: the same noise, again and again."""
    noise = Image.frombytes("RGB", (96, 96), random.Random(1).randbytes(96 * 96 * 3))
    whole, written = Image.new("RGB", (1344, 1344)), io.BytesIO()
    for at in range(14 * 14):
        whole.paste(noise, (at % 14 * 96, at // 14 * 96))
    whole.save(written, "WEBP", lossless=True)
    return written.getvalue()


async def test_a_picture_whose_copies_take_more_than_is_left_is_refused_and_leaves_nothing(server, come):
    content, mallory = growing_picture(), await come("mallory")
    assert len(content) < 200_000
    path = await begin(mallory, content, "small.webp")
    status, _, body = await send(mallory, path, 0, content)
    assert status == 507 and b"with its copies: more than is left" in body
    assert await counts(server) == {} and (await request(mallory, server.url, "HEAD", path, headers=TUS))[0] == 404


async def test_a_customers_networks_of_ipv6_share_and_all_new_people_leave_half(server, come):
    taken = 0
    for number in range(3):
        _, paths = await fill(come, f"2001:db8:1:{number}::1", 2, f"v6x{number}x")
        taken += len(paths)
    assert taken == 8, "4 MB of the /48"
    _, paths = await fill(come, "192.0.2.1", 2, "more")
    assert len(paths) == 2, "5 MB of all"
    with pytest.raises(Refused, match=r"New people and guests have only 0 of 5 MB"):
        await upload(await come("late", "198.51.100.1"), CONTENT)
    for name in ("old0", "old1"):
        old = await come(name, days=8)
        for _ in range(4):
            await upload(old, CONTENT)


async def test_what_is_shown_before_is_what_is_left(come):
    await fill(come, "192.0.2.1", 1)
    late, elsewhere, old = await come("late"), await come("elsewhere", "192.0.2.9"), await come("old", days=8)
    shown = [await person.run("file.space") for person in (late, elsewhere, old)]
    assert [about["quota"] for about in shown] == [0, 2 * MEGABYTE, 2 * MEGABYTE]


async def test_guests_stay_guests_and_people_with_a_role_are_trusted(come):
    await fill(come, "192.0.2.1", 1)
    with pytest.raises(Refused, match="no_space"):
        await upload(await come("visitor", days=99, role="guest"), CONTENT)
    await upload(await come("moderator", role="moderator"), CONTENT)


async def test_new_people_whom_somebody_let_in_have_no_share(tmp_path):
    async with running(tmp_path, **LIMITS) as server, connect(server.url, "alice") as alice:
        server.chat._pipeline.learn(server.chat._pipeline.facts._replace(sign_up="invite"))
        for _ in range(4):
            await upload(alice, CONTENT)
        assert await counts(server) == {"": 2 * MEGABYTE, "alice": 2 * MEGABYTE}


@pytest.mark.parametrize(
    ("share", "address", "wider", "everybody_new"),
    [(10, 10, 20, 50), (40, 40, 80, 50), (60, 60, 100, 60), (100, 100, 100, 100), (1, 1, 2, 50)],
)
def test_how_large_shares_are(share, address, wider, everybody_new):
    settings = Settings(file_space=100, file_share=share)
    sizes = [shares.size(settings, key) for key in ("/1x", "/2x", shares.ALL, usage.EVERYBODY)]
    assert sizes == [each * MEGABYTE for each in (address, wider, everybody_new, 100)]

"""`chatrooms applicant`, `room`, `group` and `emoji`, beside a running server."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack

import aiohttp
import pytest
from PIL import Image

from chatrooms import clock
from chatrooms.cli.applicant import applicant, lines
from chatrooms.cli.emoji import emoji
from chatrooms.cli.group import group
from chatrooms.cli.room import room
from chatrooms.cli.user import user
from chatrooms.features import rooms as shared
from chatrooms.pipeline import jobs
from tests.appointing import appoint
from tests.cli.operator import Operator
from tests.direct import DECLARED
from tests.identity.entering import enter, whose
from tests.people import connect
from tests.servers import running

GROUPS = {"user": user, "applicant": applicant, "room": room, "group": group, "emoji": emoji}
PARTS = {"group add", "group remove"}
"""What are parts of one command of the chat, `group.update`."""


@pytest.mark.parametrize("group", GROUPS)
def test_operators_use_the_words_of_the_commands_of_the_chat(group):
    typed = {f"{group} {word}" for word in GROUPS[group].commands} - PARTS
    assert typed <= {name.replace(".", " ") for name in DECLARED}


@pytest.fixture
async def olga(server):
    """Connect the owner, who has chosen that people are approved."""
    async with connect(server.url, "alice"), connect(server.url, "olga") as olga:
        await appoint(server.chat, "olga", "owner")
        await olga.run("server.update", sign_up="approval")
        yield olga


def picture(folder, side: int = 64) -> str:
    path = folder / f"party {side}.png"
    Image.new("RGBA", (side, side), "#7c3aed80").save(path)
    return str(path)


async def get_bytes(person, path: str):
    headers = {"Authorization": f"Bearer {person.token}"}
    async with aiohttp.ClientSession() as web, web.get(f"{person.url}/{path}", headers=headers) as answer:
        return answer.status, await answer.read(), answer.headers


async def said_by(olga, number: int) -> None:
    """Wait until olga hears that so many people wait."""
    await olga.hears(lambda event, data: event == "signal" and data.get("data") == {"waiting": number})


async def test_an_operator_lists_approves_and_declines_people_who_wait(server, operator: Operator, olga):
    _, _, cookie = await enter(server.url, "apply", username="erin", about="Erin from the workshop")
    await enter(server.url, "apply", username="mallory", about="Hello")
    await said_by(olga, 2)
    assert "erin" in await operator.prints("applicant", "list")
    listed = json.loads(await operator.prints("applicant", "list", "--json"))
    assert [(one["username"], one["about"]) for one in listed] == [
        ("erin", "Erin from the workshop"),
        ("mallory", "Hello"),
    ]
    olga.heard.clear()
    assert json.loads(await operator.prints("applicant", "approve", "erin", "--json"))["username"] == "erin"
    await said_by(olga, 1)
    assert await whose(server.url, cookie) == "erin"
    await operator.prints("applicant", "decline", "mallory")
    await said_by(olga, 0)
    assert json.loads(await operator.prints("applicant", "list", "--json")) == []
    assert "no one waits for the name erin" in await operator.is_refused("applicant", "approve", "erin")


def test_who_vouches_for_people_who_wait_stands_behind_what_they_say():
    asked = {"at": "2026-03-01T08:00:00.000Z", "about": "Hello", "label": ""}
    waiting = (
        {**asked, "username": "erin", "proof": None},
        {**asked, "username": "alice", "proof": "provider", "label": "alice@example.org"},
        {**asked, "username": "bob", "proof": "directory"},
    )
    assert lines(waiting).splitlines() == [
        "erin   2026-03-01  Hello",
        "alice  2026-03-01  Hello  (known to the provider as alice@example.org)",
        "bob    2026-03-01  Hello  (known to the directory)",
    ]


@pytest.mark.parametrize(("command", "path"), [(("link", "alice"), "#/link/"), (("invite",), "#/invite/")])
async def test_a_link_is_printed_as_json_too(operator: Operator, olga, command, path):
    made = json.loads(await operator.prints(*command, "--json"))
    assert path in made["url"] and made["expires_at"] > clock.now()
    assert path in await operator.prints(*command)


async def test_an_operator_manages_a_room_and_people_see_it_at_once(operator: Operator, olga):
    await olga.run("room.create", name="#plans", access="private")
    await olga.run("room.invite", room="#plans", username="alice")
    assert "#plans  private            2 members     olga" in await operator.prints("room", "list")
    shown = json.loads(await operator.leaves("room", "role", "plans", "alice", "owner", "--json"))
    assert sorted(shown["owners"]) == ["alice", "olga"]
    await olga.hears(lambda _, data: any(row["role"] == "owner" for row in rows(data, "members", "alice")))
    await operator.leaves("room", "remove", "#plans", "alice")
    await olga.hears(lambda _, data: any(row["gone"] for row in rows(data, "members", "alice")))
    assert "private, archived" in await operator.leaves("room", "archive", "plans")
    await olga.hears(lambda _, data: any(row["archived"] for row in data.get("rooms", ())))
    await operator.leaves("room", "unarchive", "plans")
    await olga.hears(lambda _, data: any(row["kind"] == "unarchived" for row in data.get("messages", ())))


async def test_what_an_operator_decides_at_once_counts_before_the_server_has_done_it(
    tmp_path, database, operator: Operator
):
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(running(tmp_path, database=database))
        olga, _ = [await stack.enter_async_context(connect(server.url, name)) for name in ("olga", "alice")]
        await olga.run("room.create", name="#plans")
        await olga.run("room.invite", room="#plans", username="alice")
    assert "olga, alice" in await operator.leaves("room", "role", "plans", "alice", "owner")
    assert "archived" in await operator.leaves("room", "archive", "plans")
    assert "archived" not in await operator.leaves("room", "unarchive", "plans")
    assert "olga, alice" not in await operator.leaves("room", "role", "plans", "olga", "member")
    assert "needs an owner" in await operator.is_refused("room", "role", "plans", "alice", "member")
    async with running(tmp_path, database=database) as server:
        while await server.chat._pipeline.lookup(lambda db: jobs.unfinished(db, shared.MANAGE)):
            await asyncio.sleep(0.01)
        (room,) = [line for line in (await operator.prints("room", "list")).splitlines() if "#plans" in line]
        assert room.split() == ["#plans", "open", "2", "members", "alice"]


def rows(data, table: str, username: str) -> list[dict]:
    return [row for row in data.get(table, ()) if row["username"] == username and row["room"] == "#plans"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("archive", "nothing"), "there is no room #nothing"),
        (("archive", "a b"), ""),
        (("remove", "lobby", "nobody"), "no one has the name nobody"),
        (("role", "plans", "alice", "moderator"), "That person is not a member."),
        (("role", "plans", "olga", "member"), "A room needs an owner."),
        (("role", "lobby", "alice", "owner"), "The owners of this room are those of the server."),
    ],
)
async def test_what_cannot_be_done_to_a_room_is_refused_in_one_line(operator: Operator, olga, arguments, reason):
    await olga.run("room.create", name="#plans")
    refused = await operator.is_refused("room", *arguments)
    assert refused.startswith("chatrooms: ") and refused.count("\n") == 1 and reason in refused


async def test_an_operator_makes_changes_and_deletes_a_group(operator: Operator, olga):
    assert await operator.prints("group", "create", "design", "alice") == "design: alice\n"
    assert await operator.prints("group", "add", "design", "olga") == "design: alice, olga\n"
    assert await operator.prints("group", "remove", "design", "alice") == "design: olga\n"
    (group,) = (await olga.run("group.list"))["groups"]
    assert (group["name"], group["members"], group["mine"]) == ("design", 1, True)
    assert json.loads(await operator.prints("group", "list", "--json"))[0]["members"] == ["olga"]
    assert await operator.prints("group", "delete", "design") == "design: olga\n"
    assert (await olga.run("group.list"))["groups"] == []


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("create", "alice"), "already taken"),
        (("create", "admin"), "reserved"),
        (("create", "x y"), ""),
        (("create", "design", "olga", "nobody"), "no one has the name nobody"),
        (("add", "nothing", "alice"), "there is no group nothing"),
        (("delete", "nothing"), "there is no group nothing"),
    ],
)
async def test_a_group_that_cannot_be_is_refused_in_one_line(operator: Operator, olga, arguments, reason):
    refused = await operator.is_refused("group", *arguments)
    assert refused.startswith("chatrooms: ") and refused.count("\n") == 1 and reason in refused


async def test_an_operator_adds_and_removes_an_emoji(server, operator: Operator, olga, tmp_path):
    added = json.loads(await operator.prints("emoji", "add", "party", picture(tmp_path), "--json"))
    assert added["name"] == "party"
    (shown,) = (await olga.run("emoji.list"))["emoji"]
    status, _, headers = await get_bytes(olga, shown["url"])
    assert (status, headers["Content-Type"]) == (200, "image/webp")
    assert ":party:" in await operator.prints("emoji", "list")
    assert "There is an emoji of that name" in await operator.is_refused("emoji", "add", "party", picture(tmp_path))
    await operator.prints("emoji", "remove", "party")
    assert (await olga.run("emoji.list"))["emoji"] == []
    assert "there is no emoji party" in await operator.is_refused("emoji", "remove", "party")


async def test_what_can_be_no_emoji_is_refused_in_one_line(operator: Operator, olga, tmp_path):
    text = tmp_path / "notes.png"
    text.write_text("no picture")
    empty = tmp_path / "empty.png"
    empty.touch()
    for name, path in (
        ("thumbsup", picture(tmp_path)),
        ("Not A Name", picture(tmp_path)),
        ("large", picture(tmp_path, 600)),
        ("text", str(text)),
        ("empty", str(empty)),
    ):
        refused = await operator.is_refused("emoji", "add", name, path)
        assert refused.startswith("chatrooms: ") and refused.count("\n") == 1, name
    assert (await olga.run("emoji.list"))["emoji"] == []

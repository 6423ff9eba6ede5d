"""Bad input gets a refusal that names the field; it has no effect and closes no connection."""

from __future__ import annotations

import asyncio
import json

import pytest

from chatrooms.types import MAX_TEXT
from chatrooms.wire.server import MAX_PACKET
from tests.doors import DOORS, post
from tests.wire.raw import expecting

DEEP = json.loads("[" * 40 + "]" * 40)

BAD = {
    "unknown command": ("message.shout", {"room": "#lobby"}, "unknown_command", None),
    "missing field": ("message.post", {"room": "#lobby"}, "invalid", "text"),
    "extra field": ("message.post", {"room": "#lobby", "text": "x", "loud": True}, "invalid", "loud"),
    "wrong type": ("message.post", {"room": "#lobby", "text": 5}, "invalid", "text"),
    "number as text": ("history", {"room": "#lobby", "limit": "5"}, "invalid", "limit"),
    "too many": ("history", {"room": "#lobby", "limit": 101}, "invalid", "limit"),
    "negative": ("read.mark", {"room": "#lobby", "seq": -1}, "invalid", "seq"),
    "too large a number": ("read.mark", {"room": "#lobby", "seq": 2**63}, "invalid", "seq"),
    "two places": ("history", {"room": "#lobby", "before": 1, "after": 1}, "invalid", ""),
    "empty": ("message.post", {"room": "#lobby", "text": ""}, "invalid", "text"),
    "only spaces": ("message.post", {"room": "#lobby", "text": " \n "}, "invalid", "text"),
    "too long": ("message.post", {"room": "#lobby", "text": "x" * (MAX_TEXT + 1)}, "invalid", "text"),
    "a NUL": ("message.post", {"room": "#lobby", "text": "a\x00b"}, "invalid", "text"),
    "bad name": ("room.create", {"name": "#a b"}, "invalid", "name"),
    "look of a path": ("room.create", {"name": "#../etc"}, "invalid", "name"),
    "long name": ("room.create", {"name": "#" + "x" * 49}, "invalid", "name"),
    "bad access": ("room.create", {"name": "#fine", "access": "secret"}, "invalid", "access"),
    "two lines": ("room.create", {"name": "#fine", "title": "a\nb"}, "invalid", "title"),
    "a name with text-direction characters": ("user.update", {"name": "\u202eecila"}, "invalid", "name"),
    "an invisible name": ("user.update", {"name": "\u200b \u3164"}, "invalid", "name"),
    "a NUL in a search": ("user.list", {"query": "\x00"}, "invalid", "query"),
    "a NUL in a place": ("user.list", {"after": "\x00"}, "invalid", "after"),
    "an empty update": ("room.update", {"room": "#mine"}, "invalid", "title"),
    "no such room": ("history", {"room": "#nowhere"}, "not_found", None),
    "not a member": ("history", {"room": "#others"}, "not_a_member", None),
    "bad id": ("message.post", {"room": "#lobby", "text": "x", "id": "1"}, "invalid", "id"),
    "an unknown id": (
        "message.edit",
        {"id": "00000000-0000-4000-8000-000000000000", "text": "x"},
        "not_found",
        "id",
    ),
    "deep data": ("signal", {"to": "#lobby", "type": "x", "data": DEEP}, "invalid", "data"),
    "large data": ("signal", {"to": "#lobby", "type": "x", "data": "x" * 65_537}, "invalid", "data"),
    "our own signal": ("signal", {"to": "#lobby", "type": "presence"}, "invalid", "type"),
    "too many usernames": ("user.list", {"usernames": ["bob"] * 101}, "invalid", "usernames"),
    "too many watched": ("presence.watch", {"usernames": ["bob"] * 501}, "invalid", "usernames"),
    "a NUL in an address": (
        "preview.remove",
        {"id": "00000000-0000-4000-8000-000000000000", "url": "http://\x00"},
        "invalid",
        "url",
    ),
    "eleven people": (
        "message.post",
        {"room": "+".join(f"p{n}" for n in range(11)), "text": "x"},
        "invalid",
        "room",
    ),
    "a list": ("user.me", [], "invalid", ""),
    "a text": ("user.me", "x", "invalid", ""),
}


@pytest.fixture
async def alice(alice, bob):
    """Connect alice; she and bob have each created a room."""
    await bob.run("room.create", name="#others")
    await alice.run("room.create", name="#mine")
    return alice


@pytest.mark.parametrize("door", DOORS)
async def test_each_mistake_is_refused_with_its_code_and_field_and_has_no_effect(alice, door):
    await alice.settled()
    heard = len(alice.heard)
    for mistake, (command, params, code, field) in BAD.items():
        answer = await DOORS[door](alice, command, params)
        assert not answer["ok"], mistake
        error = answer["error"]
        assert (error["code"], error["details"].get("field")) == (code, field), mistake
        assert error["message"] and "Traceback" not in error["message"], mistake
    await alice.settled()
    assert len(alice.heard) == heard
    assert alice.client.connected


async def test_invalid_json_is_refused_over_http(alice):
    headers = {"Authorization": f"Bearer {alice.token}"}
    for body in (b"{", b"\xff\xfe", b"NaN", b'{"text": "\\ud800"}', b"[" * 5000):
        status, answer, _ = await post(alice.url, "/api/user.me", body, headers=headers)
        assert (status, answer["error"]["code"]) == (400, "invalid")


async def test_a_large_body_is_refused_over_http(alice):
    headers = {"Authorization": f"Bearer {alice.token}"}
    status, answer, _ = await post(alice.url, "/api/user.me", b"x" * (MAX_PACKET + 1), headers=headers)
    assert (status, answer["error"]["code"]) == (413, "too_large")


async def test_an_announced_large_body_is_refused_without_100_continue(alice):
    answer = await expecting(alice.url, "/api/user.me", 99_999_999, f"Authorization: Bearer {alice.token}")
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"too_large"' in answer


async def test_an_announced_body_gets_100_continue(alice):
    answer = await expecting(alice.url, "/api/user.me", 2, f"Authorization: Bearer {alice.token}")
    assert answer.startswith(b"HTTP/1.1 100 Continue")


MALFORMED = [
    "2",
    "2{",
    "2[]",
    "2[5]",
    "2[null]",
    '2["connect"]',
    '2["disconnect"]',
    '2["connect", {"asgi.scope": {}}, {"username": "bob"}]',
    '2["*"]',
    "2nonsense",
    "9",
    "",
    "3",
    "399[]",
    "3{}",
    '4{"message": "no"}',
    '51-["message.post",{"_placeholder":true,"num":0}]',
    "599999999999-[]",
    "2/nowhere,[1]",
    "0/nowhere,",
    "0",
    "2" + "[" * 2000,
    '2["user.me",{"a":"\\ud800"}]',
]


@pytest.mark.parametrize("packet", MALFORMED)
async def test_a_malformed_packet_is_ignored(alice, packet, caplog):
    socket = alice.client.eio
    await socket.send(packet)
    await alice.settled()
    assert alice.client.connected
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("packet", ["{}{{", '{}["connect",{{}}]', "{}[5]", '{}["user.me",]'])
async def test_a_malformed_packet_that_asks_for_an_acknowledgement_gets_a_refusal(alice, packet):
    answered = asyncio.get_running_loop().create_future()
    await alice.client.emit("user.me", {}, callback=lambda _: None)
    id = alice.client._generate_ack_id("/", answered.set_result)
    await alice.client.eio.send("2" + packet.format(id))
    answer = await asyncio.wait_for(answered, 10)
    assert answer["error"]["code"] == "invalid"


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_binary_data_is_refused_and_not_kept(person, transport):
    alice = await person("alice", transport=transport)
    for data in (b"\1\2\3", [b""] * 50):
        answer = await alice.client.call("signal", {"to": "#lobby", "type": "file", "data": data}, timeout=10)
        assert answer["error"]["code"] == "invalid" and "binary" in answer["error"]["message"]
    assert (await alice.client.call("user.me", {}))["ok"]


async def test_an_undefined_after_the_object_is_accepted(alice):
    assert (await alice.client.call("user.me", ({}, None)))["ok"]
    assert (await alice.client.call("user.me", ({}, None, None)))["ok"]


async def test_a_command_needs_exactly_one_object(alice):
    for arguments in ((), ({}, {}), (None,), (None, None), (None, {}), ({}, None, {}), ({}, False)):
        answer = await alice.client.call("user.me", arguments)
        assert answer["error"]["code"] == "invalid"

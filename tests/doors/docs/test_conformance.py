"""A running server's responses and events conform to its documents."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import jsonschema

from tests.doors import get, post
from tests.doors.docs.test_documents import CONTRACT, DOCUMENTS, resolved

HERE = "http://localhost/"
OPENAPI, ASYNCAPI = DOCUMENTS.openapi("chat", HERE), DOCUMENTS.asyncapi("chat", HERE)
ROOM, ID = f"#{uuid4().hex[:12]}", str(uuid4())


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema without additional fields."""
    named = "properties" in schema and "additionalProperties" not in schema
    return schema | {"additionalProperties": False} if named else schema


def validate(value: Any, schema: dict[str, Any]) -> None:
    """Raise unless the value conforms to the schema, without undocumented fields."""
    extensible = ("Details", "RefusedConnection")
    known = {name: part if name in extensible else closed(part) for name, part in CONTRACT.components.items()}
    jsonschema.validate(value, schema | {"components": {"schemas": known}})


ANSWERS = [
    ("room.create", {"name": ROOM, "title": "Design"}, 200),
    ("room.create", {"name": ROOM}, 409),
    ("room.update", {"room": ROOM, "topic": "Shapes"}, 200),
    ("room.members", {"room": ROOM}, 200),
    ("room.list", {}, 200),
    ("message.post", {"room": ROOM, "text": "Hello", "id": ID}, 200),
    ("message.post", {"room": ROOM}, 400),
    ("message.post", {"room": "#nowhere", "text": "Hello"}, 404),
    ("message.edit", {"id": ID, "text": "Hello all"}, 200),
    ("reaction.add", {"id": ID, "emoji": "\N{THUMBS UP SIGN}"}, 200),
    ("reaction.list", {"id": ID, "emoji": "\N{THUMBS UP SIGN}"}, 200),
    ("reaction.add", {"id": ID, "emoji": "thumbs up"}, 400),
    ("history", {"room": ROOM}, 200),
    ("message.delete", {"id": ID}, 200),
    ("reaction.remove", {"id": ID, "emoji": "\N{THUMBS UP SIGN}"}, 404),
    ("history", {"room": ROOM}, 200),
    ("read.mark", {"room": ROOM, "seq": 9}, 200),
    ("sync", {}, 200),
    ("session.list", {}, 200),
    ("user.me", {}, 200),
    ("user.list", {}, 200),
    ("presence.watch", {"usernames": ["alice"]}, 200),
    ("typing", {"room": ROOM}, 200),
    ("signal", {"to": ROOM, "type": "wave", "data": [1]}, 200),
    ("room.archive", {"room": ROOM}, 200),
    ("message.post", {"room": ROOM, "text": "Hello?"}, 409),
]


async def test_responses_conform_to_the_openapi_document(person):
    alice = await person("alice")
    document = json.loads((await get(alice.url, "/openapi.json"))[1])
    headers = {"Authorization": f"Bearer {alice.token}"}
    for command, params, expected in ANSWERS:
        status, answer, _ = await post(alice.url, f"/api/{command}", params, headers=headers)
        assert status == expected, (command, answer)
        response = document["paths"][f"/api/{command}"]["post"]["responses"][str(status)]
        response = resolved(document, response["$ref"]) if "$ref" in response else response
        validate(answer, response["content"]["application/json"]["schema"])


async def test_joining_and_leaving_conform_to_the_openapi_document(own_server):
    for path in ("/api/session.join", "/api/session.leave"):
        status, answer, headers = await post(own_server.url, path, {"username": "carol"})
        said = OPENAPI["paths"][path]["post"]["responses"][str(status)]
        validate(answer, said["content"]["application/json"]["schema"])
        assert set(said["headers"]) <= set(headers)


async def test_health_checks_conform_to_the_openapi_document(own_server):
    for path in ("/healthz", "/readyz"):
        answer = json.loads((await get(own_server.url, path))[1])
        content = OPENAPI["paths"][path]["get"]["responses"]["200"]["content"]
        validate(answer, content["application/json"]["schema"])


async def test_events_conform_to_the_asyncapi_document(person):
    alice, bob = await person("alice"), await person("bob")
    messages = ASYNCAPI["channels"]["root"]["messages"]
    await alice.run("presence.watch", usernames=["bob"])
    await alice.say("bob", "Hello Bob")
    await bob.hears_text("Hello Bob")
    await alice.run("typing", room="#lobby")
    await bob.hears(lambda event, data: event == "signal" and data["type"] == "typing")
    assert {event for event, _ in bob.heard} == {"welcome", "change", "signal"}
    for event, payload in alice.heard + bob.heard:
        validate(payload, messages[event]["payload"])


async def test_acknowledgements_conform_to_the_asyncapi_document(person):
    alice = await person("alice")
    answers = {
        "user.me": await alice.client.call("user.me", {}),
        "message.post": await alice.client.call("message.post", {"room": "#lobby"}),
    }
    assert [answer["ok"] for answer in answers.values()] == [True, False]
    for command, answer in answers.items():
        reply = ASYNCAPI["operations"][command]["reply"]["messages"][0]["$ref"]
        validate(answer, resolved(ASYNCAPI, reply)["payload"])

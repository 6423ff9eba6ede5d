"""The documents for programs: complete, valid, and true of what a running server answers."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any
from uuid import uuid4

import jsonschema
import pytest
from openapi_spec_validator import validate as validate_openapi

from chatrooms.commands import REGISTRY
from chatrooms.docs import asyncapi, meanings, openapi, schemas
from chatrooms.docs.typescript import declarations
from chatrooms.errors import refusals
from chatrooms.tables import SYNCED
from tests.doors import get, post

HERE = "https://chat.example/rooms/"
OPENAPI, ASYNCAPI = openapi("chat", HERE), asyncapi("chat", HERE)
ROOM, ID = f"#{uuid4().hex[:12]}", str(uuid4())


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of an object that has no other fields than those that are named."""
    named = "properties" in schema and "additionalProperties" not in schema
    return schema | {"additionalProperties": False} if named else schema


def validate(value: Any, schema: dict[str, Any]) -> None:
    """Raise unless the schema admits the value, with every field that is sent being documented."""
    extensible = ("Details", "RefusedConnection")
    known = {name: part if name in extensible else closed(part) for name, part in schemas.components().items()}
    jsonschema.validate(value, schema | {"components": {"schemas": known}})


def parts(document: Any) -> list[dict[str, Any]]:
    """Every object inside a document."""
    inner = document.values() if isinstance(document, dict) else document if isinstance(document, list) else ()
    own = [document] if isinstance(document, dict) else []
    return own + [part for value in inner for part in parts(value)]


def resolved(document: Any, pointer: str) -> Any:
    """What a ``$ref`` of the document leads to; raises ``KeyError``."""
    for key in pointer.removeprefix("#/").split("/"):
        document = document[key.replace("~1", "/").replace("~0", "~")]
    return document


def test_every_command_is_in_both_documents():
    posts = {path for path, item in OPENAPI["paths"].items() if "post" in item}
    assert posts == {f"/api/{name}" for name in (*REGISTRY, "session.join", "session.leave")}
    sent = {key for key, operation in ASYNCAPI["operations"].items() if operation["action"] == "send"}
    assert sent == {"connect", *REGISTRY}


def test_every_event_of_the_server_is_in_the_asyncapi_document():
    heard = {key for key, operation in ASYNCAPI["operations"].items() if operation["action"] == "receive"}
    assert heard == {"on.welcome", "on.change", "on.signal"}


def test_every_command_and_refusal_is_in_the_typescript_declarations():
    text = declarations()
    assert all(f'"{name}": {{' in text or f"  {name}: {{" in text for name in REGISTRY)
    assert all(f'  | "{refusal.code}"' in text for refusal in refusals())


def test_the_openapi_document_is_valid():
    validate_openapi(OPENAPI)


def test_every_status_of_a_refusal_is_an_answer_of_every_command():
    statuses = {"200"} | {str(refusal.status) for refusal in refusals()}
    for name in REGISTRY:
        assert set(OPENAPI["paths"][f"/api/{name}"]["post"]["responses"]) == statuses
    assert "Retry-After" in OPENAPI["components"]["responses"]["429"]["headers"]


def test_the_asyncapi_document_has_what_the_standard_requires():
    assert ASYNCAPI["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= set(ASYNCAPI["info"])
    assert ASYNCAPI["servers"]["here"]["host"] == "chat.example"
    assert ASYNCAPI["servers"]["here"]["pathname"] == "/rooms/socket.io/"
    for operation in ASYNCAPI["operations"].values():
        assert operation["action"] in ("send", "receive")
        channel = operation["channel"]["$ref"]
        for message in operation["messages"] + operation.get("reply", {}).get("messages", []):
            assert message["$ref"].startswith(f"{channel}/messages/")


@pytest.mark.parametrize("document", [OPENAPI, ASYNCAPI], ids=["openapi", "asyncapi"])
def test_every_reference_leads_somewhere(document):
    for part in parts(document):
        if "$ref" in part:
            assert resolved(document, part["$ref"])


@pytest.mark.parametrize("dialect", [jsonschema.Draft7Validator, jsonschema.Draft202012Validator])
def test_every_payload_is_a_json_schema(dialect):
    for message in ASYNCAPI["channels"]["root"]["messages"].values():
        dialect.check_schema(message["payload"])
    for schema in schemas.components().values():
        dialect.check_schema(schema)


def test_a_change_has_all_tables_that_are_synced_and_each_row_all_columns():
    tables = schemas.components()["Change"]["properties"]
    assert set(tables) == {"room", "rev", *SYNCED}
    for table, synced in SYNCED.items():
        row = resolved(OPENAPI, tables[table]["items"]["$ref"])
        assert set(row["properties"]) == {*synced.columns, "rev"}


def test_every_parameter_has_a_meaning():
    for name in REGISTRY:
        for key, field in schemas.params(REGISTRY[name])["properties"].items():
            assert field.get("description"), f"{name} {key}"


def test_every_meaning_is_of_use():
    used = {
        next((key for key in meanings.keys(owner, field) if key in meanings.MEANINGS), None)
        for owner, schema in schemas.components().items()
        for field in schema.get("properties", {})
    }
    assert set(meanings.MEANINGS) <= used


def test_the_documents_are_made_only_when_asked_for():
    script = (
        "import chatrooms.app; from chatrooms.docs.schemas import components; "
        "assert components.cache_info().currsize == 0"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


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
    ("message.delete", {"id": ID}, 200),
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


async def test_what_a_server_answers_is_what_the_openapi_document_says(person):
    alice = await person("alice")
    document = json.loads((await get(alice.url, "/openapi.json"))[1])
    headers = {"Authorization": f"Bearer {alice.token}"}
    for command, params, expected in ANSWERS:
        status, answer, _ = await post(alice.url, f"/api/{command}", params, headers=headers)
        assert status == expected, (command, answer)
        response = document["paths"][f"/api/{command}"]["post"]["responses"][str(status)]
        response = resolved(document, response["$ref"]) if "$ref" in response else response
        validate(answer, response["content"]["application/json"]["schema"])


async def test_joining_and_leaving_answer_what_the_openapi_document_says(own_server):
    for path in ("/api/session.join", "/api/session.leave"):
        status, answer, headers = await post(own_server.url, path, {"username": "carol"})
        said = OPENAPI["paths"][path]["post"]["responses"][str(status)]
        validate(answer, said["content"]["application/json"]["schema"])
        assert set(said["headers"]) <= set(headers)


async def test_health_answers_what_the_openapi_document_says(own_server):
    for path in ("/healthz", "/readyz"):
        answer = json.loads((await get(own_server.url, path))[1])
        content = OPENAPI["paths"][path]["get"]["responses"]["200"]["content"]
        validate(answer, content["application/json"]["schema"])


async def test_what_a_client_hears_is_what_the_asyncapi_document_says(person):
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


async def test_an_acknowledgement_is_what_the_asyncapi_document_says(person):
    alice = await person("alice")
    answers = {
        "user.me": await alice.client.call("user.me", {}),
        "message.post": await alice.client.call("message.post", {"room": "#lobby"}),
    }
    assert [answer["ok"] for answer in answers.values()] == [True, False]
    for command, answer in answers.items():
        reply = ASYNCAPI["operations"][command]["reply"]["messages"][0]["$ref"]
        validate(answer, resolved(ASYNCAPI, reply)["payload"])

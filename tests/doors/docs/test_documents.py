"""The documents for programs: complete and valid."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import validate as validate_openapi

from chatrooms.doors.docs import asyncapi, meanings, openapi, schemas
from chatrooms.doors.docs.typescript import declarations
from chatrooms.errors import refusals
from chatrooms.pipeline.commands import REGISTRY
from chatrooms.storage.tables import SYNCED

HERE = "https://chat.example/rooms/"
OPENAPI, ASYNCAPI = openapi("chat", HERE), asyncapi("chat", HERE)


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


def test_the_typescript_declarations_are_printed_whole():
    printed = subprocess.run([sys.executable, "-m", "chatrooms.doors.docs.typescript"], check=True, capture_output=True)
    assert printed.stdout.decode() == declarations()


def test_the_browser_client_has_the_declarations_of_these_commands():
    committed = Path(__file__).parents[3] / "static" / "js" / "wire.d.ts"
    assert committed.read_text() == declarations(), "python -m chatrooms.doors.docs.typescript > static/js/wire.d.ts"


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
        "import chatrooms.app; from chatrooms.doors.docs.schemas import components; "
        "assert components.cache_info().currsize == 0"
    )
    subprocess.run([sys.executable, "-c", script], check=True)

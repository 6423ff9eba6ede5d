"""The OpenAPI and AsyncAPI documents are complete and valid."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import validate as validate_openapi
from typing_extensions import TypedDict

from chatrooms.doors.docs import Documents
from chatrooms.doors.docs.contract import Contract
from chatrooms.doors.docs.generated import contract
from chatrooms.doors.docs.limits import limits
from chatrooms.doors.docs.schemas import schema
from chatrooms.errors import refusals
from chatrooms.features import FEATURES
from chatrooms.storage.rows import Change
from chatrooms.storage.synced import SYNCED

HERE = "https://chat.example/rooms/"
CONTRACT = contract()
DOCUMENTS = Documents(CONTRACT)
NAMES = [command.name for command in CONTRACT.commands]
OPENAPI, ASYNCAPI = DOCUMENTS.openapi("chat", HERE), DOCUMENTS.asyncapi("chat", HERE)


def parts(document: Any) -> list[dict[str, Any]]:
    """Yield every object in a document."""
    inner = document.values() if isinstance(document, dict) else document if isinstance(document, list) else ()
    own = [document] if isinstance(document, dict) else []
    return own + [part for value in inner for part in parts(value)]


def resolved(document: Any, pointer: str) -> Any:
    """Return the target of a ``$ref``; raises ``KeyError``."""
    for key in pointer.removeprefix("#/").split("/"):
        document = document[key.replace("~1", "/").replace("~0", "~")]
    return document


def test_every_command_is_in_both_documents():
    posts = {path for path, item in OPENAPI["paths"].items() if "post" in item}
    assert posts == {f"/api/{command.name}" for command in CONTRACT.all}
    sent = {key for key, operation in ASYNCAPI["operations"].items() if operation["action"] == "send"}
    assert sent == {"connect", *NAMES}


def test_an_entry_is_in_the_openapi_document_with_its_rate_and_cookie_and_needs_nobody_known():
    for entry in CONTRACT.entries:
        operation = OPENAPI["paths"][f"/api/{entry.name}"]["post"]
        assert f"rate_{entry.rate}" in operation["description"]
        assert set(operation["responses"]["200"]["headers"]) == {"Set-Cookie"}
        assert {} in operation["security"] and "parameters" not in operation


def test_every_event_of_the_server_is_in_the_asyncapi_document():
    heard = {key for key, operation in ASYNCAPI["operations"].items() if operation["action"] == "receive"}
    assert heard == {"on.welcome", "on.change", "on.signal"}


@pytest.mark.slow
def test_the_openapi_document_is_valid():
    validate_openapi(OPENAPI)


def test_every_command_documents_the_status_of_every_refusal():
    statuses = {"200"} | {str(refusal.status) for refusal in refusals()}
    for name in NAMES:
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
    for shape in CONTRACT.components.values():
        dialect.check_schema(shape)


def test_a_change_has_all_tables_that_are_synced_and_each_row_all_columns():
    changed = CONTRACT.components["Change"]["properties"]
    assert set(changed) == {"room", "rev", "since", *SYNCED}
    for table, synced in SYNCED.items():
        row = resolved(OPENAPI, changed[table]["items"]["$ref"])
        parts_of_messages = {part.name for feature in FEATURES for part in feature.parts if table == "messages"}
        assert (
            set(row["properties"])
            == {*synced.columns, "rev"} | {column.name for column in synced.computed} | parts_of_messages
        )


@pytest.mark.parametrize("command", CONTRACT.all, ids=lambda command: command.name)
def test_every_parameter_has_a_description(command):
    for name, field in CONTRACT.params(command).get("properties", {}).items():
        assert field.get("description"), name


def test_every_row_and_each_of_its_fields_has_a_description():
    for name, row in CONTRACT.rows.items():
        assert row.get("description"), name
        for key, field in row.get("properties", {}).items():
            assert field.get("description"), f"{name}.{key}"


def test_schemas_of_the_doors_have_descriptions():
    for name in ("Handshake", "ConnectError", "RefusedConnection"):
        for key, field in CONTRACT.components[name]["properties"].items():
            assert field.get("description"), f"{name}.{key}"


def test_names_and_ids_document_their_format_and_not_their_length():
    fields = [field for command in CONTRACT.commands for field in CONTRACT.params(command)["properties"].values()]
    formatted = [field for field in fields if any("format" in part for part in parts(field.get("anyOf", [field])))]
    assert {part["format"] for field in formatted for part in parts(field) if part.get("format")} == {
        *("username", "shared-room", "room", "uuid", "date-time")
    }
    assert not [field for field in formatted if "characters" in limits(field)]
    assert limits({"type": "string", "maxLength": 200}) == "at most 200 characters"


def test_two_types_with_the_same_name_are_an_error():
    class Message(TypedDict):
        """Another type with that name."""

        other: str

    named: dict[str, Any] = {}
    schema(Change, named)
    with pytest.raises(TypeError, match="Message"):
        schema(TypedDict("Mine", {"message": Message}), named)


def test_the_documents_are_generated_on_first_use():
    asked = Contract(CONTRACT.all, CONTRACT.parts)
    documents = Documents(asked)
    assert not vars(asked).keys() & {"rows", "components"}
    documents.openapi("chat", HERE)
    assert "components" in vars(asked)

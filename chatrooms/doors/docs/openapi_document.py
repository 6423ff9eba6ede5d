"""The OpenAPI 3.1 document of the HTTP door."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from chatrooms.doors.docs.contract import Contract, by_status
from chatrooms.doors.docs.own import RESULT, Described
from chatrooms.doors.docs.schemas import Schema, answered, first_sentence, first_word, pascal, ref
from chatrooms.errors import RateLimited, Unavailable
from chatrooms.pipeline.commands import Command
from chatrooms.version import __version__

DESCRIPTION = """\
Every command is `POST /api/<command>` with a single JSON object, and an event with the same name over Socket.IO
(see `asyncapi.json`). Objects that you must not know about are `not_found`, never `forbidden`."""

SECURITY_SCHEMES: Schema = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token in `welcome`, which a guest gets when they claim a name.",
    },
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "chatrooms-username",
        "description": "Set by `session.join`, one per name: `chatrooms-alice`, or `__Host-chatrooms-alice` over "
        "HTTPS. Accepted only from pages of allowed origins.",
    },
}

WHO: Schema = {
    "name": "Chatrooms-User",
    "in": "header",
    "schema": {"type": "string"},
    "description": "Your username, if the browser has the cookies of several.",
}


def about(name: str, url: str) -> Schema:
    """Return the part of the document that is specific to one server."""
    info = {"title": name, "version": __version__, "description": DESCRIPTION}
    return {"openapi": "3.1.0", "info": info, "servers": [{"url": url.rstrip("/") or "/"}]}


def describe(contract: Contract) -> Schema:
    """Return the part of the document about commands and other requests."""
    commands = {f"/api/{command.name}": {"post": _operation(command, contract)} for command in contract.all}
    own = {event.path: {"post": _own(event)} for event in contract.own}
    nouns = [*contract.nouns(), *(["application"] if own else []), "server"]
    return {
        "tags": [{"name": noun} for noun in dict.fromkeys(nouns)],
        "security": [{"bearer": []}, {"cookie": []}],
        "paths": commands | own | _looking(),
        "components": {
            "schemas": contract.components,
            "responses": _refusals(),
            "parameters": {"ChatroomsUser": WHO},
            "securitySchemes": SECURITY_SCHEMES,
        },
    }


def _operation(command: Command[Any], contract: Contract) -> Schema:
    described = f"{command.doc}\n\nLimited by the setting `rate_{command.rate}`."
    required = "required" in contract.params(command)
    params, result = ref(pascal(command.name) + "Params"), ref(pascal(command.name) + "Result")
    operation = _post(command.name, described, params, result, required=required)
    if command.kind != "entry":
        return operation | {"parameters": [{"$ref": "#/components/parameters/ChatroomsUser"}]}
    operation["responses"]["200"]["headers"] = {"Set-Cookie": SET_COOKIE}
    return operation | {"security": [{"cookie": []}, {}]}


def _own(event: Described) -> Schema:
    described = f"{event.doc}\n\nLimited by the setting `rate_other`, by its size too."
    operation = _post(event.name, described, event.params, RESULT)
    return operation | {"tags": ["application"], "parameters": [{"$ref": "#/components/parameters/ChatroomsUser"}]}


def _looking() -> Schema:
    ok, html = {"application/json": {"schema": ref("Ok")}}, {"text/html": {"schema": {"type": "string"}}}
    document: Schema = {"application/json": {"schema": {"type": "object"}}}
    ready = _get("readyz", "Whether the database can be reached and is migrated.", ok)
    ready["responses"][str(Unavailable.status)] = _response(Unavailable.status)
    return {
        "/": {"get": _get("client", "The browser client.", html)},
        "/healthz": {"get": _get("healthz", "Whether the server is alive.", ok)},
        "/readyz": {"get": ready},
        "/docs": {"get": _get("docs", "The reference for people.", html)},
        "/openapi.json": {"get": _get("openapi", "This document.", document)},
        "/asyncapi.json": {"get": _get("asyncapi", "The AsyncAPI document of the Socket.IO door.", document)},
    }


def _post(command: str, doc: str, params: Schema, result: Schema, *, required: bool = True) -> Schema:
    body = {"application/json": {"schema": params}}
    answer = {"application/json": {"schema": answered(result)}}
    return {
        "operationId": command,
        "tags": [first_word(command)],
        "summary": first_sentence(doc),
        "description": doc,
        "requestBody": {"required": required, "content": body},
        "responses": {"200": {"description": "The result.", "content": answer}, **_responses()},
    }


def _get(operation: str, doc: str, content: Schema) -> Schema:
    return {
        "operationId": operation,
        "tags": ["server"],
        "summary": doc,
        "security": [],
        "responses": {"200": {"description": doc, "content": content}},
    }


def _responses() -> Schema:
    return {str(refusal.status): _response(refusal.status) for refusal in by_status()}


def _response(status: int) -> Schema:
    return {"$ref": f"#/components/responses/{status}"}


def _refusals() -> Schema:
    """Return a response for each status, with its error codes."""
    return {
        str(status): _refusal(status, [(refusal.code, refusal.__doc__ or "") for refusal in refusals])
        for status, refusals in groupby(by_status(), lambda refusal: refusal.status)
    }


def _refusal(status: int, codes: list[tuple[str, str]]) -> Schema:
    only = {"properties": {"error": {"properties": {"code": {"enum": [code for code, _ in codes]}}}}}
    return {
        "description": "\n".join(f"- `{code}`: {doc}" for code, doc in codes),
        "content": {"application/json": {"schema": {"allOf": [ref("Refused"), only]}}},
        **({"headers": {"Retry-After": RETRY_AFTER}} if status == RateLimited.status else {}),
    }


SET_COOKIE: Schema = {"description": "The cookie that is set or removed, if any.", "schema": {"type": "string"}}
RETRY_AFTER: Schema = {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}

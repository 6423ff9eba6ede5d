"""The Socket.IO door as AsyncAPI 3.0, as a client sees it: it sends commands and receives events."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import urlsplit

from chatrooms.doors.docs import schemas
from chatrooms.doors.docs.events import EVENTS
from chatrooms.doors.docs.schemas import answered, components, first_sentence, pascal
from chatrooms.doors.docs.shapes import Schema, ref
from chatrooms.errors import RateLimited
from chatrooms.pipeline.commands import Command
from chatrooms.version import __version__

CHANNEL = "root"

DESCRIPTION = """\
What a client of this server sends and receives over Socket.IO (protocol 5, Engine.IO 4), in the namespace
`/`. A message is an event of that name with one JSON object; its reply is the event's acknowledgement. A
socket that has not connected to the namespace in time is closed. The commands are the same by HTTP, see
`openapi.json`."""

CONNECT: Schema = {
    "name": "connect",
    "title": "The handshake's `auth`",
    "summary": "Says who is there; whatever else it holds is metadata for a host application.",
    "payload": ref("Handshake"),
    "examples": [
        {"name": "token", "payload": {"username": "alice", "token": "…"}},
        {"name": "guest-or-cookie", "payload": {"username": "alice"}},
    ],
}

CONNECT_ERROR: Schema = {
    "name": "connect_error",
    "summary": "The connection was refused.",
    "payload": ref("ConnectError"),
}


def asyncapi(name: str, url: str) -> dict[str, Any]:
    """The AsyncAPI document of the server called ``name``, whose client is at ``url``."""
    info = {"title": name, "version": __version__, "description": DESCRIPTION}
    return {"asyncapi": "3.0.0", "info": info, "servers": {"here": _server(url)}, **_contract()}


def _server(url: str) -> Schema:
    at = urlsplit(url)
    return {
        "host": at.netloc,
        "pathname": f"{at.path.rstrip('/')}/socket.io/",
        "protocol": "wss" if at.scheme == "https" else "ws",
        "protocolVersion": "socket.io 5",
        "description": "WebSocket, or HTTP long polling.",
    }


@cache
def _contract() -> dict[str, Any]:
    return {
        "defaultContentType": "application/json",
        "channels": {CHANNEL: {"address": "/", "title": "The namespace", "messages": _messages()}},
        "operations": _operations(),
        "components": {"schemas": components()},
    }


def _messages() -> Schema:
    messages = {"connect": CONNECT, "connect_error": CONNECT_ERROR}
    for event in EVENTS:
        messages[event] = _event(event)
    for command in schemas.commands():
        messages[_sent(command)] = _command(command)
        messages[_answer(command)] = _acknowledgement(command)
    return messages


def _operations() -> Schema:
    commands = {
        command.name: _sending(_sent(command), [_answer(command)], command.doc) for command in schemas.commands()
    }
    events = {f"on.{event}": {"action": "receive", **_over(event)} for event in EVENTS}
    connecting = _sending("connect", ["welcome", "connect_error"], "Connect to the namespace.")
    return {"connect": connecting} | commands | events


def _sending(message: str, replies: list[str], doc: str) -> Schema:
    return {"action": "send", "summary": first_sentence(doc), **_over(message), "reply": _over(*replies)}


def _over(*messages: str) -> Schema:
    """The channel, and those of its messages that are meant."""
    return {
        "channel": {"$ref": f"#/channels/{CHANNEL}"},
        "messages": [{"$ref": f"#/channels/{CHANNEL}/messages/{message}"} for message in messages],
    }


def _event(event: str) -> Schema:
    payload = EVENTS[event].__name__
    doc = components()[payload]["description"]
    return {"name": event, "summary": first_sentence(doc), "description": doc, "payload": ref(payload)}


def _command(command: Command[Any]) -> Schema:
    return {
        "name": command.name,
        "summary": first_sentence(command.doc),
        "description": command.doc,
        "tags": [{"name": schemas.first_word(command.name)}],
        "payload": ref(pascal(command.name) + "Params"),
    }


def _acknowledgement(command: Command[Any]) -> Schema:
    result = answered(ref(pascal(command.name) + "Result"))
    return {
        "name": f"{command.name} acknowledgement",
        "summary": f"The result, or why not; `{RateLimited.code}` by the setting `rate_{command.rate}`.",
        "payload": {"oneOf": [result, ref("Refused")]},
    }


def _sent(command: Command[Any]) -> str:
    """The key of a command's message; a signal is sent under the name under which one is heard."""
    return f"{command.name}.params" if command.name in EVENTS else command.name


def _answer(command: Command[Any]) -> str:
    return f"{command.name}.ack"

"""The AsyncAPI 3.0 document of the Socket.IO door, from the client's side: it sends commands and receives events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from chatrooms.doors.docs.contract import Contract
from chatrooms.doors.docs.own import RESULT, Described
from chatrooms.doors.docs.schemas import Schema, answered, first_sentence, first_word, pascal, ref
from chatrooms.errors import RateLimited
from chatrooms.events import EVENTS
from chatrooms.pipeline.commands import Command
from chatrooms.version import __version__

CHANNEL = "root"

DESCRIPTION = """\
The events that a client of this server sends and receives over Socket.IO (protocol 5, Engine.IO 4), in the
namespace `/`. Each message is an event with that name and a single JSON object; its reply is the event's
acknowledgement. The server closes a socket that does not connect to the namespace in time. The same commands
are available over HTTP, see `openapi.json`."""

CONNECT: Schema = {
    "name": "connect",
    "title": "The handshake's `auth`",
    "summary": "Your credentials, and any other fields for a host application.",
    "payload": ref("Handshake"),
    "examples": [
        {"name": "token", "payload": {"username": "alice", "token": "…"}},
        {"name": "guest-or-cookie", "payload": {"username": "alice"}},
    ],
}

CONNECT_ERROR: Schema = {
    "name": "connect_error",
    "summary": "The connection was rejected.",
    "payload": ref("ConnectError"),
}


def about(name: str, url: str) -> Schema:
    """Return the part of the document that is specific to one server."""
    info = {"title": name, "version": __version__, "description": DESCRIPTION}
    return {"asyncapi": "3.0.0", "info": info, "servers": {"here": _server(url)}}


def describe(contract: Contract) -> Schema:
    """Return the part of the document about commands and events."""
    return {
        "defaultContentType": "application/json",
        "channels": {CHANNEL: {"address": "/", "title": "The namespace", "messages": _messages(contract)}},
        "operations": _operations(contract.commands) | _own_operations(contract.own),
        "components": {"schemas": contract.components},
    }


def _server(url: str) -> Schema:
    at = urlsplit(url)
    return {
        "host": at.netloc,
        "pathname": f"{at.path.rstrip('/')}/socket.io/",
        "protocol": "wss" if at.scheme == "https" else "ws",
        "protocolVersion": "socket.io 5",
        "description": "WebSocket, or HTTP long polling.",
    }


def _messages(contract: Contract) -> Schema:
    messages = {"connect": CONNECT, "connect_error": CONNECT_ERROR}
    for event in EVENTS:
        messages[event] = _event(event, contract)
    for command in contract.commands:
        messages[_sent(command)] = _command(command)
        messages[_answer(command)] = _acknowledgement(command)
    for own in contract.own:
        messages[own.key] = {"name": own.name, "summary": first_sentence(own.doc), "payload": own.params}
        messages[f"{own.key}.ack"] = {
            "name": f"{own.name} acknowledgement",
            "summary": f"The result or an error; `{RateLimited.code}` depends on `rate_other`, and on the size.",
            "payload": {"oneOf": [answered(RESULT), ref("Refused")]},
        }
    return messages


def _own_operations(own: Iterable[Described]) -> Schema:
    return {event.key: _sending(event.key, [f"{event.key}.ack"], event.doc) for event in own}


def _operations(declared: Iterable[Command[Any]]) -> Schema:
    commands = {command.name: _sending(_sent(command), [_answer(command)], command.doc) for command in declared}
    events = {f"on.{event}": {"action": "receive", **_over(event)} for event in EVENTS}
    connecting = _sending("connect", ["welcome", "connect_error"], "Connect to the namespace.")
    return {"connect": connecting} | commands | events


def _sending(message: str, replies: list[str], doc: str) -> Schema:
    return {"action": "send", "summary": first_sentence(doc), **_over(message), "reply": _over(*replies)}


def _over(*messages: str) -> Schema:
    """Return a reference to the channel and some of its messages."""
    return {
        "channel": {"$ref": f"#/channels/{CHANNEL}"},
        "messages": [{"$ref": f"#/channels/{CHANNEL}/messages/{message}"} for message in messages],
    }


def _event(event: str, contract: Contract) -> Schema:
    payload = EVENTS[event].__name__
    doc = contract.components[payload]["description"]
    return {"name": event, "summary": first_sentence(doc), "description": doc, "payload": ref(payload)}


def _command(command: Command[Any]) -> Schema:
    return {
        "name": command.name,
        "summary": first_sentence(command.doc),
        "description": command.doc,
        "tags": [{"name": first_word(command.name)}],
        "payload": ref(pascal(command.name) + "Params"),
    }


def _acknowledgement(command: Command[Any]) -> Schema:
    result = answered(ref(pascal(command.name) + "Result"))
    return {
        "name": f"{command.name} acknowledgement",
        "summary": f"The result or an error; `{RateLimited.code}` depends on the setting `rate_{command.rate}`.",
        "payload": {"oneOf": [result, ref("Refused")]},
    }


def _sent(command: Command[Any]) -> str:
    """Return the key of a command's message, which must differ from the event's for the command `signal`."""
    return f"{command.name}.params" if command.name in EVENTS else command.name


def _answer(command: Command[Any]) -> str:
    return f"{command.name}.ack"

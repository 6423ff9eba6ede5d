"""Read and write from a shell: ``python -m chatrooms.client tail`` and ``send``."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from chatrooms.client import Client, ClientError, Lagging, Message
from chatrooms.client import token_file as tokens


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--url", default=os.environ.get("CHATROOMS_URL", "http://127.0.0.1:8000"), help="of the chat")
    common.add_argument("--username", help="a free name to claim")
    common.add_argument(
        "--token-file",
        type=Path,
        help="keeps the token of that name, or holds a service key; without it, CHATROOMS_TOKEN is the token",
    )
    top = argparse.ArgumentParser(prog="python -m chatrooms.client", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)
    tail = commands.add_parser("tail", parents=[common], help="print new messages until Ctrl+C")
    tail.add_argument("room", nargs="?", help="a room such as #lobby, or a username; by default, all")
    tail.add_argument("--json", action="store_true", help="print each message as a line of JSON")
    send = commands.add_parser("send", parents=[common], help="post a message")
    send.add_argument("room", help="a room such as #lobby, or a username")
    send.add_argument("text", nargs="?", help="by default, what comes on the standard input")
    return top


def client_of(given: argparse.Namespace) -> Client:
    """Return the client of a command line."""
    kept = tokens.read(given.token_file) if given.token_file else os.environ.get("CHATROOMS_TOKEN")
    return Client(given.url, username=given.username, token=kept)


async def run(given: argparse.Namespace) -> None:
    """Run a command; raises `ClientError`."""
    async with client_of(given) as client:
        if given.token_file and client.token:
            tokens.write(given.token_file, client.token)
        if given.command == "send":
            await client.post(given.room, sys.stdin.read() if given.text is None else given.text)
        else:
            await tail(client, given.room, as_json=given.json)


async def tail(client: Client, room: str | None, *, as_json: bool) -> None:
    """Print the messages that are posted from now on: of a room, of the conversation with a person, or of all rooms."""
    changes = client.changes()
    before = {name: state.rev for name, state in client.rooms.items()}
    while True:
        with suppress(Lagging):
            async for change in changes:
                seen = before.get(change.room, _read(client, change.room))
                before[change.room] = max(change.rev, seen)
                if _is_in(room, change.room, client.username):
                    _print((row for row in change.rows("messages") if row["seq"] > seen), as_json=as_json)
            return


def _read(client: Client, room: str) -> int:
    """Return up to where a room is read that has just come: what is before that is not new."""
    read = client.reads.get(room)
    return read["seq"] if read else 0


def _print(rows: Iterable[Message], *, as_json: bool) -> None:
    for row in rows:
        if row["number"] is not None:
            sys.stdout.write(f"{json.dumps(row) if as_json else line(row)}\n")
    sys.stdout.flush()


def _is_in(wanted: str | None, room: str, mine: str) -> bool:
    return wanted in (None, room) or room == "+".join(sorted({mine, wanted or ""}))


def line(message: Message) -> str:
    """Return a message as a line: when, where, who, and the text, whose own lines are indented."""
    text = (message["text"] or "").replace("\n", "\n    ")
    return f"{message['at']} {message['room']} {message['author']}: {text}"


def main() -> None:
    """Run the command line; exit with 1 and the reason if the server refuses it."""
    try:
        asyncio.run(run(parser().parse_args()))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # what read our output has ended; nothing is left to flush at the exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except ClientError as error:
        sys.exit(f"chatrooms.client: {error}")


if __name__ == "__main__":
    main()

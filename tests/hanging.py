"""Servers in which something never returns, to end with a signal.

``python -m tests.hanging serve DATA write`` is ``chatrooms serve``, ``python -m tests.hanging host DATA WHAT`` a host
application under uvicorn as it comes. WHAT hangs: ``write``, ``on_connect``, ``authenticate``, or the disk for an
``upload`` or a ``download``, which prints a line.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from chatrooms import Chatrooms, Settings, cli
from chatrooms.features.messages import posting
from chatrooms.identity import hosts
from chatrooms.storage import writer
from chatrooms.storage.blobs.directory import Directory
from chatrooms.storage.blobs.spool import Spool

SOON = 1.0


async def never(*_args):
    await asyncio.Event().wait()


async def alice(_handshake):
    return "alice"


def hang_in_the_writer(*_args):
    threading.Event().wait()


def hang_at_a_file(*_args):
    print("it hangs", flush=True)
    threading.Event().wait()


def host(data: Path, what: str) -> None:
    authenticate = never if what == "authenticate" else alice
    chat = Chatrooms(Settings(data=data), authenticate=authenticate, on_connect=never if what == "on_connect" else None)
    app = Starlette(routes=[Mount("/chat", chat)], lifespan=chat.lifespan)
    listening = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listening.getsockname()[1]}/chat", flush=True)
    uvicorn.Server(uvicorn.Config(app, ws="websockets-sansio")).run(sockets=[listening])


def main(kind: str, data: str, what: str) -> None:
    writer.SECONDS_TO_ANSWER = hosts.SECONDS_TO_ANSWER = SOON
    if what == "write":
        posting._store = hang_in_the_writer
    if what == "upload":
        Spool.write = hang_at_a_file
    if what == "download":
        Directory.read = hang_at_a_file
    if kind == "host":
        host(Path(data), what)
    else:
        cli.cli(["serve", "--port", "0", "--data", data])


if __name__ == "__main__":
    main(*sys.argv[1:])

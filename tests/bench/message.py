"""What the server does for one message, without a network: ``python -m tests.bench.message [--rounds N] [--alone]``.

Packets are handed to a socket whose transport swallows what it is given, and each batch is waited for, or with
``--alone`` each message. Garbage is collected as by ``chatrooms serve``. The least of the rounds is printed first,
which others on the machine disturb least: run it in two checkouts in turns to compare them.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median
from uuid import UUID

from chatrooms.cli.gc_tuning import collected_in_parts
from chatrooms.wire.ending import Ending
from chatrooms.wire.message import Bundle
from chatrooms.wire.socket import Socket
from tests.people import connect
from tests.servers import RunningServer, running

BATCH = 200
"""Messages of a round. They are committed together, about as many as when 500 people talk, unless each is alone."""


class Sink:
    """A transport to nowhere; ``accepted`` counts the acknowledgements."""

    name = "websocket"

    def __init__(self) -> None:
        self.accepted = 0

    def carry(self, bundle: Bundle) -> bool:
        """Take messages."""
        self.accepted += b'[{"ok":true' in bundle.frames
        return True

    def flush(self) -> None:
        """Have nothing to send."""

    def buffered(self) -> int:
        """Keep nothing."""
        return 0

    def end(self, _ending: Ending) -> None:
        """End."""


async def rounds(count: int, *, alone: bool = False) -> list[float]:
    """Return the seconds of processor time of a message from one person to another, in each round.

    One that is ``alone`` is sent once the one before was acknowledged.
    Raises ``RuntimeError`` if one was refused.
    """
    with tempfile.TemporaryDirectory() as folder:
        async with (
            running(Path(folder), ping_timeout=3600) as server,  # a `Sink` answers no ping
            connect(server.url, "alice") as alice,
            connect(server.url, "bob"),
        ):
            await alice.say("bob", "warm up")
            sink = Sink()
            sender = _redirect(server, sink)
            together = 1 if alone else BATCH
            with collected_in_parts():
                seconds = [await _round(sender, number * BATCH, together) for number in range(count)]
    if sink.accepted != count * BATCH:
        raise RuntimeError(f"{sink.accepted:,} of {count * BATCH:,} messages were accepted")
    return seconds


def _redirect(server: RunningServer, sink: Sink) -> Socket:
    """Send everything into ``sink``; return the socket of the first."""
    sockets: list[Socket] = list(server.chat._server.eio.sockets.values())
    for socket in sockets:
        socket.transport = sink
    return sockets[0]


async def _round(sender: Socket, first: int, together: int) -> float:
    begun = time.process_time()
    for start in range(first, first + BATCH, together):
        for waited in [sender.receive(_packet(number)) for number in range(start, start + together)]:
            if waited:
                await waited
    return (time.process_time() - begun) / BATCH


def _packet(number: int) -> str:
    id = UUID(int=number, version=4)
    return f'42{number}["message.post",{{"id":"{id}","room":"alice+bob","text":"hello there {number}"}}]'


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--alone", action="store_true", help="one message after another")
    arguments = parser.parse_args()
    found = asyncio.run(rounds(arguments.rounds, alone=arguments.alone))
    print(f"CPU for a message: least {min(found) * 1e6:.1f} µs, median {median(found) * 1e6:.1f} µs")


if __name__ == "__main__":
    main()

"""The upper bound for any server: a loop that writes prepared frames to sockets, several in one write.

When as many clients as the command line says have come and the last has said something, all are written to in turn.
A ``send`` from Python costs little more than a ``write`` from C: nearly all of it is the kernel's work.
"""

from __future__ import annotations

import socket
import sys
from contextlib import suppress

import orjson

from tests.bench import texts
from tests.bench.frames import frame

ROOM = "#lobby"
SENDER = "u00000"


def frames(messages: int) -> list[bytes]:
    """As many messages as the peers would frame them."""
    return [frame(_payload(number), masked=False) for number in range(1, messages + 1)]


def main() -> None:
    """Serve ``sys.argv``: sockets, messages for each, messages in a write."""
    clients, messages, together = map(int, sys.argv[1:])
    ready = frames(messages)
    writes = [b"".join(ready[at : at + together]) for at in range(0, messages, together)]
    with socket.create_server(("127.0.0.1", 0), backlog=clients) as listening:
        print("127.0.0.1:%d" % listening.getsockname()[1], flush=True)  # noqa: UP031
        sockets = [_at_once(listening.accept()[0]) for _ in range(clients)]
        sockets[-1].recv(1)
        for write in writes:
            for client in sockets:
                client.sendall(write)
        with suppress(ConnectionError):
            sockets[0].recv(1)  # until the clients leave


def _at_once(client: socket.socket) -> socket.socket:
    """Without Nagle's algorithm, as servers set it: each write goes out by itself."""
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def _payload(number: int) -> bytes:
    text = texts.text(SENDER, ROOM, number)
    return b"42" + orjson.dumps(["message", {"room": ROOM, "number": number, "author": SENDER, "text": text}])


if __name__ == "__main__":
    main()

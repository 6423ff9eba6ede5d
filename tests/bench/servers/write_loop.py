"""No server at all, but what one can come to: a loop that writes ready frames to sockets, so many in one write.

Each client says how many messages it wants and how many of them in a write; when as many clients as the command line
says have come, all are written to in turn. One ``send`` of Python costs what one ``write`` of C costs but for about a
tenth of a microsecond in some five.
"""

from __future__ import annotations

import socket
import sys

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
        print("127.0.0.1:%d" % listening.getsockname()[1], flush=True)  # noqa: T201, UP031
        sockets = [listening.accept()[0] for _ in range(clients)]
        sockets[-1].recv(1)
        for write in writes:
            for client in sockets:
                client.sendall(write)
        for client in sockets:
            client.recv(1)


def _payload(number: int) -> bytes:
    text = texts.text(SENDER, ROOM, number)
    return b"42" + orjson.dumps(["message", {"room": ROOM, "number": number, "author": SENDER, "text": text}])


if __name__ == "__main__":
    main()

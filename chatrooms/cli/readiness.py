"""Tells the service manager that the chat runs, as sd_notify(3) describes.

A restart by systemd then ends when the node can be used, and the next node can follow.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress


def tell() -> None:
    """Send that the chat is ready, if a service manager asked for it."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):  # a name that is not in the file system
        address = "\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as messenger:
        messenger.sendto(b"READY=1", address)

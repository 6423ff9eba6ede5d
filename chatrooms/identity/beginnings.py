"""How sessions begin: what their holders have proved of themselves then, which is stored with each."""

from __future__ import annotations

from typing import NamedTuple

from chatrooms.storage.fields import Began


class Beginning(NamedTuple):
    """What begins a session; ``issuer`` and ``mark`` are of one at the sign-in provider, see `oidc.begun`."""

    began: Began
    issuer: str | None = None
    mark: str | None = None


JOIN = Beginning("join")
PASSWORD = Beginning("password")
PASSKEY = Beginning("passkey")
DIRECTORY = Beginning("directory")
SETUP = Beginning("setup")

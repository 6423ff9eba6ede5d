"""How sessions begin: what their holders have proved of themselves then, which is stored with each."""

from __future__ import annotations

import logging
from typing import NamedTuple

from chatrooms.storage.fields import Began
from chatrooms.wire.tally import who

log = logging.getLogger(__name__)


class Beginning(NamedTuple):
    """What begins a session; ``issuer`` and ``mark`` are of one at the sign-in provider, see `oidc.begun`.

    ``second_factor`` says whether its person has shown one. A session that another one has begun was ``proven_at`` the
    beginning of that, and lasts no longer. ``made_by`` is the username of somebody else whose link began it, or
    that one.
    """

    began: Began
    issuer: str | None = None
    mark: str | None = None
    second_factor: bool = False
    proven_at: str | None = None
    made_by: str | None = None


JOIN = Beginning("join")
PASSWORD = Beginning("password")
PASSKEY = Beginning("passkey", second_factor=True)
DIRECTORY = Beginning("directory")
SETUP = Beginning("setup")


def note(username: str, beginning: Beginning, address: str) -> None:
    """Log who signed in, how, and from where."""
    line = f"signed in by {beginning.began}: {who(username, address)}"  # a kind of its own, so that none is left out
    log.info(line)

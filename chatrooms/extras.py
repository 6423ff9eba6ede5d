"""Optional parts of an installation: extras of the package, whose libraries are absent until they are installed."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

from chatrooms.errors import NotInstalled

MODULES = {
    "accounts": ("argon2", "pyotp", "webauthn", "zxcvbn"),
    "client": ("aiohttp",),
    "ldap": ("ldap3",),
    "media": ("PIL", "httpx2"),
    "metrics": ("prometheus_client",),
    "oidc": ("httpx2", "joserfc"),
    "s3": ("obstore",),
    "server": ("click", "httptools", "structlog", "uvicorn", "uvloop", "websockets"),
}
"""The modules that each extra brings."""
PURPOSES = {
    "accounts": "Passwords, passkeys and second factors",
    "client": "Clients in Python",
    "ldap": "LDAP directories",
    "media": "Pictures and link previews",
    "metrics": "Metrics",
    "oidc": "Sign-in providers",
    "s3": "Files in S3",
    "server": "The command `chatrooms` and its server",
}
IN_PAGE = ("accounts", "media")
"""Those whose parts of the interface are hidden without them."""


def lacks(extra: str) -> bool:
    """Return whether a part is not installed."""
    return any(_is_absent(module) for module in MODULES[extra])


def absent(extra: str) -> str:
    """Return the sentence that says what is missing without a part, and how to add it."""
    return f"{PURPOSES[extra]} are not installed: run `pip install 'chatrooms[{extra}]'`."


def require(extra: str) -> None:
    """Raise `NotInstalled` unless a part is installed."""
    if lacks(extra):
        raise NotInstalled(absent(extra))


@cache
def _is_absent(module: str) -> bool:
    return find_spec(module) is None

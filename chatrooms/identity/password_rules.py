"""Which passwords are accepted: of 8 characters, and not easy to guess (ASVS 5, 6.2; NIST SP 800-63B, 3.1.1)."""

from __future__ import annotations

import logging
from pathlib import Path

from chatrooms import breaches, precis
from chatrooms.errors import Invalid, Unavailable

FEWEST, MOST = 8, 256
ESTIMATED = 16
"""How many characters are looked at: with more, zxcvbn can take seconds for some, and these alone must be strong."""
PROFILE = "OpaqueString"
SCORE = 2
"""Of zxcvbn: more than a million guesses; signing in allows a few thousand a day."""

log = logging.getLogger(__name__)


def normal(password: str) -> str:
    """Return a password in its one form, however its characters were typed (RFC 8265, 4.2).

    What has none stays as it is: it matches no password.
    """
    try:
        return str(precis.profile(PROFILE).enforce(password))
    except UnicodeEncodeError:
        return password


def require_good(password: str, about: list[str], breached: str = "") -> None:
    """Raise `Invalid` if a password is too short, easy to guess, also from the names that it is ``about``, or breached.

    This can take 70 ms. ``breached`` is the path of a file of those of known breaches, if there is one; raises
    `Unavailable` if it cannot be read.
    """
    try:
        precis.profile(PROFILE).enforce(password)
    except UnicodeEncodeError:
        raise Invalid("A password cannot have control characters.", field="password") from None
    if len(password) < FEWEST:
        raise Invalid(f"A password has at least {FEWEST} characters.", field="password")
    _require_strong(password, about)
    if breached:
        _require_unbreached(password, Path(breached))


def _require_strong(password: str, about: list[str]) -> None:
    from zxcvbn import zxcvbn
    from zxcvbn.matching import RANKED_DICTIONARIES

    if password.lower() in RANKED_DICTIONARIES["passwords"]:  # the estimate is about its first characters alone
        raise Invalid("This is a very common password. Add a less common word or two.", field="password")

    words = [word for name in about for word in (*name.split(), "".join(name.split()))]
    estimate = zxcvbn(password[:ESTIMATED], words)
    if estimate["score"] < SCORE:
        warning = estimate["feedback"]["warning"] or "This password is easy to guess."
        raise Invalid(f"{warning} Add a less common word or two.", field="password")


def _require_unbreached(password: str, file: Path) -> None:
    try:
        is_known = any(breaches.contain(file, each) for each in {password, normal(password)})
    except (OSError, ValueError) as error:
        log.exception("passwords cannot be set: `breached_passwords` cannot be read")
        raise Unavailable("Passwords can't be set right now. Try again later.") from error
    if is_known:
        raise Invalid("This password is in the hands of others: it is in a list of breached ones.", field="password")

"""Which passwords are accepted: of 8 characters, and not easy to guess (ASVS 5, 6.2; NIST SP 800-63B, 3.1.1)."""

from __future__ import annotations

from chatrooms import precis
from chatrooms.errors import Invalid

FEWEST, MOST = 8, 256
ESTIMATED = 16
"""How many characters are looked at: with more, zxcvbn can take seconds for some, and these alone must be strong."""
PROFILE = "OpaqueString"
SCORE = 2
"""Of zxcvbn: more than a million guesses; signing in allows a few thousand a day."""


def normal(password: str) -> str:
    """Return a password in its one form, however its characters were typed (RFC 8265, 4.2).

    What has none stays as it is: it matches no password.
    """
    try:
        return str(precis.profile(PROFILE).enforce(password))
    except UnicodeEncodeError:
        return password


def require_strong(password: str, about: list[str]) -> None:
    """Raise `Invalid` if a password is too short or easy to guess, also from the names that it is ``about``.

    This can take 70 ms.
    """
    try:
        precis.profile(PROFILE).enforce(password)
    except UnicodeEncodeError:
        raise Invalid("A password cannot have control characters.", field="password") from None
    if len(password) < FEWEST:
        raise Invalid(f"A password has at least {FEWEST} characters.", field="password")
    from zxcvbn import zxcvbn

    words = [word for name in about for word in (*name.split(), "".join(name.split()))]
    estimate = zxcvbn(password[:ESTIMATED], words)
    if estimate["score"] < SCORE:
        warning = estimate["feedback"]["warning"] or "This password is easy to guess."
        raise Invalid(f"{warning} Add a word or two that are uncommon.", field="password")

"""How signing in at the provider fails; the messages say why, for the log."""

from __future__ import annotations


class Untrue(Exception):
    """What the provider, or somebody in its name, says does not hold."""


class UnknownKey(Untrue):
    """A key has signed it that is not among those we know of."""


class Unreachable(Exception):
    """The provider does not answer as providers do."""

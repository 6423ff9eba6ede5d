"""Proof by an OpenID provider: people sign in there, and it leads them back (OpenID Connect Core 1.0, RFC 9700).

An account of the provider belongs to a person who has connected it while signed in, or who came by it; never to one with
the same name or e-mail address.
"""

from __future__ import annotations

from chatrooms.identity.oidc import arriving, attempts, connecting, linked, newcomers
from chatrooms.identity.oidc.provider import Provider
from chatrooms.pipeline.feature import Feature

FEATURE = Feature(
    tables=(attempts.attempts, newcomers.newcomers, linked.linked),
    commands=(*arriving.COMMANDS, connecting.get),
    component=Provider,
)

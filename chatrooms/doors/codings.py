"""Content codings: in which form a client prefers a response (RFC 9110, 8.4.1 and 12.5.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipResponder, IdentityResponder
from starlette.types import ASGIApp, Receive, Scope, Send

BROTLI, GZIP, IDENTITY = "br", "gzip", "identity"
ALIASES = {"x-gzip": GZIP}
UNNAMED = 0.0001
"""How much a client wants a response as it is that does not mention that: less than anything that it does mention."""
_weight = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


def preferred(accepted: str, codings: Iterable[str]) -> str:
    """Return which of the ``codings``, the best first, an ``Accept-Encoding`` prefers; `IDENTITY` if it allows none."""
    weights = _weights(accepted)
    others = weights.get("*")
    wanted = {coding: weights.get(coding, others or 0) for coding in codings}
    wanted[IDENTITY] = weights.get(IDENTITY, UNNAMED if others is None else others)
    best = max(wanted, key=wanted.__getitem__)
    return best if wanted[best] else IDENTITY


def _weights(accepted: str) -> Mapping[str, float]:
    """Return how much each coding is wanted, from 0 to 1; what is no coding with a weight is left out."""
    weights = {}
    for member in accepted.lower().split(","):
        coding, has_weight, weight = (part.strip(" \t") for part in member.partition(";"))
        found = _weight.fullmatch(weight)
        if found or not has_weight:
            weights[ALIASES.get(coding, coding)] = float(found[1]) if found else 1.0
    return weights


class Compressed:
    """ASGI middleware that compresses responses of ``smallest`` bytes or more for the clients that prefer it."""

    def __init__(self, app: ASGIApp, smallest: int, level: int) -> None:
        self._app, self._smallest, self._level = app, smallest, level

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application, and compress its response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        accepted = ",".join(Headers(raw=scope["headers"]).getlist("accept-encoding"))
        if preferred(accepted, (GZIP,)) == GZIP:
            await GZipResponder(self._app, self._smallest, self._level)(scope, receive, send)
        else:
            await IdentityResponder(self._app, self._smallest)(scope, receive, send)

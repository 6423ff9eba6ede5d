"""Where a sign-in provider says that somebody has signed out there (OpenID Connect Back-Channel Logout 1.0, 2.5)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from chatrooms.doors import body
from chatrooms.doors.answers import refusal_of, refusal_response, response
from chatrooms.doors.callers import Callers
from chatrooms.errors import Internal, Invalid, Refusal
from chatrooms.identity.gate import Gate
from chatrooms.pipeline.entries import Entries

PLACE = "/oidc/logout"
BAD = {"error": "invalid_request"}
"""Of whatever is wrong with a token (2.8)."""
FIELDS = 20


class SignedOut:
    """Answers the provider as the standard says, by the entry `oidc.signed_out`."""

    def __init__(self, callers: Callers, gate: Gate, entries: Entries) -> None:
        self._callers, self._gate, self._entries = callers, gate, entries

    def routes(self) -> Iterator[BaseRoute]:
        """Yield the route."""
        yield Route(PLACE, self._answer, methods=["POST"])

    async def _answer(self, request: Request) -> Response:
        try:
            browser = self._gate.browser(self._callers.handshake(request))
            await self._entries.run("oidc.signed_out", await _form(request), browser)
        except Exception as error:
            return _refused(refusal_of(error, "signing out failed"))
        return response({})


async def _form(request: Request) -> dict[str, str]:
    try:
        return dict(parse_qsl(await body.text(request), max_num_fields=FIELDS))
    except ValueError:
        raise Invalid("That is not a form.", field="") from None


def _refused(refusal: Refusal) -> Response:
    """Return the one answer for all tokens that are not good; others if they could not be looked at."""
    is_ours = refusal.status >= Internal.status or "retry_after" in refusal.details
    return refusal_response(refusal) if is_ours else response(BAD, Invalid.status)

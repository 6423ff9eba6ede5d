"""What those who watch a server ask it: whether it is alive, whether it is ready, and how it fares."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from chatrooms.doors.answers import refusal_response, response
from chatrooms.errors import NotFound, NotInstalled, Unauthorized, Unavailable

SECONDS_TO_KEEP = 1.0
"""How long an answer is good for others, because strangers can ask, and each time costs a transaction."""

ENDING = {"server": "it is ending"}

Problems = Callable[[], Awaitable[dict[str, str]]]


class Health:
    """Serves ``/healthz`` and ``/readyz``, and ``/metrics`` to those who have the ``token``, if there is one.

    What is ``degraded`` is only named: a load balancer that turned away from every server without a bus would turn away
    from all at once, though all serve people.
    """

    def __init__(
        self,
        problems: Problems,
        degraded: Sequence[Callable[[], dict[str, str]]],
        metrics: Callable[[], Awaitable[tuple[bytes, str]]],
        token: str,
        *,
        is_ending: Callable[[], bool],
    ) -> None:
        self._problems, self._degraded, self._metrics = problems, degraded, metrics
        self._token, self._is_ending = token, is_ending
        self._asking: asyncio.Task[dict[str, str]] | None = None
        self._asked_at = 0.0

    def routes(self) -> Iterator[BaseRoute]:
        """Yield the routes."""
        yield Route("/healthz", self._alive)
        yield Route("/readyz", self._ready)
        yield Route("/metrics", self._measured)

    async def _alive(self, _request: Request) -> Response:
        return response({"ok": True})

    async def _ready(self, _request: Request) -> Response:
        problems = ENDING if self._is_ending() else await self._latest()
        if not problems:
            degraded = {name: problem for each in self._degraded for name, problem in each().items()}
            return response({"ok": True, "degraded": degraded} if degraded else {"ok": True})
        first, problem = next(iter(problems.items()))
        return refusal_response(Unavailable(f"The server is not ready. The {first}: {problem}.", **problems))

    async def _latest(self) -> dict[str, str]:
        """Ask what is wrong, unless somebody just did; those who ask at once share an answer."""
        asking, loop = self._asking, asyncio.get_running_loop()
        is_old = time.monotonic() - self._asked_at > SECONDS_TO_KEEP
        if asking is None or asking.get_loop() is not loop or (asking.done() and is_old) or _failed(asking):
            self._asked_at = time.monotonic()
            asking = self._asking = loop.create_task(self._ask())
        return await asyncio.shield(asking)

    async def _ask(self) -> dict[str, str]:
        return await self._problems()

    async def _measured(self, request: Request) -> Response:
        if not self._token:
            return refusal_response(NotFound("The server has no setting `metrics_token`."))
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
            return refusal_response(Unauthorized("Give the `metrics_token` as a bearer token."))
        try:
            text, kind = await self._metrics()
        except NotInstalled as error:
            return refusal_response(error)
        return PlainTextResponse(text, headers={"Cache-Control": "no-store"}, media_type=kind)


def _failed(asking: asyncio.Task[dict[str, str]]) -> bool:
    return asking.done() and (asking.cancelled() or asking.exception() is not None)

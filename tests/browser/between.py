"""A proxy between page and server that can delay or refuse responses to `history`, and cut the connection."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

from playwright.async_api import Page, WebSocketRoute

REFUSAL = {"ok": False, "error": {"code": "unavailable", "message": "Not now.", "details": {}}}


class Between:
    """Passes everything on, unless the test says otherwise."""

    def __init__(self) -> None:
        self.holds = False
        self.about = ""
        """What is in the requests that it concerns."""
        self.refuses = 0
        self.resets = 0
        self.is_holding = asyncio.Event()
        self._is_down = False
        self._held: list[Callable[[], None]] = []
        self._near: list[WebSocketRoute] = []

    async def stand(self, page: Page) -> None:
        await page.route_web_socket("**/socket.io/**", self._connect)

    async def take_down(self) -> None:
        """Cut the existing connections, and new ones until it is restored."""
        self._is_down = True
        near, self._near = self._near, []
        for socket in near:
            await socket.close()

    def put_up(self) -> None:
        self._is_down = False

    def let_go(self) -> None:
        """Release what was delayed."""
        held, self._held, self.holds = self._held, [], False
        self.is_holding.clear()
        for send in held:
            send()

    async def _connect(self, near: WebSocketRoute) -> None:
        if self._is_down:
            await near.close()
            return
        far = near.connect_to_server()
        self._near.append(near)
        asked: set[str] = set()

        def to_server(frame: str | bytes) -> None:
            head, _, rest = str(frame).partition("[")
            if rest.startswith('"history"') and self.about in rest:
                asked.add(f"43{head[2:]}")
            far.send(frame)

        def to_page(frame: str | bytes) -> None:
            head, _, rest = str(frame).partition("[")
            self.resets += '"reset":["' in rest
            if head not in asked:
                near.send(frame)
            elif self.refuses:
                self.refuses -= 1
                near.send(f"{head}{json.dumps([REFUSAL])}")
            elif self.holds:
                self._held.append(lambda: near.send(frame))
                self.is_holding.set()
            else:
                near.send(frame)

        near.on_message(to_server)
        far.on_message(to_page)

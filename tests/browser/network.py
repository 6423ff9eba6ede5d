"""Cutting the network, and a server that refuses messages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from playwright.async_api import WebSocketRoute

from tests.browser.visitor import Visitor
from tests.servers import RunningServer


async def cut_off(visitor: Visitor, server: RunningServer) -> None:
    """Cut the network, including open connections."""
    await visitor.context.set_offline(True)


async def refuse_posts(visitor: Visitor) -> set[str]:
    """Refuse messages between page and server, until the set is cleared."""
    refused = {"message.post"}

    def stand_between(page: WebSocketRoute) -> None:
        server = page.connect_to_server()

        def pass_on(frame: str | bytes) -> None:
            packet = re.match(r'42(\d+)\["([^"]+)"', str(frame))
            if packet and packet[2] in refused:
                error = {"code": "forbidden", "message": "Not now.", "details": {}}
                page.send(f"43{packet[1]}" + json.dumps([{"ok": False, "error": error}]))
            else:
                server.send(frame)

        page.on_message(pass_on)

    await visitor.page.route_web_socket("**/socket.io/**", stand_between)
    return refused


async def swallowing(visitor: Visitor) -> Callable[[], None]:
    """Put a relay between the next page and its server; return what kills its open connections without closing them."""
    dead: set[WebSocketRoute] = set()
    alive: set[WebSocketRoute] = set()

    def stand_between(page: WebSocketRoute) -> None:
        server = page.connect_to_server()
        alive.add(page)
        page.on_message(lambda frame: None if page in dead else server.send(frame))
        server.on_message(lambda frame: None if page in dead else page.send(frame))
        page.on_close(lambda _code, _reason: None)
        server.on_close(lambda _code, _reason: None)

    await visitor.page.route_web_socket("**/socket.io/**", stand_between)
    return lambda: dead.update(alive)

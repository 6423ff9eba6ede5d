"""python-socketio's own client."""

from __future__ import annotations

from contextlib import asynccontextmanager

import aiohttp
import socketio


@asynccontextmanager
async def connected(url, *namespaces, auth=None, transports=("websocket",)):
    """A client of python-socketio, with all that it hears."""
    async with aiohttp.ClientSession() as http:
        client = socketio.AsyncClient(reconnection=False, http_session=http)
        client.heard = []
        client.on("*", lambda *given: client.heard.append(given), namespace="*")
        await client.connect(url, namespaces=[*(namespaces or "/")], auth=auth, transports=list(transports))
        try:
            yield client
        finally:
            await client.disconnect()

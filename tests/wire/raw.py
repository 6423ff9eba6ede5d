"""Clients that speak raw Engine.IO packets, and may break every rule."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from urllib.parse import urlsplit

import aiohttp

PATH = "/socket.io/"
PATIENCE = 20


class Raw:
    """Makes raw requests and connections to one server."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self.url, self.http = url, http

    async def request(self, method: str, body: str | bytes | None = None, **query) -> tuple[int, str]:
        """Status and body of the answer to a request with exactly this query."""
        query = {name: str(value) for name, value in query.items()}
        async with self.http.request(method, self.url + PATH, params=query, data=body) as answer:
            return answer.status, await answer.text()

    async def open(self) -> Polling:
        """A new session by polling."""
        status, body = await self.request("GET", EIO=4, transport="polling")
        assert status == 200
        return Polling(self, json.loads(body[1:]))

    async def join(self, auth: object = None) -> Polling:
        """A session by polling that is in the main namespace."""
        session = await self.open()
        await session.post("40" + ("" if auth is None else json.dumps(auth)))
        assert (await session.get())[1].startswith("40")
        return session

    async def websocket(self, sid: str | None = None, **query) -> WebSocket:
        """A WebSocket, with its handshake read unless it is of an existing session."""
        query = (query or {"EIO": "4", "transport": "websocket"}) | ({"sid": sid} if sid else {})
        ws = WebSocket(await self.http.ws_connect(self.url + PATH, params=query))
        if sid is None:
            ws.handshake = json.loads((await ws.read())[1:])
        return ws

    async def join_websocket(self, auth: object = None) -> WebSocket:
        """A WebSocket that is in the main namespace."""
        ws = await self.websocket()
        await ws.send("40" + ("" if auth is None else json.dumps(auth)))
        assert (await ws.read()).startswith("40")
        return ws

    async def bare(self) -> socket.socket:
        """A TCP connection."""
        host = urlsplit(self.url)
        sock = socket.socket()
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, (host.hostname, host.port))
        return sock

    async def bare_websocket(self, receive_buffer: int | None = None) -> socket.socket:
        """A TCP connection upgraded to a WebSocket in the main namespace, of which nothing is read any more."""
        sock = await self.bare()
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        await send(sock, handshake(f"{PATH}?EIO=4&transport=websocket"))
        await receive_until(sock, b'"maxPayload"')
        await send(sock, frame("40"))
        await receive_until(sock, b'40{"sid"')
        return sock


class Polling:
    """A session by polling."""

    def __init__(self, raw: Raw, handshake: dict) -> None:
        self.raw, self.handshake, self.sid = raw, handshake, handshake["sid"]

    async def get(self) -> tuple[int, str]:
        return await self.raw.request("GET", EIO=4, transport="polling", sid=self.sid)

    async def post(self, body: str | bytes) -> tuple[int, str]:
        return await self.raw.request("POST", body, EIO=4, transport="polling", sid=self.sid)


class WebSocket:
    """A WebSocket."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws, self.handshake = ws, {}

    async def send(self, packet: str | bytes) -> None:
        await (self.ws.send_str(packet) if isinstance(packet, str) else self.ws.send_bytes(packet))

    async def read(self) -> str | bytes | None:
        """The next packet; None if the connection was closed."""
        message = await self.ws.receive(timeout=PATIENCE)
        return message.data if message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY) else None

    async def closed(self) -> int | None:
        """Wait for the end; the code that the server closed with."""
        while await self.read() is not None:
            pass
        return self.ws.close_code

    async def close(self) -> None:
        await self.ws.close()


async def expecting(url: str, path: str, size: int, *fields: str) -> bytes:
    """What comes first when a POST announces a body of ``size`` bytes and waits to be asked for it."""
    host = urlsplit(url)
    head = (
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        "Expect: 100-continue",
        f"Content-Length: {size}",
        *fields,
        "",
        "",
    )
    reader, writer = await asyncio.open_connection(host.hostname, host.port)
    writer.write("\r\n".join(head).encode())
    async with asyncio.timeout(PATIENCE):
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        answer += await reader.readexactly(length)
    writer.close()
    return answer


def reset(sock: socket.socket) -> None:
    """End a connection with RST."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def handshake(path: str) -> bytes:
    """The request of a WebSocket."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


def frame(packet: str) -> bytes:
    """A short packet as a client's frame, masked with zeros."""
    data = packet.encode()
    size = bytes((0x80 | len(data),)) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big")
    return b"\x81" + size + b"\0\0\0\0" + data


async def send(sock: socket.socket, data: bytes) -> None:
    await asyncio.get_running_loop().sock_sendall(sock, data)


async def receive_until(sock: socket.socket, wanted: bytes) -> bytes:
    """What comes, up to what is wanted."""
    got = b""
    while wanted not in got:
        chunk = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(sock, 65536), PATIENCE)
        assert chunk, got
        got += chunk
    return got

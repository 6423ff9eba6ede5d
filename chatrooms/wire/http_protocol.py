"""uvicorn's HTTP, bounded in bytes and in time, with its transport in reach of the application.

It passes each `Exchange`, or the WebSocket's protocol, to the application in the scope's ``extensions``. Without it
everything works through plain ASGI: slower, with the limits of another server, and a client that does not read can be
forgotten but not cut off.
"""

from __future__ import annotations

import asyncio
from functools import partial
from http import HTTPStatus
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from chatrooms.wire import handshake, pacing
from chatrooms.wire.connection_limits import Slot
from chatrooms.wire.deadline import Deadline
from chatrooms.wire.exchange import Exchange
from chatrooms.wire.flow import Flow
from chatrooms.wire.http_parsing import HttpParsing
from chatrooms.wire.limits import SECONDS_TO_ASK
from chatrooms.wire.refusal import Refused, refusal
from chatrooms.wire.requests import EXTENSION
from chatrooms.wire.unsent import Unsent
from chatrooms.wire.websocket_protocol import WebSocketProtocol

SECONDS_TO_SEND = 20.0
LEAST_SENT = 10_000
"""Bytes of a body that have to come in each `SECONDS_TO_SEND` in which the server reads."""
SECONDS_TO_ARRIVE = 0.5
"""How long a server that ends waits for the first request of a connection that it has accepted."""
SECONDS_TO_LINGER = 1.0
LINGER = 64 * 1024
"""Bytes that are read and discarded after a refusal, so that the client gets to read it (RFC 9112, 9.6)."""
PIECE = 1024
"""Bytes that are parsed before the requests in them are counted: a few short ones may wait for an answer."""
CHUNKS = 500
"""How many chunks of a body are parsed at once, which is a millisecond; then it is the turn of others."""


class HttpProtocol(HttpParsing):
    """A connection on which requests are parsed piece by piece, when it is their turn.

    What the client has to send has a deadline and, beside bodies, a limit; bodies are limited by the application, and
    paused when it does not read them. What the client does not read ends the connection. Requests that are sent
    before others are answered wait, a few of them parsed.
    """

    exchange: Exchange | None = None
    slot: Slot | None = None
    _unread: bytes | memoryview = b""
    _received = 0
    _ending = _held = _is_last = _queued = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self.flow = Flow(transport, self._resumed)
        self._unsent = Unsent(transport, self.loop)
        self._deadline = Deadline(self.loop, transport.abort, self.slot)
        self._deadline.set(SECONDS_TO_ASK, self._ask_no_more)

    def data_received(self, data: bytes) -> None:
        """Read a request when it is its turn: many clients at once do not delay the others."""
        self._received += len(data)
        if self._ending:
            if self._received > LINGER:
                self._close()
            return
        self._unread = b"".join((self._unread, data)) if self._unread else data
        if not pacing.of_requests(self.loop).call(self._read):
            self.transport.pause_reading()

    def _read(self) -> None:
        """Parse what has come, as far as the application keeps up."""
        if self.transport.is_closing() or self._queued:
            return
        if len(self._unread) > PIECE:
            self._unread = memoryview(self._unread)
        most = self._measure.chunks + CHUNKS
        while self._unread and self._keeps_up():
            if self._measure.chunks > most:
                self._queue()
                return
            piece, self._unread = self._unread[:PIECE], self._unread[PIECE:]
            self._parse(piece)
        if self.transport.is_closing() or self._ending:
            return
        self._held = not self._keeps_up()
        if self._held:
            self.transport.pause_reading()
        else:
            self.transport.resume_reading()
            if self._measure.in_body and not self._deadline:
                self._expect_body()

    def _queue(self) -> None:
        """Read on in turn with the others of the network: a body in many small chunks does not delay anybody else."""
        self._queued = True
        self.transport.pause_reading()
        client = self.scope["client"]  # the real one, if it came through a proxy
        pacer = pacing.of_slices(self.loop, client[0] if client else "")
        self.loop.call_soon(pacer.call, self._take_turn)

    def _take_turn(self) -> None:
        self._queued = False
        self._read()

    def _resumed(self) -> None:
        """Go on; the client could send nothing meanwhile, so its time begins anew."""
        if self._measure.in_body:
            self._deadline.clear()
        self.loop.call_soon(self._read)

    def _keeps_up(self) -> bool:
        return not (self.flow.read_paused or self.pipeline or self._ending or self.transport.is_closing())

    def _parse(self, piece: bytes | memoryview) -> None:
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(piece)
            self._measure.fed(len(piece))
        except httptools.HttpParserUpgrade as upgrade:
            self._unread = b"".join((piece[upgrade.args[0] :], self._unread))
            if self._should_upgrade():
                self.handle_websocket_upgrade()
        except Refused as refused:
            self._refuse(refused.status)
        except httptools.HttpParserError as error:
            reason = error.__context__
            self._refuse(reason.status if isinstance(reason, Refused) else HTTPStatus.BAD_REQUEST)

    def on_headers_complete(self) -> None:
        """Run the application; from here on the client may wait."""
        self._deadline.clear()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Wait for nothing but, if it is answered already, the next request."""
        if not self._answered():
            self._deadline.clear()
        super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self.exchange = Exchange(self, cycle)
        scope: Any = cycle.scope
        scope.setdefault("extensions", {})[EXTENSION] = self.exchange
        if self._is_last:
            cycle.keep_alive = False
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """Wait for the next request, unless it is there."""
        super().on_response_complete()
        if self._held and not self.pipeline:
            self.loop.call_soon(self._read)
        if self.transport.is_closing():
            self._unsent.watch()
        elif self._answered():
            if self._measure.in_body and self.expect_100_continue:
                self._end()  # the client may or may not send the body now (RFC 9110, 10.1.1)
            else:
                self._deadline.set(SECONDS_TO_ASK, self._ask_no_more)

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over, with all that has come."""
        self._ending = True
        self._deadline.clear()
        self._unsent.stop()
        self.connections.discard(self)
        protocol: Any = self.ws_protocol_class(  # type: ignore[misc, call-arg]
            config=self.config, server_state=self.server_state, app_state=self.app_state
        )
        accept = None
        if isinstance(protocol, WebSocketProtocol):
            protocol.slot = self.slot
            accept = self._accept()
        self.transport.resume_reading()
        protocol.connection_made(self.transport)
        if accept:
            protocol.begin(self._target, self.headers, accept)
        else:
            fields = b"".join(b"%s: %s\r\n" % field for field in self.headers)
            protocol.data_received(b"%s %s HTTP/1.1\r\n%s\r\n" % (self.parser.get_method(), self._target, fields))
        self.transport.set_protocol(protocol)
        rest, self._unread = bytes(self._unread), b""
        if rest:
            protocol.data_received(rest)

    def _accept(self) -> bytes | None:
        """Return the answer to a plain handshake; None if websockets is to read it."""
        if self.parser.get_method() != b"GET" or not self._target.isascii():
            return None
        return handshake.answer(self.headers, extensible=self.config.ws_per_message_deflate)

    def pause_writing(self) -> None:
        """Note that the client does not keep up."""
        super().pause_writing()
        self._unsent.watch()

    def resume_writing(self) -> None:
        """Note that the client has read everything."""
        self._unsent.stop()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection without a request."""
        if not self.transport.is_closing():
            self._close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Release everything."""
        super().connection_lost(exc)
        self._forget()
        self._unsent.stop()
        if self.slot:
            self.slot.release()

    def shutdown(self) -> None:
        """End, and end what waits on this connection; a first request may be on its way, and is answered."""
        if self.cycle is None and not self._ending:
            self._is_last = True
            self._deadline.set(SECONDS_TO_ARRIVE, self._close)
            return
        super().shutdown()
        if self.exchange:
            self.exchange.ending()

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer and end; without an answer if one has begun, or if there are others to be given before."""
        if self.transport.is_closing():
            return
        begun = self.cycle and self.cycle.response_started
        mine = self.exchange and self.exchange.cycle is self.cycle
        if (mine and not begun) if self._measure.in_body else self._answered():
            self.transport.write(refusal(status))
        self._end()

    def _end(self) -> None:
        """Close, and give the client some time to read what it was sent."""
        self._ending, self._received = True, 0
        self._forget()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.transport.resume_reading()
        self._deadline.set(SECONDS_TO_LINGER, self._close)

    def _close(self) -> None:
        self.transport.close()
        self._unsent.watch()

    def _forget(self) -> None:
        """Drop the requests."""
        self._deadline.clear()
        self._unset_keepalive_if_required()
        self.pipeline.clear()
        self._unread = b""
        if self.exchange:
            self.exchange.leave()
            self.exchange = None

    def _ask_no_more(self) -> None:
        """End a connection whose request did not come."""
        if self._measure.begun and self._answered() and not self._measure.in_body:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self._close()

    def _expect_body(self) -> None:
        self._deadline.set(SECONDS_TO_SEND, partial(self._check_body, self._received))

    def _check_body(self, mark: int) -> None:
        """End a connection whose body comes too slowly, unless it is the application that does not take it in."""
        if self._keeps_up() and not self._queued and self._received - mark < LEAST_SENT:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self._expect_body()

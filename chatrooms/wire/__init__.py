"""Socket.IO on python-socketio's handlers and uvicorn's transports; knows nothing of chat, usable alone.

A server that sends each message to everyone in its room, with binary data or without::

    import socketio

    from chatrooms.wire import Server

    sio = Server()
    app = socketio.ASGIApp(sio)


    @sio.event
    async def connect(sid, environ, auth):
        await sio.save_session(sid, {"name": auth["name"]})
        await sio.enter_room(sid, "lobby")


    @sio.event
    async def say(sid, text):
        async with sio.session(sid) as session:
            await sio.emit("said", {"by": session["name"], "text": text}, to="lobby")
        return "sent"

Save it as ``example.py`` and run it on the transports of this package, with the limits of this package::

    uvicorn example:app --http chatrooms.wire.protocols:HttpProtocol --ws chatrooms.wire.protocols:WebSocketProtocol \
--ws-max-size 131072 --ws-per-message-deflate false --no-server-header

Any other ASGI server works too; it is slower, and has its own limits below the application. A `Server` is an ASGI
application by itself: ``Mount("/socket.io", sio)``. Call ``await sio.shutdown()`` at the end, and ``sio.eio.begin()``
to accept clients again after that; the lifespan of a `Server` does both.

What python-socketio's users find:

=========================================  ============================================================================
The same                                   ``@sio.event``, ``@sio.on``, catch-all handlers, namespaces and namespace
                                           classes, ``emit``, ``send``, ``call``, rooms, sessions, callbacks,
                                           ``disconnect``, ``start_background_task``, ``sleep``, ``handle_request``,
                                           bytes anywhere in events and acknowledgements
``emit`` without ``to`` and ``room``       everyone in the namespace, as there
``emit(to=None)``, ``""``, ``[]``, ``0``   no one (there: everyone)
Origins                                    the server's own, unless ``cors_allowed_origins`` lists others, as there
Connect handlers                           10 seconds (``join_timeout``); one that fails is answered with an error
Wrong number of arguments                  the event is refused, and nothing is logged as an error
Packets and bodies                         128 KiB, attachments included (``Limits``; there: 1,000,000 bytes)
Attachments                                10 in a packet, within 10 seconds (``Limits``)
Handlers at the same time                  100 for each client, then its events wait (``Limits``)
A client that does not read                is closed after 10 seconds or 1 MiB (``Limits``)
Volatile events to more than 32 sockets    are gathered for up to 20 ms, and go out with what is sent meanwhile
``environ``                                a read-only mapping, with the client's real address
JSON                                       orjson: strict UTF-8, no NaN
Several processes, ``client_manager``      no: rooms are kept in one process
JSONP, msgpack, Admin UI, ``cookie``       no
=========================================  ============================================================================

From the client inwards: `listener` and `connection_limits`, `http_parsing`, `http_protocol` and `websocket_protocol`
(uvicorn's, bounded, with their transports in reach), `requests`, `origins`, `polling` and `websocket` (the transports),
`socket` (one Engine.IO session), `engine` (all of them), `session_limits`, `dispatch` and `server` (Socket.IO),
`manager` (rooms).

A message over a WebSocket comes by `websocket_reader` (its frames by `frames`), `websocket_protocol`,
`Socket.receive` and `Dispatcher`, which decodes it with `packets` and calls the handler. What the handler emits goes
by `Server`, `Manager` with its `turns`, `message` and `Socket.send` to the protocols of the recipients, which collect
it for one write by `outgoing`; the acknowledgement by `Socket.send` alone.
"""

from chatrooms.wire.limits import Limits
from chatrooms.wire.namespaces import Namespace
from chatrooms.wire.origins import checked_before
from chatrooms.wire.server import Server

__all__ = ["Limits", "Namespace", "Server", "checked_before"]

"""Our uvicorn protocols by the names that hosts give on the command line of uvicorn.

``uvicorn app:app --http chatrooms.wire.protocols:HttpProtocol --ws chatrooms.wire.protocols:WebSocketProtocol``
"""

from chatrooms.wire.http_parsing import HttpParsing
from chatrooms.wire.http_protocol import HttpProtocol
from chatrooms.wire.websocket_protocol import WebSocketProtocol
from chatrooms.wire.websocket_reader import WebSocketReader

__all__ = ["HttpParsing", "HttpProtocol", "WebSocketProtocol", "WebSocketReader"]

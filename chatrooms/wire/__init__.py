"""Socket.IO as we need it, on python-socketio's handlers and uvicorn; knows nothing of chat, reusable alone.

From the client inwards: `acceptor` and `gate` (who may connect), `http_protocol` and `websocket_protocol` (uvicorn's,
bounded, with their transports in reach), `requests`, `polling` and `websocket` (the two transports), `socket` (one
Engine.IO session), `engine` (all of them), `server` (Socket.IO), `manager` (rooms).
"""

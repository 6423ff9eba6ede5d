"""Socket.IO as we need it: room manager and server; knows nothing of chat, reusable alone."""

"""The doors to the chat: Socket.IO, HTTP, the browser client's files, and the documentation."""

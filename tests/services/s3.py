"""A real server of S3's protocol (moto's), and a door before it that can fail as servers do."""

from __future__ import annotations

import http.client
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from moto.server import ThreadedMotoServer

STATUS = {"full": 507, "503": 503}
MOST_SILENT = 60


@contextmanager
def bucket() -> Iterator[str]:
    """Start a server with the bucket ``files``, and return its address."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/files", method="PUT")).close()
    try:
        yield endpoint
    finally:
        server.stop()


def variables(endpoint: str) -> dict[str, str]:
    """Return the variables by which the server's library finds it."""
    return {
        "AWS_ENDPOINT": endpoint,
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "y",
        "AWS_REGION": "us-east-1",
    }


class Door:
    """Passes requests on to a server, or fails: it is ``full``, answers ``503``, is ``gone``, or is ``silent``."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint, self.failing, self._over = endpoint, "", threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        """Stop serving."""
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        door = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.close_connection = True
                if door.failing == "silent":
                    door._over.wait(MOST_SILENT)
                elif door.failing in STATUS:
                    self.send_response(STATUS[door.failing])
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                elif not door.failing:
                    self.pass_on(body)

            def pass_on(self, body: bytes) -> None:
                there = http.client.HTTPConnection(urlsplit(door.endpoint).netloc)
                there.request(self.command, self.path, body, {**self.headers, "Connection": "close"})
                answered = there.getresponse()
                self.wfile.write(f"HTTP/1.1 {answered.status} {answered.reason}\r\n".encode())
                for name, value in answered.getheaders():
                    if name.lower() not in {"transfer-encoding", "connection"}:
                        self.send_header(name, value)
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(answered.read())
                there.close()

            def log_message(self, *_given: object) -> None:
                """Log nothing."""

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer  # noqa: N815 - as the library calls them

        return Handler

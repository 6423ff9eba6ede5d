"""The answer to a request that breaks the rules of HTTP or is too large: a status and a line of text."""

from __future__ import annotations

from http import HTTPStatus


class Refused(Exception):
    """A request is answered with ``status``, and the connection ends."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


def refusal(status: HTTPStatus) -> bytes:
    """Return the whole answer, head and body."""
    text = status.phrase.encode()
    head = b"HTTP/1.1 %d %s\r\ncontent-type: text/plain\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
    return head % (status, text, len(text)) + text

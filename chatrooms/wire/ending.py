"""How an Engine.IO session ends."""

from __future__ import annotations

from dataclasses import dataclass

from chatrooms.wire.message import CLOSE, NOOP, Message


@dataclass(frozen=True)
class Ending:
    """How a session ends: why, with which WebSocket close code, and what answers a poll.

    patient: a polling client that is not polling now is answered when it polls again.
    abort: the transport is cut off, and nothing is sent.
    name: tells those apart that clients are given the same reason for.
    """

    reason: str
    code: int = 1000
    poll: Message = NOOP
    patient: bool = False
    abort: bool = False
    name: str = ""


LEFT = Ending("transport close", name="left")
CLOSED_BY_CLIENT = Ending("client disconnect", patient=True, name="closed by the client")
CLOSED_BY_SERVER = Ending("server disconnect", poll=CLOSE, patient=True, name="closed by the server")
RESTART = Ending("server disconnect", code=1012, name="restart")
SILENT = Ending("ping timeout", poll=CLOSE, name="no answer to a ping")
MISTAKEN = Ending("transport error", code=1002, poll=CLOSE, name="mistaken")
TOO_LARGE = Ending("transport error", code=1009, poll=CLOSE, name="too large")
NOISY = Ending("transport error", code=1008, poll=CLOSE, name="too many refusals")
SLOW = Ending("transport error", abort=True, name="did not read")

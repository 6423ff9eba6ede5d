"""Several processes that share a port, each a node of the chat: more than one processor at work for it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import time
from contextlib import ExitStack, closing
from functools import partial

from sqlalchemy import make_url

from chatrooms.cli import logs, readiness
from chatrooms.cli.opening import Unable
from chatrooms.cli.serve import Worker, listen, serve_on
from chatrooms.settings import Settings

SECONDS_TO_RESTART = 1.0
SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}

log = logging.getLogger(__name__)


def serve(settings: Settings) -> None:
    """Run the workers until SIGINT or SIGTERM, and start again those that end; raises `Unable`."""
    if make_url(settings.database_url).get_backend_name() == "sqlite":
        raise Unable("workers: SQLite has one server; for several workers, use PostgreSQL (setting: database)")
    logs.configure(settings)
    with ExitStack() as ending:
        sockets = [ending.enter_context(closing(each)) for each in _listening(settings)]
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        Workers(settings, sockets).run()


def _listening(settings: Settings) -> list[socket.socket]:
    """Return a socket for each worker, at the same port; the system divides the connections between them.

    They stay open, so that connections wait for a worker that starts again.
    """
    first = listen(settings.host, settings.port, shared=True)
    port: int = first.getsockname()[1]
    return [first, *(listen(settings.host, port, shared=True) for _ in range(settings.workers - 1))]


class Workers:
    """The processes, each with a socket."""

    def __init__(self, settings: Settings, sockets: list[socket.socket]) -> None:
        self._settings, self._sockets = settings, sockets
        self._running: dict[int, int] = {}
        self._status = 0
        self._ending = False
        self._lives, self._life = os.pipe()

    def run(self) -> None:
        """Start the first one, and the others once it runs; return, or exit, once all have ended."""
        ready, is_ready = os.pipe()
        self._start(0, is_ready)
        os.close(is_ready)
        if os.read(ready, 1):
            readiness.tell()
            for which in range(1, len(self._sockets)):
                self._start(which)
        while self._running:
            self._handle(signal.sigwait(SIGNALS))
        if self._status:
            sys.exit(self._status)

    def _handle(self, number: int) -> None:
        if number != signal.SIGCHLD:
            self._end()
            return
        for process, which in list(self._running.items()):
            ended, status = os.waitpid(process, os.WNOHANG)
            if ended:
                del self._running[process]
                self._ended(which, os.waitstatus_to_exitcode(status))

    def _ended(self, which: int, status: int) -> None:
        """Start a worker again, unless all are to end, or it cannot run at all."""
        if status > 0:
            self._status = status
            self._end()
        elif not self._ending:
            log.error("a worker ended (%s) and is started again", status)
            time.sleep(SECONDS_TO_RESTART)
            self._start(which)

    def _end(self) -> None:
        self._ending = True
        for each in self._sockets:  # a worker closes its own when it has accepted those that wait
            each.close()
        for process in self._running:
            os.kill(process, signal.SIGTERM)

    def _start(self, which: int, is_ready: int | None = None) -> None:
        process = os.fork()
        if process:
            self._running[process] = which
            return
        status = 1
        try:
            os.close(self._life)
            for other in self._sockets[:which] + self._sockets[which + 1 :]:
                other.close()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            status = _work(self._sockets[which], self._settings, self._lives, is_ready)
        finally:
            os._exit(status)


def _work(listening: socket.socket, settings: Settings, parent: int, is_ready: int | None) -> int:
    """Be a worker, and return its exit status."""
    import uvloop

    worker = Worker(parent, None if is_ready is None else partial(os.write, is_ready, b"1"))
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve_on(listening, settings, worker))
    except Unable as error:
        print(f"chatrooms: {error}", file=sys.stderr, flush=True)  # noqa: T201
        return 2
    return 0

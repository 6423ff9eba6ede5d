"""The assignment of processes to cores, and the cores' usage."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

SATURATED = 0.95
DISTURBED = 0.10


@dataclass(frozen=True)
class Cores:
    """The server's core and the load's; None leaves it to the system. With one core both have the same."""

    server: int | None = None
    load: int | None = None

    @classmethod
    def of_this_machine(cls) -> Cores:
        """The last core for the server, the first for the load: interrupts usually come to the first."""
        cores = sorted(os.sched_getaffinity(0))
        return cls(cores[-1], cores[0])

    def pin_load(self) -> None:
        """Keep this process on the load's core."""
        if self.load is not None:
            os.sched_setaffinity(0, {self.load})

    @contextmanager
    def for_server(self) -> Iterator[None]:
        """Processes started meanwhile stay on the server's core."""
        before = os.sched_getaffinity(0)
        if self.server is not None:
            os.sched_setaffinity(0, {self.server})
        try:
            yield
        finally:
            os.sched_setaffinity(0, before)


@dataclass(frozen=True)
class Usage:
    """Shares of a core, 0 to 1: of the load, of the server, and of anything else on the server's core."""

    load: float
    server: float
    others: float

    @property
    def saturated(self) -> bool:
        """Whether the load may have been what limited the figure."""
        return self.load > SATURATED

    @property
    def disturbed(self) -> bool:
        """Whether something else took the server's core for a good part of the time."""
        return self.others > DISTURBED


class Meter:
    """How busy everything is from `start` to `stop`."""

    def __init__(self, pid: int, cores: Cores) -> None:
        self._process, self._core = psutil.Process(pid), cores.server
        self.start()

    def start(self) -> None:
        """Begin anew."""
        self._at, self._before = time.perf_counter(), self._now()

    def stop(self) -> tuple[float, Usage]:
        """Seconds since the start, and the usage in them."""
        seconds = time.perf_counter() - self._at
        load, server, busy = (
            (after - before) / seconds for before, after in zip(self._before, self._now(), strict=True)
        )
        return seconds, Usage(load, server, max(0.0, busy - server) if self._core is not None else 0.0)

    def _now(self) -> tuple[float, float, float]:
        times = self._process.cpu_times()
        return time.process_time(), times.user + times.system, _busy(self._core)


def _busy(core: int | None) -> float:
    """Seconds for which a core was not idle since the machine started (proc(5), /proc/stat)."""
    if core is None:
        return 0.0
    line = next(line for line in Path("/proc/stat").read_text().splitlines() if line.startswith(f"cpu{core} "))
    user, nice, system, _idle, _wait, irq, softirq, steal = map(int, line.split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")

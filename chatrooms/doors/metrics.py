"""How a server fares, in the format of Prometheus.

The parts of the server count in plain integers as they go, which costs next to nothing; only who asks pays for names
and text. There is nothing here of single people or rooms.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from chatrooms import extras, histogram
from chatrooms.errors import Unavailable
from chatrooms.histogram import Histogram
from chatrooms.pipeline import jobs
from chatrooms.pipeline.job_runner import Runner
from chatrooms.pipeline.pipeline import Pipeline
from chatrooms.storage.database import Database
from chatrooms.version import __version__
from chatrooms.wire.server import Server

if TYPE_CHECKING:
    from prometheus_client.core import Metric

    from chatrooms.pipeline.nodes.node import Node

SECONDS_BETWEEN = 0.25
"""How often the event loop is asked how late it is."""


class Lateness:
    """How late the event loop runs what is due, since `begin`."""

    def __init__(self) -> None:
        self.seconds = Histogram(histogram.SECONDS)
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Measure on the running loop, until `end`."""
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(SECONDS_BETWEEN, self._look, loop, loop.time() + SECONDS_BETWEEN)

    def end(self) -> None:
        """End."""
        if self._timer:
            self._timer.cancel()

    def _look(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        now = loop.time()
        self.seconds.note(max(0.0, now - due))
        self._timer = loop.call_later(SECONDS_BETWEEN, self._look, loop, now + SECONDS_BETWEEN)


class Metrics:
    """Collects what the parts of a server have counted; `text` returns it. A server that is alone is no ``node``."""

    def __init__(self, server: Server, pipeline: Pipeline, db: Database, runner: Runner, node: Node | None) -> None:
        self._server, self._pipeline, self._db, self._runner, self._node = server, pipeline, db, runner, node
        self.lateness = Lateness()

    async def text(self) -> tuple[bytes, str]:
        """Return the metrics, and their media type; raises `NotInstalled`."""
        extras.require("metrics")
        from prometheus_client import CollectorRegistry
        from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

        waiting: Mapping[str, int] | None = None
        with suppress(Unavailable):
            waiting = await self._pipeline.lookup(jobs.waiting)
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Collector(partial(self._collect, waiting)))
        return generate_latest(registry), CONTENT_TYPE_LATEST

    def _collect(self, waiting: Mapping[str, int] | None) -> Iterator[Metric]:
        yield _gauge("chatrooms_info", "The version that runs.", {(__version__,): 1}, "version")
        yield _gauge("chatrooms_sockets", "Sockets that are connected.", {(): self._server.sockets()})
        yield _gauge("chatrooms_rooms", "Rooms that have a socket in them.", {(): self._server.occupied_rooms()})
        yield _counter("chatrooms_sockets_ended", "Connections that ended.", _single(self._server.endings), "reason")
        done = self._pipeline.outcomes
        yield _counter("chatrooms_commands", "Commands that were run or refused.", done, "command", "outcome")
        writer = self._db.writer
        yield _histogram("chatrooms_batch_size", "Changes that were committed together.", writer.sizes)
        yield _histogram("chatrooms_commit_seconds", "Seconds from a batch's start to the disk.", writer.seconds)
        yield _gauge("chatrooms_writes_waiting", "Changes that wait for the writer.", {(): writer.waiting})
        yield _histogram("chatrooms_loop_late_seconds", "How late the event loop was.", self.lateness.seconds)
        runs = self._runner.runs
        yield _counter("chatrooms_jobs", "Runs of jobs, by `ok` or `failed`.", runs, "kind", "outcome")
        if waiting is not None:
            yield _gauge("chatrooms_jobs_due", "Jobs that are due and not done.", _single(waiting), "kind")
        if self._node:
            yield from _of_node(self._node)


def _of_node(node: Node) -> Iterator[Metric]:
    bus = node.bus
    yield _gauge("chatrooms_nodes", "Servers of this chat, as far as this one hears.", {(): node.count()})
    yield _histogram("chatrooms_bus_lag_seconds", "Until a heartbeat of this server came back to it.", bus.lag)
    yield _gauge("chatrooms_bus_silent_seconds", "Since anything came over the bus.", {(): bus.silent()})
    yield _counter("chatrooms_bus_dropped", "Messages that were not published.", {(): bus.dropped})
    yield _counter("chatrooms_bus_ignored", "Messages that no server of this chat has sent.", {(): bus.ignored})


class _Collector:
    def __init__(self, collect: Callable[[], Iterator[Metric]]) -> None:
        self.collect = collect


def _single(counts: Mapping[str, int]) -> dict[tuple[str, ...], int]:
    return {(name,): count for name, count in dict(counts).items()}


def _counter(name: str, doc: str, counts: Mapping[Any, int], *labels: str) -> Metric:
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(name, doc, labels=labels)
    for values, count in sorted(dict(counts).items()):
        family.add_metric(values, count)
    return family


def _gauge(name: str, doc: str, values: Mapping[Any, float], *labels: str) -> Metric:
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(name, doc, labels=labels)
    for which, value in sorted(values.items()):
        family.add_metric(which, value)
    return family


def _histogram(name: str, doc: str, found: Histogram) -> Metric:
    from prometheus_client.core import HistogramMetricFamily

    return HistogramMetricFamily(name, doc, buckets=list(found.buckets()), sum_value=found.sum)

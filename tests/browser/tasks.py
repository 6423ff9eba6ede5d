"""What a page takes of the processor, which does not depend on what else the machine does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Browser, Page

CATEGORIES = ["disabled-by-default-devtools.timeline", "__metadata"]
MICROSECONDS = 1000


@dataclass
class Tasks:
    """The tasks of a page's main thread: their milliseconds of processor time, once they are all over."""

    times: tuple[float, ...] = ()

    @property
    def longest(self) -> float:
        return max(self.times, default=0)

    @property
    def total(self) -> float:
        return sum(self.times)


@asynccontextmanager
async def tasks_of(browser: Browser, page: Page) -> AsyncIterator[Tasks]:
    """Trace the tasks of ``page`` while the context is open; Chromium only, a page at a time."""
    found = Tasks()
    await browser.start_tracing(page=page, categories=CATEGORIES)
    try:
        yield found
    finally:
        events = json.loads(await browser.stop_tracing())["traceEvents"]
        mains = {
            (event["pid"], event["tid"])
            for event in events
            if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
        }
        by_thread: dict[tuple[int, int], list[float]] = {main: [] for main in mains}
        for event in events:
            if event["name"] == "RunTask" and (thread := (event["pid"], event["tid"])) in mains:
                by_thread[thread].append(event.get("tdur", 0) / MICROSECONDS)
        found.times = tuple(max(by_thread.values(), key=sum, default=()))

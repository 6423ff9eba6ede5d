"""A browser for all browser tests, and people who use it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect

from chatrooms.doors.snapshot import Folder
from tests.browser import wheel
from tests.browser.visitor import Visitor
from tests.servers import RunningServer

PATIENCE_MS = 30_000
ARGUMENTS = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []

Arrive = Callable[..., Awaitable[Visitor]]


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return a folder that all workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="package", autouse=True)
def _bundles(shared_folder: Path) -> Iterator[None]:
    """Let all servers of these tests serve the bundles of a wheel, which load in half the time of modules."""
    folder = Folder(wheel.bundle(shared_folder), watched=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chatrooms.app.bundled", lambda: folder)
        yield


@pytest.fixture(scope="session")
async def browser(chromium_path: str) -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
async def person(browser: Browser, own_server: RunningServer) -> AsyncIterator[Arrive]:
    """Open a separate browser for a person and join: ``alice = await person("alice")``.

    At the end no console may show an error, whether of a script or of the content security policy.
    """
    visitors: list[Visitor] = []

    async def arrive(name: str, *, joined: bool = True, **options) -> Visitor:
        context = await browser.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        visitor = await Visitor.open(context, own_server.url, name)
        visitors.append(visitor)
        if joined:
            await visitor.join()
        return visitor

    yield arrive
    for visitor in visitors:
        await visitor.context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []

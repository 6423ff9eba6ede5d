"""Each service is real and responds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.async_api import async_playwright
from redis import ConnectionError as NoConnection
from redis import Redis
from sqlalchemy import create_engine, text

from . import chromium
from .postgres import fresh_database
from .redis import redis


async def test_chromium_runs_a_page(chromium_path: str, tmp_path: Path) -> None:
    page_file = tmp_path / "page.html"
    page_file.write_text("<p>1</p><script>document.querySelector('p').append([6, 7].reduce((a, b) => a * b))</script>")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=arguments)
        page = await browser.new_page()
        await page.goto(page_file.as_uri())
        assert await page.text_content("p") == "142"
        await browser.close()


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the programs that a search for Chromium runs; all of them fail."""
    tried: list[str] = []

    def fail(*command: str, **_: object) -> str:
        tried.append(command[0])
        raise chromium.Unavailable(f"no {command[0]}")

    monkeypatch.setattr(chromium, "run", fail)
    monkeypatch.setattr(chromium, "let_playwright_run", lambda: None)
    return tried


def test_chromium_is_not_installed_unless_asked(commands: list[str]) -> None:
    found, failures = chromium.search(install=False)
    assert found is None
    assert len(failures) == len(chromium.THERE)
    assert "apt-get" not in commands and not any("npm" in command for command in commands)


def test_when_chromium_cannot_be_installed_every_reason_is_given(commands: list[str]) -> None:
    found, failures = chromium.search(install=True)
    assert found is None
    for way in (*chromium.THERE, *chromium.INSTALLED):
        assert any(failure.startswith(f"- {way.__name__}: ") for failure in failures)


def test_postgres_keeps_what_is_committed(postgres_database: str) -> None:
    engine = create_engine(postgres_database)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE counter (room text PRIMARY KEY, rev bigint)"))
        connection.execute(text("INSERT INTO counter VALUES ('#lobby', 1)"))
    with engine.begin() as connection:
        rev = connection.scalar(text("UPDATE counter SET rev = rev + 1 WHERE room = '#lobby' RETURNING rev"))
    assert rev == 2
    engine.dispose()


def test_postgres_gives_every_test_a_database_of_its_own(postgres_url: str) -> None:
    with fresh_database(postgres_url) as one, fresh_database(postgres_url) as other:
        run(one, "CREATE TABLE here ()")
        run(other, "CREATE TABLE here ()")
        run(one, "DROP TABLE here")
        run(other, "TABLE here")


def test_redis_passes_messages_on(redis_url: str) -> None:
    with Redis.from_url(redis_url) as client, client.pubsub() as listener:
        listener.subscribe("chatrooms")
        assert listener.get_message(timeout=5)["type"] == "subscribe"
        client.publish("chatrooms", "#lobby")
        assert listener.get_message(timeout=5)["data"] == b"#lobby"


def test_redis_servers_are_apart_and_stop() -> None:
    with redis() as one, redis() as other, Redis.from_url(one.url) as here, Redis.from_url(other.url) as there:
        here.set("rev", 1)
        assert there.get("rev") is None
    with Redis.from_url(one.url) as gone, pytest.raises(NoConnection):
        gone.ping()


def run(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()

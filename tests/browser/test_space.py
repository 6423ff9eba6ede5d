"""How much space is left for files is said before it is used up."""

from __future__ import annotations

import os

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Arrive
from tests.browser.test_files import choose, file, send
from tests.servers import running


@pytest.fixture
async def own_server(tmp_path):
    async with running(tmp_path, file_quota=1) as started:
        yield started


async def test_what_is_left_is_said_while_attaching_and_in_the_settings(person: Arrive) -> None:
    alice = await person("alice")
    hint = alice.page.get_by_role("status").filter(has_text="left for files")
    await choose(alice, file("most.bin", os.urandom(850_000)))
    await send(alice)
    await choose(alice, file("small.bin", b"x"))
    await expect(hint).to_contain_text("You have 150 kB of 1 MB left for files.")
    await choose(alice, file("large.bin", os.urandom(200_000)))
    await expect(alice.page.get_by_role("list", name="Attached files")).to_contain_text("only 0 of 1 MB left")
    await alice.button("Account of alice").click()
    await alice.button("Settings").click()
    await expect(alice.dialog).to_contain_text("850 kB of 1 MB used; files can be up to 256 MB.")

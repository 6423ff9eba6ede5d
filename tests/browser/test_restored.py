"""A backup was put back: the browser drops what no longer exists."""

from __future__ import annotations

import pytest
from playwright.async_api import expect
from sqlalchemy import delete, update

from chatrooms.pipeline.chat import NOBODY
from chatrooms.storage.tables import messages, rooms
from tests.browser.conftest import Arrive
from tests.servers import RunningServer


async def put_back(server: RunningServer, text: str) -> None:
    """Take a message away, and let others follow it as if it had never been."""

    def work(act) -> None:
        act.db.execute(delete(messages).where(messages.c.text == text))
        act.db.execute(update(rooms).where(rooms.c.name == "#lobby").values(posted=1, counter=rooms.c.counter - 1))

    await server.chat._pipeline.change(work, NOBODY)
    for number in range(3):
        await server.chat.post("#lobby", f"new {number}")


@pytest.mark.parametrize("epoch", ["another", "the same"])
async def test_what_no_longer_exists_is_gone_and_what_does_is_there(
    person: Arrive, own_server: RunningServer, epoch: str
) -> None:
    alice = await person("alice")
    await alice.stores("kept")
    await alice.stores("lost")
    await alice.has_everything()
    await alice.context.set_offline(True)
    await own_server.chat.disconnect("alice")
    await put_back(own_server, "lost")
    pipeline = own_server.chat._pipeline
    if epoch == "another":
        pipeline.learn(pipeline.facts._replace(epoch=epoch))
    await alice.context.set_offline(False)
    await alice.sees("kept", "new 0", "new 1", "new 2")
    await expect(alice.message("lost")).to_have_count(0)
    await alice.page.reload()
    await alice.sees("kept", "new 0", "new 1", "new 2")
    await expect(alice.message("lost")).to_have_count(0)

"""What people notice of a node that ends: nothing, if they connect to another one in time."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from tests.people import PATIENCE, connect
from tests.servers import running


async def test_people_who_move_to_another_node_in_time_do_not_go_offline(tmp_path, created_database):
    async with AsyncExitStack() as stack:
        start = {"database": created_database, "presence_grace": 3600}
        stays = await stack.enter_async_context(running(tmp_path, **start))
        ends = AsyncExitStack()
        one = await ends.enter_async_context(running(tmp_path, **start))
        carol = await stack.enter_async_context(connect(stays.url, "carol"))
        await carol.run("presence.watch", usernames=["alice", "bob"])
        alice = await stack.enter_async_context(connect(one.url, "alice"))
        bob = await stack.enter_async_context(connect(one.url, "bob"))
        for name in ("alice", "bob"):
            await carol.hears(is_state(name, "online"))
        await one.chat.drain()
        await alice.disconnected()
        await bob.disconnected()
        await stack.enter_async_context(connect(stays.url, "alice", token=alice.token))
        await ends.aclose()
        gossip = stays.chat._node._gossip
        async with asyncio.timeout(PATIENCE):
            while not gossip._ended:
                await asyncio.sleep(0.01)
        assert carol.signals("presence")[2:] == []
        gossip._lose(*gossip._ended)  # as after `presence_grace`
        await carol.hears(is_state("bob", "offline"))
        states = [signal["data"]["state"] for signal in carol.signals("presence") if signal["from"] == "alice"]
        assert states == ["online"]


def is_state(username: str, state: str):
    return lambda event, data: event == "signal" and data["from"] == username and data["data"].get("state") == state

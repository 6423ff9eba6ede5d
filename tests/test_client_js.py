"""`/chat/client.js` as a program, in Node, with a real server that is killed."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.client.processes import killable
from tests.node import running
from tests.people import PATIENCE, connect

NUMBER = 20
PROGRAM = """
import "./tests/page.js";
globalThis.navigator ??= {};
const { connect } = await import("./embed/client.js");
const [url, token, number] = process.argv.slice(1);
const say = (about) => process.stdout.write(`${JSON.stringify(about)}\\n`);
const token_of = () => token;
const chat = await connect({ url, token: token_of });
const other = await connect({ url, token: "another" }).catch(({ code }) => code);
const second = await connect({ url, token: token_of });
const heard = [];
const all = new Promise((resolve) => chat.onMessage(({ text }) => heard.push(text) === 2 * number && resolve()));
let unread = 0;
second.onUnread((now) => (unread = now));
say({ user: chat.user.username, rooms: chat.rooms.includes("#lobby"), other });

const posts = Array.from({ length: number }, (_, count) => chat.post("#lobby", `alice ${count}`));
const stored = await Promise.all(posts);
await all;
const seqs = stored.map(({ seq }) => seq);
const refused = await chat.post("#nowhere", "Howdy").catch(({ code }) => code);
await chat.markRead("#lobby");
say({ heard, isInOrder: seqs.every((seq, at) => !at || seq > seqs[at - 1]), refused, unread });

const late = chat.post("#lobby", "late").catch(({ code }) => code);
chat.close();
await second.post("bob", "still here");
second.close();
say({ late: (await late).text ?? (await late), closed: await chat.post("#lobby", "x").catch(({ code }) => code) });
process.exit();
"""


@pytest.mark.slow
async def test_a_page_loses_nothing_and_hears_each_message_once_while_the_server_is_killed(tmp_path):
    async with killable(tmp_path, "--guests=open") as server:
        async with connect(server.url, "alice") as alice:
            token = str(alice.token)
        async with running(PROGRAM, server.url, token, str(NUMBER)) as program:

            async def told() -> dict:
                return json.loads(await asyncio.wait_for(program.stdout.readline(), PATIENCE))

            assert await told() == {"user": "alice", "rooms": True, "other": "conflict"}
            await server.restart()
            async with connect(server.url, "bob") as bob:
                for count in range(NUMBER):
                    await bob.say("#lobby", f"bob {count}")
                result = await told()
                assert await told() == {"late": "late", "closed": "closed"}
                await bob.settled()
                stored = bob.texts("#lobby")
                await bob.hears_text("still here")
    for author in ("alice", "bob"):
        mine = [text for text in result["heard"] if text.startswith(author)]
        assert mine == [f"{author} {count}" for count in range(NUMBER)]
    assert (result["isInOrder"], result["refused"], result["unread"]) == (True, "not_found", 0)
    assert len(stored) == len(set(stored))

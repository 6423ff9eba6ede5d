"""The real clients: python-socketio, and socket.io-client on Node."""

from __future__ import annotations

import asyncio
import gc
import json
import warnings

import aiohttp
import pytest
import socketio

from tests import node
from tests.wire.program import until


@pytest.fixture
async def http():
    """A session for python-engineio, which leaves answers to its posts unread."""
    async with aiohttp.ClientSession() as session:
        yield session
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.mark.parametrize("transports", [["polling"], ["websocket"], ["polling", "websocket"]])
async def test_python_socketio_hears_everything_in_order(program, raw, http, transports):
    heard: list[int] = []
    client = socketio.AsyncClient(reconnection=False, http_session=http)
    client.on("relayed", heard.append)
    await client.connect(raw.url, transports=transports, wait_timeout=5)
    for number in range(100):
        await client.emit("relay", number)
    assert await client.call("echo", "done") == "done"
    await until(lambda: len(heard) == 100)
    assert heard == list(range(100))
    assert client.transport() == transports[-1]
    await client.disconnect()
    await program.empty()


async def test_python_socketio_hears_what_is_said_while_it_upgrades(program, raw, http):
    heard: list[int] = []
    client = socketio.AsyncClient(reconnection=False, http_session=http)
    client.on("n", heard.append)

    async def talk() -> None:
        await until(lambda: program.server.manager.members("all"))
        for number in range(300):
            await program.server.emit("n", number, to="all")
            await asyncio.sleep(0)

    talking = asyncio.create_task(talk())
    await client.connect(raw.url, wait_timeout=5)
    await talking
    await until(lambda: len(heard) == 300)
    assert heard == list(range(300))
    await client.disconnect()


SCRIPT = """
import { io } from "socket.io-client";
const [url, transports] = process.argv.slice(1);
const socket = io(url, { transports: JSON.parse(transports), reconnection: false, forceNew: true });
const heard = [];
let upgraded = false;
socket.on("relayed", (n) => heard.push(n));
socket.io.engine.on("upgrade", () => { upgraded = true; });
socket.on("connect_error", (error) => { console.log(error.message); process.exit(1); });
socket.on("connect", async () => {
  for (let n = 0; n < 200; n++) {
    socket.emit("relay", n);
    if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const answer = await socket.timeout(5000).emitWithAck("echo", { deep: [1, "é"] });
  const until = Date.now() + 5000;
  while ((heard.length < 200 || (JSON.parse(transports).length > 1 && !upgraded)) && Date.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 10));
  const admin = io(url + "/admin", { transports: JSON.parse(transports), reconnection: false });
  await new Promise((resolve) => admin.on("connect", resolve));
  const nowhere = io(url + "/nowhere", { transports: JSON.parse(transports), reconnection: false });
  const message = await new Promise((resolve) => nowhere.on("connect_error", (error) => resolve(error.message)));
  console.log(JSON.stringify({ heard, answer, upgraded, message, by: socket.io.engine.transport.name }));
  for (const each of [socket, admin, nowhere]) each.disconnect();
});
"""


@pytest.mark.parametrize("transports", [["polling"], ["websocket"], ["polling", "websocket"]])
async def test_socket_io_client_hears_everything_in_order(program, raw, transports):
    async with node.running(SCRIPT, raw.url, json.dumps(transports)) as process:
        out, _ = await asyncio.wait_for(process.communicate(), 30)
    result = json.loads(out)
    assert result["heard"] == list(range(200))
    assert result["answer"] == {"deep": [1, "é"]}
    assert (result["by"], result["upgraded"]) == (transports[-1], len(transports) == 2)
    assert result["message"] == "Invalid namespace"
    await program.empty()


BINARY = """
import { io } from "socket.io-client";
const [url, transports] = process.argv.slice(1);
const socket = io(url, { transports: JSON.parse(transports), reconnection: false });
const heard = new Promise((resolve) => socket.once("relayed", resolve));
socket.emit("relay", { deep: [Buffer.from([1, 2, 3]), new Uint8Array(0)] });
socket.on("ask", (data, acknowledge) => acknowledge(Buffer.concat([data, data])));
const answer = await socket.timeout(5000).emitWithAck("echo", new Uint8Array(50_000).fill(7));
const { deep } = await heard;
const length = await socket.timeout(5000).emitWithAck("ask me");
console.log(JSON.stringify([[...deep[0]], deep[1].length, answer.length, answer[49_999], length]));
socket.disconnect();
"""


@pytest.mark.parametrize("transports", [["polling"], ["websocket"]])
async def test_socket_io_client_exchanges_binary_data(program, raw, transports):
    @program.server.on("ask me")
    async def ask(sid):
        return len(await program.server.call("ask", b"\0" * 100, to=sid, timeout=5))

    async with node.running(BINARY, raw.url, json.dumps(transports)) as process:
        out, _ = await asyncio.wait_for(process.communicate(), 30)
    assert json.loads(out) == [[1, 2, 3], 0, 50_000, 7, 200]
    await program.empty()

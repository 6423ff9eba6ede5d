"""What those who watch a server get to know: whether it is ready, and how it fares."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families as parsed
from sqlalchemy import make_url

from chatrooms import Settings
from chatrooms.doors import health as doors_health
from chatrooms.doors.health import Health
from chatrooms.errors import NoSpace
from chatrooms.storage import blobs, health, migrations
from chatrooms.storage.migrations import HEAD
from tests.people import PATIENCE, Refused, connect
from tests.servers import running
from tests.services.postgres import connect as connect_to_postgres
from tests.storage.between import between

TOKEN = "a-token-of-a-monitoring-system-0123456789"


async def get(url, path, **headers):
    async with aiohttp.ClientSession() as http, http.get(url + path, headers=headers) as answer:
        return answer.status, await answer.read()


async def problems(url):
    async with aiohttp.ClientSession() as http, http.get(url + "/readyz") as answer:
        found = await answer.json()
        assert (answer.status == 200) == found["ok"]
        return {} if found["ok"] else found["error"]["details"]


@pytest.fixture
def fresh(monkeypatch):
    """Have each question answered anew."""
    monkeypatch.setattr(doors_health, "SECONDS_TO_KEEP", -1)


async def test_a_server_is_ready_with_either_database(tmp_path, either_database):
    async with running(tmp_path, database=either_database) as server:
        assert await get(server.url, "/readyz") == (200, b'{"ok":true}')


async def test_a_disk_that_is_nearly_full_is_named_though_people_can_read(own_server, monkeypatch):
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _folder: SimpleNamespace(free=5 << 20))
    status, answer = await get(own_server.url, "/readyz")
    assert status == 200 and b'"degraded":{"disk":"it has 5 MiB left: people cannot share files' in answer


async def test_a_disk_with_too_little_space_for_files_is_named_until_one_is_stored(tmp_path, monkeypatch):
    made, file, left = blobs.Blobs(Settings(data=tmp_path)), tmp_path / "file", 5 << 20
    file.write_bytes(b"content")
    monkeypatch.setattr(blobs.shutil, "disk_usage", lambda _folder: SimpleNamespace(free=left))
    with pytest.raises(NoSpace):
        await made.require_space(1)
    assert made.degraded() == {"files": "the disk of the data directory has 5 MiB left: people cannot share them"}
    left = 500 << 20
    with pytest.raises(NoSpace):
        await made.require_space(left)  # which is a large file, and no trouble of the server's
    await made.put("", "ab12", file)
    assert made.degraded() == {}


async def test_a_server_that_will_end_says_so_at_once_and_still_works(own_server):
    assert await get(own_server.url, "/readyz") == (200, b'{"ok":true}')
    own_server.chat.retire()
    assert await problems(own_server.url) == {"server": "it is ending"}
    async with connect(own_server.url, "alice") as alice:
        await alice.say("#lobby", "one more")


async def test_many_who_ask_share_an_answer_for_a_second(monkeypatch):
    asked = []

    async def problems():
        asked.append(1)
        await asyncio.sleep(0)
        return {}

    watched = Health(problems, [], None, "", is_ending=lambda: False)
    await asyncio.gather(*(watched._ready(None) for _ in range(20)))
    await watched._ready(None)
    assert len(asked) == 1
    monkeypatch.setattr(doors_health, "SECONDS_TO_KEEP", -1)
    await watched._ready(None)
    assert len(asked) == 2


async def test_tables_of_another_version_are_named(tmp_path, fresh, monkeypatch):
    async with running(tmp_path) as server:
        monkeypatch.setattr(health, "HEAD", "9999")
        assert await problems(server.url) == {"tables": f"their revision is {HEAD}, and this version needs 9999"}
    assert migrations.HEAD == HEAD


async def test_a_node_goes_on_while_a_newer_version_has_migrated_its_tables(tmp_path, fresh, monkeypatch):
    async with running(tmp_path) as server, connect(server.url, "alice") as alice:
        monkeypatch.setattr(health, "HEAD", "0001")
        assert await problems(server.url) == {}
        await alice.say("#lobby", "still here")


@pytest.mark.slow
async def test_a_database_that_went_silent_or_read_only_is_named_without_secrets(
    tmp_path, created_database, fresh, monkeypatch
):
    async with between(created_database) as proxy, running(tmp_path, database=proxy.url) as server:
        assert await problems(server.url) == {}
        with monkeypatch.context() as impatient:
            impatient.setattr(health, "SECONDS", 0.2)
            proxy.flows.clear()
            silent = "it does not answer within 0.2 s"
            assert await problems(server.url) == {"database": silent, "writer": silent}
        proxy.flows.set()
        async with asyncio.timeout(PATIENCE):
            while await problems(server.url):
                await asyncio.sleep(0.05)
        name = make_url(created_database).database
        with connect_to_postgres(make_url(created_database)) as administrator:
            administrator.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'.encode())
        proxy.cut()
        async with asyncio.timeout(PATIENCE):
            while "read only" not in (await problems(server.url)).get("writer", ""):
                await asyncio.sleep(0.05)


async def test_metrics_are_for_those_who_have_the_token(tmp_path):
    async with running(tmp_path, metrics_token=TOKEN) as server:
        assert (await get(server.url, "/metrics"))[0] == 401
        assert (await get(server.url, "/metrics", Authorization="Bearer another"))[0] == 401
        assert (await get(server.url, "/metrics", Authorization=f"Bearer {TOKEN}"))[0] == 200


async def test_without_a_token_nobody_gets_metrics(own_server):
    for given in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer"}):
        assert (await get(own_server.url, "/metrics", **given))[0] == 404


async def measured(url):
    """Return the samples of the metrics, by name and labels."""
    status, text = await get(url, "/metrics", Authorization=f"Bearer {TOKEN}")
    assert status == 200
    samples = [sample for family in parsed(text.decode()) for sample in family.samples]
    return {(sample.name, *sample.labels.values()): sample.value for sample in samples}


async def test_metrics_tell_how_a_server_fares_and_nothing_of_anybody(tmp_path):
    async with (
        running(tmp_path, metrics_token=TOKEN) as server,
        connect(server.url, "alice") as alice,
        connect(server.url, "bob") as bob,
    ):
        for text in ("a canary", "another one"):
            await alice.say("bob", text)
        await bob.hears_text("another one")
        with pytest.raises(Refused):
            await bob.say("#nowhere", "hello")
        with pytest.raises(Refused):
            await bob.run("no.such-command")
        found = await measured(server.url)
        assert found["chatrooms_sockets",] == 2
        assert found["chatrooms_commands_total", "message.post", "ok"] == 2
        assert found["chatrooms_commands_total", "message.post", "not_found"] == 1
        assert found["chatrooms_commands_total", "", "unknown_command"] == 1
        assert found["chatrooms_batch_size_sum",] >= 2
        assert found["chatrooms_commit_seconds_count",] == found["chatrooms_batch_size_count",] > 0
        assert found["chatrooms_rooms",] >= 3
        assert not any(secret in str(found) for secret in ("alice", "bob", "canary", "nowhere", "such-command"))
    assert "chatrooms_loop_late_seconds_count" in {name for name, *_ in found}


async def test_metrics_count_the_connections_that_ended(tmp_path):
    async with running(tmp_path, metrics_token=TOKEN) as server:
        async with connect(server.url, "alice"):
            pass
        async with asyncio.timeout(PATIENCE):
            while not any(name == "chatrooms_sockets_ended_total" for name, *_ in await measured(server.url)):
                await asyncio.sleep(0.01)

"""The bus over Redis: who hears what, and what happens while Redis is away."""

from __future__ import annotations

import signal
from contextlib import AsyncExitStack, ExitStack

import pytest
from redis import Redis as Sync
from redis.asyncio import Redis
from sqlalchemy import create_engine

from chatrooms.bus_address import BusAddress
from chatrooms.doors import health
from chatrooms.events import Change, Emission, End, Signal
from chatrooms.pipeline.bus import carried, database_clock
from chatrooms.pipeline.bus.carried import CarriedBus
from chatrooms.pipeline.bus.channels import Channels
from chatrooms.pipeline.bus.concern import concerned, grouped
from chatrooms.pipeline.bus.messages import Beat, Bye, Head, Moved, Spent
from chatrooms.pipeline.bus.redis import RedisCarrier
from chatrooms.pipeline.nodes import node
from chatrooms.storage.facts import Facts
from tests.doors.test_health import TOKEN, get, measured
from tests.nodes.listening import Ear, listening, until
from tests.people import connect
from tests.servers import running
from tests.services.certificates import certificate
from tests.services.postgres import fresh_database, running_postgres
from tests.services.redis import encrypted, redis, sentinel

FACTS = Facts("12345678", "epoch", "", "secret")
CHANNELS = Channels(FACTS)
BEAT = Beat(0, 0)


def said(room: str, rev: int = 1, **rows) -> Change:
    return Change(room, rev, rows)


CONCERNED = [
    (said("#lobby"), {"#lobby"}),
    (said("alice"), {"alice"}),
    (said("alice+bob"), {"alice", "bob"}),
    (said("alice+bob/7"), {"alice+bob/7"}),
    (said("#staff", members=[{"username": "bob"}]), {"#staff", "bob"}),
    (Head("alice+bob", 3), {"alice", "bob"}),
    (Signal("#lobby", "alice", "typing", {}), {"#lobby"}),
    (Signal("~alice", "alice", "profile", {}), set()),
    (End("!session"), set()),
    (Emission("vote", 1, ("#lobby",)), set()),
    (Moved(["alice"]), set()),
]


@pytest.mark.parametrize(("message", "rooms"), CONCERNED)
def test_which_rooms_a_message_concerns(message, rooms):
    assert concerned(message) == rooms


def test_messages_with_the_same_rooms_go_together_unless_that_would_mix_up_a_room():
    first, second, third = said("#a", 1), said("#a", 2, members=[{"username": "bob"}]), said("#a", 3)
    beside, later = said("#b", 1), said("#b", 2)
    groups = grouped([first, beside, BEAT, second, later, third, Bye()])
    assert [(set(rooms), some) for rooms, some in groups] == [
        ({"#a"}, [first]),
        ({"#b"}, [beside, later]),
        (set(), [BEAT, Bye()]),
        ({"#a", "bob"}, [second]),
        ({"#a"}, [third]),
    ]


async def test_a_node_hears_what_concerns_all_and_the_rooms_that_it_follows_once(redis_url):
    async with listening(redis_url, FACTS) as one, listening(redis_url, FACTS) as other:
        await other.follow("alice", "bob", "#lobby")
        both, elsewhere, large = said("alice+bob"), said("#staff"), said("#lobby", messages=[{"text": "ñ" * 9000}])
        one.bus.publish([both, elsewhere, large, Bye()])
        await until(lambda: Bye() in other.heard)
        assert other.heard == [both, large, Bye()]
        other.bus.unfollow(lambda room: room == "bob")
        one.bus.publish([said("alice+bob", 2), said("bob", 2), BEAT])
        await until(lambda: BEAT in other.heard)
        other.bus.unfollow(lambda room: room == "alice")
        other.heard.clear()
        await other.follow("carol")  # by then no one is heard any more who was not to be
        one.bus.publish([said("alice+bob", 3), said("bob", 3), said("carol"), BEAT])
        await until(lambda: BEAT in other.heard)
        assert other.heard == [said("carol"), BEAT]
        assert (one.misses, other.misses) == (1, 1)


async def test_another_chat_and_a_copy_that_was_made_to_start_anew_are_not_heard(redis_url):
    async with AsyncExitStack() as stack:
        ours, another, copy, sender = [
            await stack.enter_async_context(listening(redis_url, facts))
            for facts in (FACTS, FACTS._replace(instance="another"), FACTS._replace(epoch="renewed"), FACTS)
        ]
        sender.bus.publish([Bye()])
        await until(lambda: ours.heard)
        assert (another.heard, copy.heard, another.bus.ignored, copy.bus.ignored) == ([], [], 0, 0)


async def test_a_copy_of_the_database_that_was_not_made_to_start_anew_is_not_heard_and_the_log_says_so(
    redis_url, monkeypatch, caplog
):
    messages = [said("#lobby"), End("!session"), Moved(["alice"]), Spent("join", "192.0.2.1"), Bye()]
    async with AsyncExitStack() as stack:
        ours, copy, sender = [
            await stack.enter_async_context(listening(redis_url, FACTS, clock)) for clock in ("here", "there", "here")
        ]
        for each in (ours, copy):
            await each.follow("#lobby")
        sender.bus.publish(messages)
        await until(lambda: len(ours.heard) == len(messages) and copy.misses > 1)
        assert not caplog.messages  # so far, the node may be the one that does not know its clock
        monkeypatch.setattr(carried, "SECONDS_TO_AGREE", 0)
        sender.bus.publish(messages)
        await until(lambda: caplog.messages)
        assert (copy.heard, copy.misses, copy.bus.ignored) == ([], 2, 0)
        assert "servers of a copy of the database use the same bus" in caplog.messages[0]
        copy.bus.clock.id = "here"
        sender.bus.publish([BEAT])
        await until(lambda: copy.heard)
        assert copy.heard == [BEAT]


@pytest.mark.slow
async def test_no_copy_of_a_database_has_its_clock_and_neither_has_the_database_once_postgresql_was_restarted():
    with running_postgres() as server, ExitStack() as stack:
        databases = [stack.enter_context(fresh_database(server.url)) for _ in range(2)]
        clocks = [*map(asked, databases), *map(asked, databases)]
        server.stop()
        server.start()
        clocks += map(asked, databases)
        assert clocks[:2] == clocks[2:4]
        assert len({*clocks}) == 4


def asked(database: str) -> str:
    """Return the id of the clock of a database."""
    engine = create_engine(database)
    with engine.connect() as db:
        clock = database_clock.asked(db)[1]
    engine.dispose()
    return clock


async def test_the_names_of_channels_tell_no_names_of_rooms_and_people(redis_url):
    async with listening(redis_url, FACTS) as node, Redis.from_url(redis_url) as bad:
        await node.follow("alice", "#layoffs")
        listed = set(map(bytes.decode, await bad.pubsub_channels("chatrooms:12345678:epoch:*")))
        assert listed == {CHANNELS.of_all, CHANNELS.of("alice"), CHANNELS.of("#layoffs")}
        assert not [name for name in listed if "alice" in name or "layoffs" in name]
        with_another_secret = Channels(FACTS._replace(secret="another"))
        assert with_another_secret.of("alice") not in listed


async def test_nonsense_in_a_channel_is_ignored_and_counted(redis_url):
    async with (
        listening(redis_url, FACTS) as node,
        listening(redis_url, FACTS) as other,
        Redis.from_url(redis_url) as bad,
    ):
        await node.follow("#lobby")
        for channel in (CHANNELS.of_all, CHANNELS.of("#lobby")):
            for text in (b"", b"\xff", b"2 12345678 one x 1/1 00 []", b"2 12345678 one 1 1/1 00 []"):
                await bad.publish(channel, text)
        other.bus.publish([said("#lobby"), Bye()])
        await until(lambda: Bye() in node.heard)
        assert (node.heard, node.bus.ignored) == ([said("#lobby"), Bye()], 8)


async def test_a_bus_on_which_only_strangers_speak_counts_as_silent(redis_url):
    async with listening(redis_url, FACTS) as node, Redis.from_url(redis_url) as bad:
        silent = node.bus.silent()
        for text in (b"3 12345678 one 1 1/1 00 []", b"2 another one x 1 1/1 00 []", b"", b"hello"):
            assert await bad.publish(CHANNELS.of_all, text)
        await until(lambda: node.bus.ignored == 2)
        assert node.bus.silent() >= silent


async def test_while_redis_stands_still_nothing_waits_for_it_and_afterwards_it_is_used_again(monkeypatch):
    monkeypatch.setattr(carried, "WAITING", 100)
    monkeypatch.setattr(carried, "SECONDS_TO_PUBLISH", 0.05)
    monkeypatch.setattr(carried, "LEAST_TO_RETRY", 0.01)
    with redis() as server:
        async with listening(server.url, FACTS) as one, listening(server.url, FACTS) as other:
            server.send(signal.SIGSTOP)
            for number in range(300):
                one.bus.publish([said("#lobby", number)])
            assert one.bus.dropped >= 100
            server.send(signal.SIGCONT)
            misses = other.misses

            def speaks() -> bool:
                one.bus.publish([Bye()])
                return Bye() in other.heard

            await until(speaks)
            await until(lambda: other.misses > misses)


@pytest.mark.slow
async def test_a_redis_that_is_killed_comes_back_and_the_log_says_both_each_time(monkeypatch, caplog):
    caplog.set_level("INFO", "chatrooms.pipeline.bus")
    monkeypatch.setattr(carried, "MOST_TO_RETRY", 0.2)
    async with AsyncExitStack() as stack:
        server = stack.enter_context(redis())
        one, other = [await stack.enter_async_context(listening(server.url, FACTS)) for _ in range(2)]
        await other.follow("#lobby")
        server.send(signal.SIGKILL)
        other.bus.follow(["#staff"])
        server.start()
        await until(lambda: min(one.misses, other.misses) > 1)
        await other.follow("#later")

        def speaks() -> bool:
            one.bus.publish([said("#lobby"), said("#staff"), said("#later"), BEAT])
            return BEAT in other.heard

        await until(speaks)
        assert other.heard[:4] == [said("#lobby"), said("#staff"), said("#later"), BEAT]
        await until(lambda: (one.bus.publish([BEAT]), caplog.messages.count("the bus is back") == 2)[1])
        caplog.clear()
        server.send(signal.SIGKILL)
        await until(lambda: sum(line.startswith("the bus is away") for line in caplog.messages) == 2)


async def test_the_log_says_each_reason_why_the_bus_is_away(caplog):
    with redis() as server:
        async with listening(server.url, FACTS):
            with Sync(port=server.port) as administrator:
                administrator.config_set("requirepass", "changed")
                administrator.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
            await until(lambda: "AuthenticationError" in caplog.text)
    first, second = (line for line in caplog.messages if line.startswith("the bus is away"))
    assert "ConnectionError" in first and "AuthenticationError" in second


async def test_the_master_of_a_service_is_found_by_its_sentinels():
    with redis() as master, sentinel("chat", master.port, "s3cret") as keeper:
        url = f"redis+sentinel://127.0.0.1:1,127.0.0.1:{keeper.port}/chat?sentinel_password=s3cret"
        async with listening(url, FACTS) as one, listening(url, FACTS) as other:
            one.bus.publish([Bye()])
            await until(lambda: other.heard == [Bye()])


@pytest.mark.slow
async def test_when_the_master_of_a_service_is_gone_another_one_is_used():
    with ExitStack() as stack:
        master = stack.enter_context(redis())
        other_one = stack.enter_context(redis("--replicaof", "127.0.0.1", str(master.port)))
        replicating = stack.enter_context(Sync(port=other_one.port))
        await until(lambda: replicating.info("replication")["master_link_status"] == "up")
        keeper = stack.enter_context(sentinel("chat", master.port, "s3cret"))
        keeping = stack.enter_context(Sync(port=keeper.port, password="s3cret"))
        await until(lambda: keeping.sentinel_slaves("chat"))
        url = f"redis+sentinel://127.0.0.1:{keeper.port}/chat?sentinel_password=s3cret"
        async with listening(url, FACTS) as one, listening(url, FACTS) as other:
            master.send(signal.SIGKILL)

            def speaks() -> bool:
                one.bus.publish([Bye()])
                return Bye() in other.heard

            await until(speaks)
            assert keeping.sentinel_master("chat")["port"] == other_one.port


async def test_redis_is_heard_over_tls_if_its_certificate_is_the_expected_one(tmp_path, caplog):
    with redis() as server:
        pem, other_pem = certificate(tmp_path, "127.0.0.1"), certificate(tmp_path, "localhost")
        async with encrypted(server, pem) as port:
            url = f"rediss://127.0.0.1:{port}/0?ssl_ca_certs="
            async with listening(f"{url}{pem}", FACTS) as one, listening(f"{url}{pem}", FACTS) as other:
                one.bus.publish([Bye()])
                await until(lambda: other.heard == [Bye()])
            bus = CarriedBus(RedisCarrier(BusAddress.read(f"{url}{other_pem}")))
            async with bus.running(FACTS, Ear(bus)):
                await until(lambda: "CERTIFICATE_VERIFY_FAILED" in caplog.text)


async def test_servers_whose_redis_is_gone_read_the_database_and_say_so(tmp_path, created_database, monkeypatch):
    monkeypatch.setattr(node, "DEAF", 1.5)
    async with AsyncExitStack() as stack:
        server = stack.enter_context(redis())
        start = {"database": created_database, "bus": server.url, "metrics_token": TOKEN}
        one, other = [await stack.enter_async_context(running(tmp_path, **start)) for _ in range(2)]
        alice, bob = [await stack.enter_async_context(connect(*at)) for at in ((one.url, "alice"), (other.url, "bob"))]
        assert (await measured(one.url))["chatrooms_nodes",] == 2
        assert await get(one.url, "/readyz") == (200, b'{"ok":true}')
        server.send(signal.SIGKILL)
        await alice.say("#lobby", "by the database")
        await bob.hears_text("by the database")
        await until(one.chat._node.degraded)
        monkeypatch.setattr(health, "SECONDS_TO_KEEP", -1)
        status, answer = await get(one.url, "/readyz")
        assert (status, answer[:28]) == (200, b'{"ok":true,"degraded":{"bus"')
        assert (await measured(one.url))["chatrooms_bus_silent_seconds",] > 1.5
        server.start()
        await until(lambda: not one.chat._node.degraded())
        assert await get(one.url, "/readyz") == (200, b'{"ok":true}')
        found = await measured(one.url)
        assert found["chatrooms_bus_lag_seconds_count",] > 0
        assert found["chatrooms_bus_dropped_total",] > 0

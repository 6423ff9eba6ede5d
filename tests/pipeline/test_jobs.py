"""Jobs run at least once after their commit, are enqueued once per key, are retried, kept and deleted."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from chatrooms import Chatrooms, Settings, clock
from chatrooms.errors import Invalid
from chatrooms.features import FEATURES
from chatrooms.pipeline import access, job_runner
from chatrooms.pipeline.chat import NOBODY
from chatrooms.pipeline.commands import Params, change
from chatrooms.pipeline.feature import Feature, on
from chatrooms.pipeline.job_runner import Runner
from chatrooms.pipeline.jobs import CAPACITY, JobKind, enqueue
from chatrooms.storage.tables import jobs, sessions
from tests.people import connect
from tests.servers import QUICK, running, serving


class Nothing(Params):
    """No parameters."""


class Log:
    """A kind of job that records its runs, and fails a given number of times."""

    def __init__(self, failures: int = 0, attempts: int = 12) -> None:
        self.done: list = []
        self.failures = failures
        self.news = asyncio.Event()
        self.kind = JobKind("test.log", self._run, attempts=attempts)

    async def _run(self, _chat, job) -> None:
        self.done.append(job.data)
        self.news.set()
        if len(self.done) <= self.failures:
            raise RuntimeError("not yet")

    async def until(self, count: int) -> None:
        while len(self.done) < count:
            self.news.clear()
            await self.news.wait()


@pytest.fixture
def make(tmp_path, either_database):
    def chat(*features: Feature) -> Chatrooms:
        return Chatrooms(Settings(data=tmp_path, database=either_database, **QUICK), features=(*FEATURES, *features))

    return chat


async def ask(chat: Chatrooms, kind: JobKind, key: str, data=None, due=None) -> None:
    await chat._pipeline.change(lambda act: enqueue(act, kind, key, data, due=due), NOBODY)


async def rows(chat: Chatrooms, kind: JobKind) -> list:
    found = select(jobs).where(jobs.c.kind == kind.name)
    return await chat._db.reader.read(lambda db: list(db.execute(found)))


async def settled(chat: Chatrooms, kind: JobKind) -> list:
    """Return the rows of a kind once all of them are finished."""
    found = await rows(chat, kind)
    while any(row.done_at is None for row in found):
        await asyncio.sleep(0)
        found = await rows(chat, kind)
    return found


async def test_a_job_runs_after_the_commit_with_its_data(make):
    log = Log()
    chat = make(Feature(jobs=(log.kind,)))
    async with chat.lifespan():
        await ask(chat, log.kind, "a", {"n": 1})
        await settled(chat, log.kind)
    assert log.done == [{"n": 1}]


async def test_a_key_is_enqueued_once_even_after_it_has_run(make):
    log = Log()
    chat = make(Feature(jobs=(log.kind,)))
    async with chat.lifespan():
        for n in range(3):
            await ask(chat, log.kind, "same", n)
            await settled(chat, log.kind)
        await ask(chat, log.kind, "other", "other")
        await settled(chat, log.kind)
    assert log.done == [0, "other"]


async def test_what_is_done_when_the_chat_ends_does_not_run_again(make):
    log = Log()
    chat = make(Feature(jobs=(log.kind,)))
    async with chat.lifespan():
        await ask(chat, log.kind, "a", "a")
        await log.until(1)
    async with chat.lifespan():
        await ask(chat, log.kind, "b", "b")
        await log.until(2)
    assert log.done == ["a", "b"]


async def test_jobs_that_are_done_together_are_finished_in_one_transaction(make, monkeypatch):
    log = Log()
    chat = make(Feature(jobs=(log.kind,)))
    batches, settle = [], job_runner._settle

    def counted(act, kinds, done):
        batches.append(sum(job.kind == log.kind.name for job, _ in done))
        settle(act, kinds, done)

    monkeypatch.setattr(job_runner, "_settle", counted)
    async with chat.lifespan():
        await chat._pipeline.change(lambda act: [enqueue(act, log.kind, str(n), n) for n in range(9)], NOBODY)
        await settled(chat, log.kind)
    assert 9 in batches


async def test_a_command_that_is_refused_enqueues_nothing(make):
    log = Log()

    def refused(act):
        enqueue(act, log.kind, "a")
        raise Invalid

    chat = make(Feature(jobs=(log.kind,)))
    async with chat.lifespan():
        with pytest.raises(Invalid):
            await chat._pipeline.change(refused, NOBODY)
        assert await rows(chat, log.kind) == []


async def test_a_failed_job_is_retried_and_its_row_counts_the_failures(make, monkeypatch):
    monkeypatch.setattr(clock, "later", lambda _span: clock.now())
    log = Log(failures=2)
    chat = make(Feature(jobs=(log.kind,)))
    async with chat.lifespan():
        await ask(chat, log.kind, "a")
        (row,) = await settled(chat, log.kind)
    assert (len(log.done), row.failure) == (3, None)


async def test_a_job_that_always_fails_is_given_up_with_its_error(make, monkeypatch):
    monkeypatch.setattr(clock, "later", lambda _span: clock.now())
    log = Log(failures=99, attempts=3)
    chat = make(Feature(jobs=(log.kind,)))
    async with chat.lifespan():
        await ask(chat, log.kind, "a")
        (row,) = await settled(chat, log.kind)
    assert (len(log.done), row.attempts, row.failure) == (3, 3, "RuntimeError")


async def test_a_job_at_an_interval_that_a_wrong_clock_put_off_is_due_after_one_once_the_server_was_restarted(make):
    log, every = Log(), timedelta(hours=1)
    often = replace(log.kind, every=every)
    put_off = update(jobs).where(jobs.c.kind == often.name).values(due_at="2099-01-01T00:00:00.000Z")
    first = make(Feature(jobs=(often,)))
    async with first.lifespan():
        await log.until(1)
        while (await rows(first, often))[0].due_at <= clock.now():
            await asyncio.sleep(0)
        await first._pipeline.change(lambda act: act.db.execute(put_off), NOBODY)
    second = make(Feature(jobs=(often,)))
    async with second.lifespan():
        while (await rows(second, often))[0].due_at > clock.later(every):
            await asyncio.sleep(0)
    assert len(log.done) == 1


async def test_a_job_interrupted_by_the_end_of_the_process_runs_after_the_next_start(make):
    begun = asyncio.Event()

    async def hang(_chat, _job) -> None:
        begun.set()
        await asyncio.Event().wait()

    log = Log()
    hanging = JobKind(log.kind.name, hang)
    first = make(Feature(jobs=(hanging,)))
    async with first.lifespan():
        await ask(first, hanging, "a", 7)
        await begun.wait()
    second = make(Feature(jobs=(log.kind,)))
    async with second.lifespan():
        await settled(second, log.kind)
    assert log.done == [7]


async def test_jobs_in_order_run_one_after_the_other(make):
    done, told = [], asyncio.Event()

    async def run(_chat, job) -> None:
        done.append(f"{job.data} begins")
        await asyncio.sleep(0)
        done.append(f"{job.data} ends")
        if job.data == "last":
            told.set()

    kind = JobKind("test.ordered", run, in_order=True)
    chat = make(Feature(jobs=(kind,)))
    names = ("first", "second", "third", "last")

    def enqueue_all(act) -> None:
        for name in names:
            enqueue(act, kind, name, name)

    async with chat.lifespan():
        await chat._pipeline.change(enqueue_all, NOBODY)
        await told.wait()
    assert done == [f"{name} {what}" for name in names for what in ("begins", "ends")]


async def test_more_jobs_than_run_at_once_all_run_once(make):
    log = Log()
    chat = make(Feature(jobs=(log.kind,)))

    def many(act):
        for n in range(3 * CAPACITY):
            enqueue(act, log.kind, str(n), n)

    async with chat.lifespan():
        await chat._pipeline.change(many, NOBODY)
        await settled(chat, log.kind)
    assert sorted(log.done) == list(range(3 * CAPACITY))


async def test_jobs_that_share_turns_leave_room_to_others_and_all_run(make):
    running, most, order, go_on = [], [], [], asyncio.Event()

    async def run(_chat, job):
        running.append(job.data["from"])
        order.append(job.data["from"])
        most.append((len(running), running.count("one")))
        await go_on.wait()
        running.remove(job.data["from"])

    kind = JobKind("test.shared", run, at_once=3, sharing="from", at_once_of_one=2)
    chat = make(Feature(jobs=(kind,)))

    def many(act):
        for n in range(9):
            enqueue(act, kind, str(n), {"from": "one" if n < 7 else "two"})

    async with chat.lifespan():
        await chat._pipeline.change(many, NOBODY)
        while len(running) < 3:
            await asyncio.sleep(0)
        assert order == ["one", "one", "two"]
        go_on.set()
        await settled(chat, kind)
    assert len(order) == 9
    assert max(most) <= (3, 2) and all(of_one <= 2 for _, of_one in most)


async def test_groups_take_turns_however_many_jobs_of_others_are_older(make):
    order, may_end, running = [], [], asyncio.Semaphore(0)

    async def run(_chat, job):
        order.append(job.data["from"])
        may_end.append(asyncio.Event())
        running.release()
        await may_end[len(order) - 1].wait()

    kind = JobKind("test.shared", run, at_once=2, sharing="from", at_once_of_one=2)
    chat = make(Feature(jobs=(kind,)))

    def many(act):
        for n in range(40):
            enqueue(act, kind, f"old {n}", {"from": "one" if n % 2 else "two"})

    async with chat.lifespan():
        await chat._pipeline.change(many, NOBODY)
        for _ in range(2):
            await running.acquire()
        await ask(chat, kind, "new", {"from": "three"})
        for event in may_end:
            event.set()
        for _ in range(2):
            await running.acquire()
        assert "three" in order[:4]
        ending = asyncio.create_task(settled(chat, kind))
        while not ending.done():
            for event in may_end:
                event.set()
            await asyncio.sleep(0.001)
        await ending
    assert len(order) == 41


async def test_very_many_jobs_all_run_though_few_run_at_once(make, monkeypatch):
    monkeypatch.setattr(job_runner, "LOOKED_AT", 5)
    monkeypatch.setattr(job_runner, "CAPACITY", 2)
    go_on, ran = asyncio.Event(), []

    async def run(_chat, job):
        ran.append(job.key)
        await go_on.wait()

    kind = JobKind("test.many", run, at_once=100)
    chat = make(Feature(jobs=(kind,)))
    async with chat.lifespan():
        await chat._pipeline.change(lambda act: [enqueue(act, kind, f"{n}", {}) for n in range(20)], NOBODY)
        while len(ran) < 2:
            await asyncio.sleep(0)
        await ask(chat, kind, "another", {})
        for _ in range(20):  # the runner looks again, and has no room
            await chat._pipeline.lookup(lambda db: None)
        assert len(ran) == 2
        go_on.set()
        await asyncio.wait_for(settled(chat, kind), 30)
    assert len(ran) == 21


async def test_very_many_jobs_that_wait_for_their_turn_hide_no_others(make, monkeypatch):
    monkeypatch.setattr(job_runner, "LOOKED_AT", 5)
    go_on, ran = asyncio.Event(), []

    async def run(_chat, job):
        ran.append(job.data["from"])
        if job.data["from"] == "one":
            await go_on.wait()

    kind = JobKind("test.shared", run, at_once=3, sharing="from", at_once_of_one=1)
    chat = make(Feature(jobs=(kind,)))

    def many(act):
        for n in range(30):
            enqueue(act, kind, f"{n}", {"from": "one"})

    async with chat.lifespan():
        await chat._pipeline.change(many, NOBODY)
        await ask(chat, kind, "new", {"from": "two"})
        while "two" not in ran:
            await asyncio.sleep(0)
        assert ran == ["one", "two"]
        go_on.set()
        await settled(chat, kind)
    assert len(ran) == 31


async def test_jobs_that_wait_for_their_turn_keep_the_runner_from_nothing_and_idle(make, monkeypatch):
    rounds, go_on = [], asyncio.Event()
    one_round = Runner._round

    async def counted(runner):
        rounds.append(1)
        await one_round(runner)

    monkeypatch.setattr(Runner, "_round", counted)

    async def run(_chat, _job):
        await go_on.wait()

    kind, log = JobKind("test.shared", run, at_once=3, sharing="from", at_once_of_one=1), Log()
    chat = make(Feature(jobs=(kind, log.kind)))
    async with chat.lifespan():
        for n in range(3):
            await ask(chat, kind, str(n), {"from": "one"})
        await ask(chat, log.kind, "other", "other")
        await log.until(1)
        await settled(chat, log.kind)
        before = len(rounds)
        for _ in range(200):
            await chat._pipeline.lookup(lambda db: None)
        assert len(rounds) - before <= 2
        go_on.set()
        await settled(chat, kind)


async def test_a_job_waits_until_it_is_due(make):
    log = Log()
    chat = make(Feature(jobs=(log.kind,)))
    async with chat.lifespan():
        await ask(chat, log.kind, "later", "later", due=clock.later(timedelta(seconds=0.3)))
        await ask(chat, log.kind, "now", "now")
        await log.until(2)
    assert log.done == ["now", "later"]


async def test_jobs_of_unknown_kinds_are_left_alone(make):
    unknown, log = Log(), Log()
    first = make(Feature(jobs=(log.kind,)))
    async with first.lifespan():
        await ask(first, JobKind("test.unknown", unknown._run), "a")
        await ask(first, log.kind, "b")
        await settled(first, log.kind)
        (row,) = await rows(first, JobKind("test.unknown", unknown._run))
    assert row.done_at is None and unknown.done == []


async def test_the_log_names_each_kind_that_no_feature_runs_once(make, caplog):
    known = Log()
    chat = make(Feature(jobs=(known.kind,)))
    lost = [JobKind(name, known._run) for name in ("test.lost", "test.later")]
    async with chat.lifespan():
        for key in ("a", "b"):
            await ask(chat, lost[0], key)
        await ask(chat, lost[1], "a", due=clock.later(timedelta(hours=1)))
    for _ in range(2):
        async with chat.lifespan():
            await ask(chat, known.kind, clock.now())
            await settled(chat, known.kind)
            while not [line for line in caplog.messages if "no feature" in line]:
                await asyncio.sleep(0)
    (line,) = [line for line in caplog.messages if "no feature" in line]
    assert "test.lost" in line


async def test_finished_jobs_are_deleted_after_a_week(make):
    log = Log()
    chat = make(Feature(jobs=(log.kind,)))
    async with chat.lifespan():
        for key in ("old", "new"):
            await ask(chat, log.kind, key)
        await settled(chat, log.kind)
        old = update(jobs).where(jobs.c.key == "old").values(done_at=clock.ago(days=8))
        await chat._pipeline.change(lambda act: act.db.execute(old) and None, NOBODY)
    async with chat.lifespan():
        due = update(jobs).where(jobs.c.kind == "jobs.forget").values(due_at=clock.now())
        await chat._pipeline.change(lambda act: act.db.execute(due) and None, NOBODY)
        chat._runner._wakeup.wake()
        while len(found := await rows(chat, log.kind)) > 1:
            await asyncio.sleep(0)
    assert [row.key for row in found] == ["new"]


async def test_an_expired_session_is_removed_and_its_socket_disconnected(tmp_path):
    async with running(tmp_path) as server, connect(server.url, "alice") as alice:
        expired = update(sessions).values(seen_at=clock.ago(days=400))
        due = update(jobs).where(jobs.c.kind == "sessions.expire").values(due_at=clock.now())
        while alice.client.connected:  # that the session was just used may be noted after the first time
            for statement in (expired, due):
                await server.chat._pipeline.change(lambda act, s=statement: act.db.execute(s) and None, NOBODY)
            server.chat._runner._wakeup.wake()
        count = select(func.count()).select_from(sessions)
        assert await server.chat._db.reader.read(lambda db: db.scalar(count)) == 0


async def test_a_listener_runs_in_the_transaction_of_the_command_and_can_enqueue(make):
    log = Log()

    @on("messages")
    def heard(act, rows):
        for row in rows:
            enqueue(act, log.kind, row["id"], row["text"])

    chat = make(Feature(jobs=(log.kind,), listeners=(heard,)))
    async with chat.lifespan(), serving(chat) as url, connect(url, "alice") as alice:
        await alice.say("#lobby", "hello")
        await settled(chat, log.kind)
    assert log.done == ["hello"]


async def test_two_commands_with_the_same_name_are_an_error(tmp_path):
    @change("message.post", may=access.anyone, locks=lambda *_: (), repeatable=False)
    def post(act, p: Nothing, _: None) -> None:
        return None

    with pytest.raises(ValueError, match=r"message\.post is declared twice"):
        Chatrooms(Settings(data=tmp_path), features=(*FEATURES, Feature(commands=(post,))))

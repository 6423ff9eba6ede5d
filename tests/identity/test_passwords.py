"""Passwords: set, changed, proven on any device, never guessed, never stored or logged."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys
import threading
import time
import unicodedata
from contextlib import suppress

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from chatrooms import Chatrooms, Settings
from chatrooms.errors import Invalid
from chatrooms.fair_queue import FairQueue
from chatrooms.identity import hashing, passwords
from chatrooms.identity.password_rules import FEWEST, require_good
from tests.doors import DOORS, post
from tests.identity.entering import code_of, enter, run, whose
from tests.node import STATIC
from tests.people import connect
from tests.servers import QUICK, running, serving

ALICE = {"username": "alice", "claim": "a" * 43}
STRONG, OTHER = "umbrella cactus 42", "velvet anchor 17"


async def test_a_password_signs_in_on_another_device(person, own_server):
    alice = await person("alice")
    assert await alice.run("password.get") == {"changed_at": None}
    await alice.run("password.set", password=STRONG)
    assert (await alice.run("password.get"))["changed_at"]
    status, answer, cookie = await enter(own_server.url, "password", username="Alice", password=STRONG)
    assert (status, answer["result"]["user"]["username"]) == (200, "alice")
    assert await whose(own_server.url, cookie) == "alice"


@pytest.mark.parametrize("door", DOORS)
async def test_changing_a_password_takes_the_current_one(person, own_server, door):
    alice = await person("alice")

    async def set_to(password, **more):
        answer = await DOORS[door](alice, "password.set", {"password": password, **more})
        return answer.get("error", {}).get("details", {}).get("field", answer["ok"])

    assert await set_to(STRONG) is True
    assert await set_to(OTHER) == "current"
    assert await set_to(OTHER, current="wrong") == "current"
    assert await set_to(OTHER, current=STRONG) is True
    assert await code_of(own_server.url, "password", username="alice", password=STRONG) == "unauthorized"
    assert (await enter(own_server.url, "password", username="alice", password=OTHER))[0] == 200


async def test_two_changes_at_once_do_not_overwrite_each_other(person, own_server):
    alice = await person("alice")
    answers = await asyncio.gather(
        *(DOORS["socket"](alice, "password.set", {"password": each}) for each in (STRONG, OTHER))
    )
    assert sorted(answer["ok"] for answer in answers) == [False, True]
    stands = STRONG if answers[0]["ok"] else OTHER
    assert (await enter(own_server.url, "password", username="alice", password=stands))[0] == 200


@pytest.mark.parametrize(
    ("username", "password"),
    [("alice", "wrong"), ("alice", STRONG + " "), ("alice", "\x00"), ("nobody", STRONG), ("bob", STRONG), ("bob", "")],
)
async def test_any_other_name_and_password_are_refused_in_the_same_words(person, own_server, username, password):
    await person("bob")
    alice = await person("alice")
    await alice.run("password.set", password=STRONG)
    status, answer, cookie = await enter(own_server.url, "password", username=username, password=password or "x")
    assert (status, answer["error"]["message"], cookie) == (401, "Wrong name or password.", "")


@pytest.mark.parametrize(
    "weak", ["short 1", "password", "12345678", "alicealice", "Alice1234", "qwertyuiop", "\x07" * 12, "a" * 257]
)
async def test_a_weak_password_is_refused(person, weak):
    alice = await person("alice")
    answer = await DOORS["socket"](alice, "password.set", {"password": weak})
    assert (answer["error"]["code"], answer["error"]["details"]["field"]) == ("invalid", "password")
    assert await alice.run("password.get") == {"changed_at": None}


def test_the_most_common_passwords_are_refused():
    allowed = [each for each in FREQUENCY_LISTS["passwords"] if len(each) >= FEWEST][:3000]
    assert len(allowed) == 3000
    for password in allowed:
        with pytest.raises(Invalid, match="common"):
            require_good(password.capitalize(), [])


@pytest.mark.parametrize("password", ["Acmecorp1", "AliceAcme", "acme2026"])
def test_the_names_of_the_person_and_of_the_chat_make_no_password(password):
    with pytest.raises(Invalid):
        require_good(password, ["alice", "Acme Corp"])


async def test_a_password_has_no_name_of_its_person_or_of_their_server(tmp_path):
    async with running(tmp_path, name="Quvorix Corp") as server, connect(server.url, "zyxthra") as person:
        for name in ("zyxthra", "quvorix"):
            require_good(f"{name}42", [])  # it would do elsewhere
            answer = await DOORS["socket"](person, "password.set", {"password": f"{name}42"})
            assert (answer["error"]["code"], answer["error"]["details"]["field"]) == ("invalid", "password")
        await person.run("password.set", password="mulvane42")


@pytest.mark.parametrize(
    "password",
    ["velvetanchorpond", "8840 1937 4471", "ÖTZI ÜBER ÄRGER", "(^_^)/~~ {o_O}", "velvet anchor " * 18 + "pond"],
)
def test_a_password_of_any_characters_is_good(password):
    require_good(password, ["alice", "Acme Corp"])


def test_the_page_asks_for_as_many_characters_as_the_server():
    """Browsers keep back what is too short, with a hint, before the server refuses it."""
    script = (STATIC / "js" / "views" / "new-password.js").read_text()
    assert re.findall(r"const FEWEST = (\d+);", script) == [str(FEWEST)]
    others = [path.name for path in (STATIC / "js").rglob("*.js") if 'minlength="' in path.read_text()]
    assert others == [], "they say the rule themselves"


async def test_a_password_counts_however_its_characters_are_typed(person, own_server):
    alice = await person("alice")
    composed = unicodedata.normalize("NFC", "Zürich Åsgård 9")
    decomposed = unicodedata.normalize("NFD", composed)
    assert decomposed != composed
    await alice.run("password.set", password=decomposed)
    for typed in (composed, decomposed):
        assert (await enter(own_server.url, "password", username="alice", password=typed))[0] == 200
    assert await code_of(own_server.url, "password", username="alice", password=composed.lower()) == "unauthorized"


async def test_setting_a_password_can_end_the_other_sessions_and_ends_the_link(person, own_server):
    alice = await person("alice")
    code = (await alice.run("link.create"))["link"]["code"]
    await enter(own_server.url, "link", code=code, claim="s" * 43)
    other = await person("alice", token="s" * 43)
    left = (await alice.run("link.create"))["link"]["code"]
    await alice.run("password.set", password=STRONG, revoke_others=True)
    await other.disconnected()
    assert await code_of(own_server.url, "link", code=left) == "unauthorized"
    assert (await run(alice, "user.me"))["ok"]


async def test_signing_in_again_in_one_browser_ends_its_session_before(person, own_server):
    alice = await person("alice")
    await alice.run("password.set", password=STRONG)
    _, _, before = await enter(own_server.url, "password", username="alice", password=STRONG)
    body = {"username": "alice", "password": STRONG}
    _, _, headers = await post(own_server.url, "/api/session.password", body, headers={"Cookie": before})
    assert await whose(own_server.url, before) is None
    assert await whose(own_server.url, headers["Set-Cookie"].split(";")[0]) == "alice"


async def test_where_no_guests_are_allowed_a_password_still_signs_in(tmp_path):
    async with running(tmp_path) as server, connect(server.url, "alice") as alice:
        await alice.run("password.set", password=STRONG)
    async with running(tmp_path, guests="off") as server:
        assert (await enter(server.url, "password", username="alice", password=STRONG))[0] == 200


async def test_no_password_is_stored_or_logged(person, own_server, caplog):
    alice = await person("alice")
    with caplog.at_level(logging.DEBUG):
        await alice.run("password.set", password=STRONG)
        await DOORS["socket"](alice, "password.set", {"password": STRONG, "current": 7})
        await enter(own_server.url, "password", username="alice", password=OTHER)
        await enter(own_server.url, "password", username="alice", password=STRONG)
    assert STRONG not in caplog.text and OTHER not in caplog.text
    rows = await own_server.chat._pipeline.lookup(lambda db: db.execute(passwords.passwords.select()).all())
    assert rows[0].hash.startswith("$argon2id$") and STRONG not in repr(rows)


async def test_a_hash_of_an_earlier_version_is_renewed_when_it_is_used(person, own_server, monkeypatch):
    alice = await person("alice")
    with monkeypatch.context() as earlier:
        earlier.setattr(hashing, "_argon", lambda: PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))
        await alice.run("password.set", password=STRONG)

    async def stored():
        rows = await own_server.chat._pipeline.lookup(lambda db: db.execute(passwords.passwords.select()).all())
        return rows[0].hash

    before = await stored()
    assert "m=1024" in before
    for _ in range(2):
        assert (await enter(own_server.url, "password", username="alice", password=STRONG))[0] == 200
    assert "m=19456" in await stored()


@pytest.mark.skipif(sys.platform != "linux", reason="only there have threads priorities")
async def test_what_is_slow_gives_way_to_the_event_loop():
    slow = hashing.Hashing()

    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    assert await slow.run("192.0.2.1", priority) == min(19, priority() + hashing.NICER)
    slow.close()


def waiting(server, most: int) -> None:
    """Let so many of an address wait to sign in."""
    hasher = next(each for each in server.chat._components if isinstance(each, passwords.Passwords))
    hasher._queue = FairQueue(1, most, hashing.BUSY)


async def test_people_who_wait_to_sign_in_are_bounded(own_server):
    waiting(own_server, 1)
    answers = await asyncio.gather(
        *(enter(own_server.url, "password", username=f"user{n}", password="x") for n in range(6))
    )
    assert sorted({status for status, _, _ in answers}) == [401, 429]


async def test_what_is_refused_in_the_queue_is_no_try(person, own_server):
    alice = await person("alice")
    await alice.run("password.set", password=STRONG)
    waiting(own_server, 0)
    tried = [enter(own_server.url, "password", username="alice", password="wrong") for _ in range(40)]
    statuses = [status for status, _, _ in await asyncio.gather(*tried)]
    assert statuses.count(429) > 20 and statuses.count(401) < 10
    waiting(own_server, 100)
    assert (await enter(own_server.url, "password", username="alice", password=STRONG))[0] == 200


async def test_passwords_work_after_a_restart_of_the_same_chat(tmp_path):
    chat = Chatrooms(Settings(data=tmp_path, **QUICK))
    for password, before in ((STRONG, {}), (OTHER, {"current": STRONG})):
        async with chat.lifespan(), serving(chat) as url, connect(url, "alice", auth=ALICE) as alice:
            await alice.run("password.set", password=password, **before)
            assert (await enter(url, "password", username="alice", password=password))[0] == 200


@pytest.mark.parametrize("password", ["4@8({[<3691!|1l70$5+7%2z" * 3, "a4@8" * 60, "1!|l" * 50])
def test_no_password_takes_long_to_look_at(password):
    begun = time.process_time()
    with suppress(Invalid):
        require_good(password, ["alice", "chatrooms"])
    assert time.process_time() - begun < 1  # without a bound, 5 s and more


async def test_weak_new_passwords_do_not_use_up_the_tries_of_the_current_one(person):
    alice = await person("alice")
    await alice.run("password.set", password=STRONG)
    for _ in range(7):
        answer = await DOORS["socket"](alice, "password.set", {"password": "password", "current": STRONG})
        assert answer["error"]["details"]["field"] == "password"
    await alice.run("password.set", password=OTHER, current=STRONG)


async def test_names_without_a_password_cost_as_much_as_those_with_one(monkeypatch):
    asked = []

    class Counting:
        def verify(self, hash, password):
            asked.append(hash)
            raise VerificationError

        def hash(self, password):
            return "of nobody"

    hashing._nobodys.cache_clear()
    counting = Counting()
    monkeypatch.setattr(hashing, "_argon", lambda: counting)
    assert not hashing.matches(None, "x")
    assert not hashing.matches("of somebody", "x")
    assert asked == ["of nobody", "of somebody"]
    hashing._nobodys.cache_clear()

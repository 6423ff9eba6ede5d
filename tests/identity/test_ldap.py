"""Signing in by a name and its password in an LDAP directory."""

from __future__ import annotations

import asyncio
from typing import Self
from uuid import uuid5

import pytest
from pyotp import TOTP
from sqlalchemy import update

from chatrooms.identity.applicants import applicants as applicants_table
from chatrooms.identity.ldap import binding
from chatrooms.identity.ldap.alike import alike
from chatrooms.pipeline.act import APPLICATION
from chatrooms.settings import Settings
from tests.appointing import appoint
from tests.identity.entering import code_of, enter, whose
from tests.people import connect
from tests.servers import running
from tests.services import ldap
from tests.services.certificates import certificate
from tests.services.ldap import BASE, BUSY, FINDER, INVALID, NO_RIGHTS, SPACE, SUCCESS

SECRET, STRONG = "alices secret", "umbrella cactus 42"
DIRECT = {"ldap_bind_dn": f"uid={{username}},{BASE}"}
SEARCHING = {"ldap_base": BASE, "ldap_bind_dn": FINDER[0], "ldap_bind_password": FINDER[1]}
WAYS = {"by a name": DIRECT, "by a search": SEARCHING}


@pytest.fixture
async def directory():
    async with ldap.directory(alice=SECRET) as started:
        yield started


@pytest.fixture
async def server(tmp_path, directory):
    async with running(tmp_path, ldap_url=directory.url, **DIRECT) as started:
        yield started


async def sign_in(server, username: str = "alice", password: str = SECRET, **more) -> str:
    """Sign in; return whom the cookie proves, or the code of the refusal."""
    status, answer, cookie = await enter(server.url, "password", username=username, password=password, **more)
    return str(await whose(server.url, cookie)) if status == 200 else answer["error"]["code"]


async def code(person, command: str, **params) -> str:
    answer = await person.client.call(command, params)
    return "fine" if answer["ok"] else answer["error"]["code"]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_a_newcomer_of_the_directory_signs_in_by_its_password_and_again(tmp_path, directory, way):
    async with running(tmp_path, ldap_url=directory.url, **way) as server:
        assert await sign_in(server) == "alice"
        assert await sign_in(server) == "alice"
        assert await sign_in(server, password="another") == "unauthorized"
        assert await sign_in(server, username="nobody") == "unauthorized"


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_unknown_names_take_as_many_questions_as_wrong_passwords(tmp_path, directory, way):
    async with running(tmp_path, ldap_url=directory.url, **way) as server:
        counts = []
        for username, password in (("alice", "another"), ("nobody", SECRET)):
            directory.bound.clear()
            assert await sign_in(server, username, password) == "unauthorized"
            counts.append(len(directory.bound))
        assert counts[0] == counts[1]


async def test_the_name_of_somebody_here_is_not_that_of_the_directory_until_they_connect_it(server):
    async with connect(server.url, "alice") as alice:
        assert await sign_in(server) == "unauthorized"
        assert await alice.run("ldap.get") == {"available": True, "created_at": None}
        assert await code(alice, "ldap.connect", there="wrong") == "invalid"
        await alice.run("ldap.connect", there=SECRET)
        assert (await alice.run("ldap.get"))["created_at"]
        assert await sign_in(server) == "alice"
        await alice.run("password.set", password=STRONG)
        assert await code(alice, "ldap.connect", there=SECRET, password=STRONG) == "conflict"


async def test_connecting_takes_your_password_and_the_last_way_to_sign_in_stays(server):
    async with connect(server.url, "alice") as alice:
        await alice.run("ldap.connect", there=SECRET)
        assert await code(alice, "ldap.disconnect") == "conflict"
        await alice.run("password.set", password=STRONG)
        assert await code(alice, "ldap.disconnect") == "invalid"
        assert await code(alice, "ldap.disconnect", password=STRONG) == "fine"
        assert await sign_in(server) == "unauthorized"
        assert await code(alice, "ldap.connect", there=SECRET) == "invalid"
        assert await sign_in(server, password=STRONG) == "alice"


async def test_a_directory_that_the_server_no_longer_has_keeps_nobody_from_setting_a_password(tmp_path, directory):
    how = {"username": "alice", "password": SECRET, "claim": "a" * 43}
    async with running(tmp_path, ldap_url=directory.url, **DIRECT) as server:
        assert (await enter(server.url, "password", **how))[0] == 200
        await enter(server.url, "link", code=await link(server, "a" * 43), claim="l" * 43)
        async with connect(server.url, "alice", token="l" * 43) as linked:
            assert await code(linked, "password.set", password=STRONG) == "forbidden"
    async with running(tmp_path) as server, connect(server.url, "alice", token="l" * 43) as linked:
        assert await code(linked, "password.set", password=STRONG) == "fine"
        assert await sign_in(server, password=STRONG) == "alice"


async def link(server, token: str) -> str:
    """Return the code of a link that the holder of a token makes."""
    async with connect(server.url, "alice", token=token) as alice:
        return str((await alice.run("link.create"))["link"]["code"])


async def test_a_password_here_signs_in_without_the_directory(server, directory):
    async with connect(server.url, "alice") as alice:
        await alice.run("password.set", password=STRONG)
        directory.answers = BUSY
        assert await sign_in(server, password=STRONG) == "alice"
        assert await sign_in(server, password=STRONG[:-1]) == "unauthorized"
        assert directory.bound == []  # whom the directory does not sign in, it learns nothing of


async def test_strangers_cannot_have_the_directory_lock_somebody_out(server, directory):
    answers = [await sign_in(server, "administrator", f"guess {number}") for number in range(6)]
    assert answers == ["unauthorized"] * 4 + ["rate_limited"] * 2
    assert len(directory.bound) == 4


async def test_who_has_a_name_of_the_directory_here_cannot_have_it_locked_out_there(server, directory):
    async with connect(server.url, "alice") as mallory:
        answers = [await code(mallory, "ldap.connect", there=f"guess {number}") for number in range(6)]
        assert answers == ["invalid"] * 4 + ["rate_limited"] * 2
        assert await sign_in(server, "álice", "another guess") == "rate_limited"  # which a directory may take for it
        assert len(directory.bound) == 4


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("josé", "jose"),
        ("straße", "strasse"),
        ("søren", "soren"),
        ("łukasz", "lukasz"),
        ("οδυσσευς", "οδυσσευσ"),
        ("タロウ", "たろう"),
        ("jo.se", "jo.se"),
        ("각" * 32, "각" * 32),
    ],
)
def test_names_that_a_directory_may_take_for_one(name, other):
    assert alike(name) == alike(other) == other


@pytest.mark.parametrize(("name", "other"), [("jo.se", "jose"), ("राम", "रमा")])
def test_names_that_no_directory_takes_for_one(name, other):
    assert alike(name) != alike(other)


async def test_a_directory_that_locks_somebody_out_answers_like_one_with_another_password(server, directory):
    directory.answers = 19  # constraintViolation
    assert [await sign_in(server) for _ in range(5)] == ["unauthorized"] * 4 + ["rate_limited"]


async def test_a_person_of_the_directory_does_not_come_again_with_an_accent(server, directory):
    directory.people |= {"álice": SECRET, "straße": SECRET, "strasse": SECRET}  # as one that takes them for the same
    assert await sign_in(server) == "alice"
    assert await sign_in(server, "álice") == "name_taken"
    assert await sign_in(server, "straße") == "straße"
    assert await sign_in(server, "strasse") == "name_taken"
    async with connect(server.url, "álice") as mallory:
        assert await code(mallory, "ldap.connect", there=SECRET) == "name_taken"


async def test_a_suspended_person_does_not_come_again_with_an_accent_having_disconnected_it(server, directory):
    directory.people["álice"] = SECRET
    await enter(server.url, "password", username="alice", password=SECRET, claim="a" * 43)
    async with connect(server.url, "alice", token="a" * 43) as alice:
        await alice.run("password.set", password=STRONG)
        await alice.run("ldap.disconnect", password=STRONG)
    await server.chat.run("user.suspend", {"username": "alice", "reason": "Spam"})
    assert await sign_in(server, "álice") == "suspended"
    await server.chat.run("user.restore", {"username": "alice"})
    assert await sign_in(server, "álice") == "álice"


@pytest.fixture
async def two_names(tmp_path, directory):
    """A server of a directory where an entry has two names."""
    find = directory.found
    directory.found = lambda uid: find({"ally": "alice"}.get(uid, uid))
    async with running(tmp_path, ldap_url=directory.url, **SEARCHING) as started:
        yield started


async def test_an_entry_of_the_directory_signs_in_one_person_whatever_its_names_are(two_names):
    answers = await asyncio.gather(sign_in(two_names), sign_in(two_names, "ally"))
    assert sorted(answers) in (["alice", "name_taken"], ["ally", "name_taken"])
    came = next(each for each in answers if each != "name_taken")
    assert await sign_in(two_names, came) == came


async def test_a_suspended_person_of_the_directory_does_not_come_back_by_another_name_of_theirs(two_names):
    await enter(two_names.url, "password", username="alice", password=SECRET, claim="a" * 43)
    await two_names.chat.run("user.suspend", {"username": "alice", "reason": "Spam"})
    assert await sign_in(two_names) == "suspended"
    assert await sign_in(two_names, "ally") == "name_taken"
    await two_names.chat.run("user.restore", {"username": "alice"})
    await enter(two_names.url, "password", username="alice", password=SECRET, claim="b" * 43)
    async with connect(two_names.url, "alice", token="b" * 43) as alice:
        await alice.run("password.set", password=STRONG)
        await alice.run("ldap.disconnect", password=STRONG)
    await two_names.chat.run("user.suspend", {"username": "alice", "reason": "Spam"})
    assert await sign_in(two_names, "ally") == "suspended"
    await two_names.chat.run("user.restore", {"username": "alice"})
    assert await sign_in(two_names, "ally") == "ally"


def dn(uid: str) -> str:
    return f"uid={uid},{BASE}"


@pytest.mark.parametrize("tells", [("entryUUID",), ("who",)])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_a_suspended_person_does_not_come_back_when_their_entry_is_renamed(tmp_path, directory, way, tells):
    directory.tells = tells
    async with running(tmp_path, ldap_url=directory.url, **way) as server:
        assert await sign_in(server) == "alice"
        await server.chat.run("user.suspend", {"username": "alice", "reason": "Spam"})
        directory.people = {"alice.smith": SECRET}
        directory.uuids = {dn("alice.smith"): str(uuid5(SPACE, dn("alice"))) if "who" not in tells else dn("alice")}
        assert await sign_in(server, "alice.smith") == "name_taken"


@pytest.mark.parametrize("tells", [("entryUUID",), ("who",)])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_a_name_that_the_directory_gives_to_somebody_else_signs_them_in_as_nobody(
    tmp_path, directory, way, tells
):
    directory.tells = tells
    async with running(tmp_path, ldap_url=directory.url, **way) as server:
        assert await sign_in(server) == "alice"
        before, directory.uuids = directory.uuids, {dn("alice"): "another entry"}
        assert await sign_in(server) == "forbidden"
        directory.uuids = before
        assert await sign_in(server) == "alice"


@pytest.mark.parametrize("tells", [("who",), (), ("end",)])
async def test_what_is_known_of_an_entry_does_not_give_way_to_less(server, directory, tells):
    directory.people["bob"] = SECRET
    assert await sign_in(server) == "alice"
    directory.tells, directory.looked_up = tells, NO_RIGHTS  # as with a password that must be changed
    assert [await sign_in(server, name) for name in ("alice", "bob")] == ["forbidden"] * 2
    directory.tells, directory.looked_up = ("entryUUID",), SUCCESS
    assert [await sign_in(server, name) for name in ("alice", "bob")] == ["alice", "bob"]


@pytest.mark.parametrize("tells", [("who",), (), ("end",)])
async def test_a_directory_that_says_little_of_entries_signs_in_and_what_is_known_may_become_more(
    server, directory, tells
):
    directory.tells, directory.looked_up = tells, NO_RIGHTS
    assert [await sign_in(server), await sign_in(server)] == ["alice"] * 2
    directory.tells, directory.looked_up = ("entryUUID",), SUCCESS
    assert [await sign_in(server), await sign_in(server)] == ["alice"] * 2
    directory.uuids = {dn("alice"): "another entry"}
    assert await sign_in(server) == "forbidden"


async def test_a_directory_that_fails_to_look_an_entry_up_is_away(server, directory):
    assert await sign_in(server) == "alice"
    directory.looked_up = BUSY
    assert await sign_in(server) == "unavailable"


async def test_somebody_whose_entry_is_new_connects_it_once_an_admin_has_reset_how_they_sign_in(server, directory):
    assert await sign_in(server) == "alice"
    directory.uuids = {dn("alice"): "an entry that was restored"}
    assert await sign_in(server) == "forbidden"
    async with connect(server.url, "olga") as olga:
        await appoint(server.chat, "olga", "owner")
        code = (await olga.run("user.link", username="alice", forget_password=True))["link"]["code"]
    await enter(server.url, "link", code=code, claim="l" * 43)
    async with connect(server.url, "alice", token="l" * 43) as alice:
        await alice.run("ldap.connect", there=SECRET)
    assert await sign_in(server) == "alice"


async def test_entries_whose_names_differ_in_an_accent_are_two(tmp_path, directory):
    directory.people = {"one": SECRET, "two": SECRET}
    names = {"one": f"cn=José,{BASE}", "two": f"cn=Jose,{BASE}"}
    directory.found = lambda uid: [names[uid]] if uid in names else []
    directory.bind = lambda name, _password: SUCCESS if name in (*names.values(), FINDER[0]) else INVALID
    for directory.tells in ((), ("entryUUID",)):
        data = tmp_path / str(len(directory.tells))
        async with running(data, ldap_url=directory.url, **SEARCHING) as server:
            assert [await sign_in(server, uid) for uid in names] == ["one", "two"]


async def test_who_is_here_without_the_directory_is_refused_as_often_as_who_is_nowhere(server, directory):
    async with connect(server.url, "bob"):
        answers = [[await sign_in(server, name, "wrong") for _ in range(6)] for name in ("bob", "nobody")]
    assert answers[0] == answers[1] == ["unauthorized"] * 4 + ["rate_limited"] * 2
    assert "bob" not in str(directory.bound)


async def test_people_of_the_directory_from_before_their_entries_were_known_are_not_one(applicants, directory):
    directory.people["bob"] = SECRET
    assert [await applicants.ask(name) for name in ("alice", "bob")] == ["waiting"] * 2
    chat = applicants.server.chat
    await chat._pipeline.change(lambda act: act.db.execute(update(applicants_table).values(subject=None)), APPLICATION)
    for each in (await applicants.olga.run("applicant.list"))["applicants"]:
        await applicants.olga.run("applicant.approve", id=each["id"])
    assert [await sign_in(applicants.server, name) for name in ("alice", "bob")] == ["alice", "bob"]


async def test_of_two_who_wait_by_names_of_one_entry_one_comes_in(two_names):
    async with connect(two_names.url, "olga") as olga:
        await appoint(two_names.chat, "olga", "owner")
        await olga.run("server.update", sign_up="approval")
        asked = Applicants(two_names, olga)
        assert [await asked.ask("alice"), await asked.ask("ally")] == ["waiting"] * 2
        waiting = (await olga.run("applicant.list"))["applicants"]
        assert await code(olga, "applicant.approve", id=waiting[0]["id"]) == "fine"
        assert await code(olga, "applicant.approve", id=waiting[1]["id"]) == "name_taken"


async def test_the_directory_does_not_skip_a_second_factor(server):
    async with connect(server.url, "alice") as alice:
        await alice.run("ldap.connect", there=SECRET)
        await alice.run("password.set", password=STRONG)
        secret = (await alice.run("factor.begin", password=STRONG))["secret"]
        codes = (await alice.run("factor.enable", code=TOTP(secret).now()))["codes"]
        assert await sign_in(server) == "code_required"
        assert await sign_in(server, code="000000") == "unauthorized"
        assert await sign_in(server, code=codes[0]) == "alice"


async def test_tries_count_as_those_of_other_passwords_also_while_the_directory_is_away(server, directory):
    directory.answers = BUSY
    answers = [await sign_in(server, password="another") for _ in range(11)]
    assert answers == ["unavailable"] * 10 + ["rate_limited"]


class Asked:
    """A connection that notes by what it is asked, and finds nobody."""

    response = ()
    result = {"result": 0}  # noqa: RUF012

    def __init__(self) -> None:
        self.names: list[str] = []
        self.filters: list[str] = []

    def __call__(self, _server, name: str, _password: str) -> Asked:
        self.names.append(name)
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        return None

    def search(self, _base, filter: str, *_, **__) -> None:
        self.filters.append(filter)

    def extended(self, _request) -> None:
        """Say nothing."""


def test_what_a_name_holds_is_no_part_of_what_the_directory_is_asked(monkeypatch):
    asked = Asked()
    monkeypatch.setattr(binding, "_bound", asked)
    for way in WAYS.values():
        binding.entry_of(Settings(ldap_url="ldaps://ldap.example.org", **way), "*)(uid=x,o=y", "secret")
    assert asked.names[0] == rf"uid=*)(uid\=x\,o\=y,{BASE}"
    assert asked.filters == ["(objectClass=*)", r"(uid=\2a\29\28uid=x,o=y)", "(objectClass=*)"]


async def test_several_people_of_a_name_are_nobody(tmp_path, directory):
    directory.people["carol"] = SECRET
    directory.found = lambda _uid: [f"uid={each},{BASE}" for each in directory.people]
    async with running(tmp_path, ldap_url=directory.url, **SEARCHING) as server:
        assert await sign_in(server) == "unauthorized"


@pytest.mark.parametrize("password", ["\u0001aaaaaaa", "\u05e9\u05dc\u05d5\u05ddabc", "a\ue000b"])
async def test_a_password_that_saslprep_does_not_have_is_like_any_other(server, directory, password):
    directory.people["bob"] = password
    assert await sign_in(server, "bob", password) == "bob"
    assert [await sign_in(server, name, password) for name in ("alice", "nobody")] == ["unauthorized"] * 2


@pytest.mark.parametrize("password", ["", "\u00ad", "\u1806", "\U000e0001\ufe00", "\0", "\0abc"])
def test_a_password_that_is_empty_or_may_be_taken_for_it_is_nobodys(directory, password):
    directory.people["alice"] = password
    assert not binding.entry_of(Settings(ldap_url=directory.url, **DIRECT), "alice", password)
    assert directory.bound == []


@pytest.mark.parametrize("ldaps", [True, False])
async def test_the_certificate_of_the_directory_is_checked(tmp_path, monkeypatch, ldaps):
    monkeypatch.setattr(binding, "is_local", lambda _host: False)  # so that ldap:// begins TLS
    ours, another = certificate(tmp_path, "localhost"), certificate(tmp_path, "127.0.0.1")
    async with ldap.directory(ours, ldaps=ldaps, alice=SECRET) as directory:
        for data, trusted, answer in (("a", ours, "alice"), ("b", another, "unavailable"), ("c", "", "unavailable")):
            where = {"ldap_url": directory.url, "ldap_ca": str(trusted)}
            async with running(tmp_path / data, **where, **DIRECT) as server:
                assert await sign_in(server) == answer
        assert directory.bound == [f"uid=alice,{BASE}"]


@pytest.mark.parametrize("ldaps", [True, False])
async def test_a_directory_with_the_certificate_of_another_host_gets_no_password(tmp_path, monkeypatch, ldaps):
    monkeypatch.setattr(binding, "is_local", lambda _host: False)
    elsewhere = certificate(tmp_path, "ldap.example.org")
    async with (
        ldap.directory(elsewhere, ldaps=ldaps, alice=SECRET) as directory,
        running(tmp_path, ldap_url=directory.url, ldap_ca=str(elsewhere), **DIRECT) as server,
    ):
        assert await sign_in(server) == "unavailable"
        assert directory.bound == []


async def test_a_directory_elsewhere_without_tls_gets_no_password(tmp_path, directory, monkeypatch):
    monkeypatch.setattr(binding, "is_local", lambda _host: False)
    async with running(tmp_path, ldap_url=directory.url, **DIRECT) as server:
        assert await sign_in(server) == "unavailable"
        assert directory.bound == []


MODES = {  # guests: what a newcomer gets, and one of a directory whose people count as approved
    "claim": ("alice", "alice"),
    "invite": ("unauthorized", "alice"),
    "approval": ("approval_required", "alice"),
    "off": ("unauthorized", "unauthorized"),
}


@pytest.mark.parametrize(("guests", "answers"), MODES.items(), ids=MODES)
@pytest.mark.parametrize("approved", [False, True])
async def test_newcomers_of_the_directory_come_in_as_the_settings_say(tmp_path, directory, guests, answers, approved):
    async with running(tmp_path, ldap_url=directory.url, guests=guests, ldap_approved=approved, **DIRECT) as server:
        assert await sign_in(server) == answers[approved]


class Applicants:
    """A server where olga approves new people, of the directory and others."""

    def __init__(self, server, olga) -> None:
        self.server, self.olga = server, olga

    async def ask(self, username: str = "alice", password: str = SECRET) -> str:
        given = {"username": username, "password": password, "about": "Alice from work"}
        status, answer, _ = await enter(self.server.url, "ldap_apply", **given)
        return answer["result"]["state"] if status == 200 else answer["error"]["code"]

    async def decide(self, how: str) -> None:
        (applicant,) = (await self.olga.run("applicant.list"))["applicants"]
        await self.olga.run(f"applicant.{how}", id=applicant["id"])


@pytest.fixture
async def applicants(server):
    async with connect(server.url, "olga") as olga:
        await appoint(server.chat, "olga", "owner")
        await olga.run("server.update", sign_up="approval")
        yield Applicants(server, olga)


async def test_somebody_of_the_directory_who_waits_is_signed_in_by_it_anywhere_once_approved(server, applicants):
    assert await sign_in(server) == "approval_required"
    assert await applicants.ask() == "waiting"
    assert await sign_in(server) == "waiting"
    assert await sign_in(server, password="another") == "unauthorized"
    assert (await applicants.olga.run("applicant.list"))["applicants"][0]["proof"] == "directory"
    await applicants.decide("approve")
    assert await sign_in(server, claim="d" * 43) == "None"  # a program has no cookie
    async with connect(server.url, "alice", token="d" * 43) as alice:
        own = next(each for each in (await alice.run("session.list"))["sessions"] if each["current"])
        assert own["began"] == "directory"
    assert await sign_in(server) == "alice"
    assert await applicants.ask() == "conflict"


async def test_somebody_of_the_directory_who_was_declined_can_ask_again(server, applicants):
    await applicants.ask()
    await applicants.decide("decline")
    assert await sign_in(server) == "approval_required"
    assert await applicants.ask() == "waiting"
    await applicants.decide("approve")
    assert await sign_in(server) == "alice"


async def test_of_two_who_wait_by_names_that_are_one_to_the_directory_one_comes_in(server, applicants, directory):
    directory.people["álice"] = SECRET
    assert [await applicants.ask(name) for name in ("alice", "álice")] == ["waiting"] * 2
    waiting = (await applicants.olga.run("applicant.list"))["applicants"]
    answers = [await code(applicants.olga, "applicant.approve", id=each["id"]) for each in waiting]
    assert answers == ["fine", "name_taken"]
    assert [await sign_in(server, name) for name in ("alice", "álice")] == ["alice", "waiting"]
    await sign_in(server, claim="d" * 43)
    async with connect(server.url, "alice", token="d" * 43) as alice:  # who does not decide learns nothing of them
        assert await code(alice, "applicant.approve", id=waiting[1]["id"]) == "forbidden"


async def test_of_two_newcomers_at_once_whose_names_are_one_to_the_directory_one_comes_in(
    server, directory, monkeypatch
):
    directory.people["álice"] = SECRET
    gate, check = asyncio.Barrier(2), server.chat._pipeline.scan

    async def scan(query):
        found = await check(query)
        await gate.wait()  # both have seen nobody else
        return found

    monkeypatch.setattr(server.chat._pipeline, "scan", scan)
    answers = await asyncio.gather(sign_in(server), sign_in(server, "álice"))
    assert len(set(answers) & {"alice", "álice"}) == 1 and "name_taken" in answers


async def test_nobody_asks_to_join_by_the_directory_without_its_password(server, applicants, directory):
    assert await applicants.ask(password="another") == await applicants.ask("nobody") == "unauthorized"
    asked = await enter(server.url, "apply", username="alice", about="Not she")
    assert asked[0] == 200
    await applicants.decide("approve")
    assert await sign_in(server) == "unauthorized"  # the name is that of whom they approved


async def test_nobody_is_approved_by_an_account_of_somebody_who_was_suspended_meanwhile(server, applicants, directory):
    await applicants.ask()
    await applicants.decide("approve")
    await sign_in(server, claim="d" * 43)
    async with connect(server.url, "alice", token="d" * 43) as alice:
        await alice.run("password.set", password=STRONG)
        await alice.run("ldap.disconnect", password=STRONG)
    directory.people["álice"] = SECRET
    assert await applicants.ask("álice") == "waiting"
    asked = (await applicants.olga.run("applicant.list"))["applicants"][0]["id"]
    await server.chat.run("user.suspend", {"username": "alice", "reason": "Spam"})
    assert await code(applicants.olga, "applicant.approve", id=asked) == "conflict"
    await server.chat.run("user.restore", {"username": "alice"})
    assert await code(applicants.olga, "applicant.approve", id=asked) == "fine"


async def test_a_claim_of_somebody_else_is_refused(server):
    claim = "c" * 43
    async with connect(server.url, "bob", auth={"username": "bob", "claim": claim}):
        given = {"username": "alice", "password": SECRET, "claim": claim}
        assert await code_of(server.url, "password", **given) == "unauthorized"


WRONG = {
    "no place for the name": {"ldap_bind_dn": "cn=x"},
    "no place for the name in the filter": {"ldap_base": BASE, "ldap_filter": "(uid=x)"},
    "a filter that does not end": {"ldap_base": BASE, "ldap_filter": "(&(uid={username})"},
    "a filter without parentheses": {"ldap_base": BASE, "ldap_filter": "uid={username}"},
    "a filter that compares nothing": {"ldap_base": BASE, "ldap_filter": "({username})"},
    "an address of the web": {"ldap_url": "https://ldap.example.org"},
    "an address with a path": {"ldap_url": "ldaps://ldap.example.org/ou=people"},
    "an address with a password": {"ldap_url": "ldaps://a:b@ldap.example.org"},
    "no such file": {"ldap_ca": "/nowhere.pem"},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_settings_that_cannot_work_are_refused(wrong):
    good = {"ldap_url": "ldaps://ldap.example.org", **DIRECT}
    assert Settings(**good).ldap_url == "ldaps://ldap.example.org:636"
    with pytest.raises(ValueError):
        Settings(**good | wrong)


@pytest.mark.parametrize(
    "text", ["(uid={username})", "(&(objectClass=person)(|(uid={username})(mail={username}@a.org)))"]
)
def test_filters_are_written_as_directories_read_them(text):
    assert Settings(ldap_url="ldaps://ldap.example.org", ldap_base=BASE, ldap_filter=text).ldap_filter == text

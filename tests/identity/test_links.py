"""Links that sign in another device: of one person, of one use, for five minutes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from chatrooms import clock
from chatrooms.errors import Unauthorized
from chatrooms.features import roles
from chatrooms.identity import endings, links, sessions, suspending, suspensions
from chatrooms.identity.digests import digest
from chatrooms.pipeline import rights
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.chat import NOBODY
from chatrooms.storage.fields import ServerRole
from tests.direct import Direct
from tests.doors import post
from tests.identity.entering import code_of, enter, run, whose
from tests.people import connect


@pytest.fixture
def direct():
    direct = Direct()
    for name, role in {"olga": "owner", "adam": "admin", "mia": "member"}.items():
        direct.join(name)
        direct.appoint(name, role)
    yield direct
    direct.engine.dispose()


def made_by_adam(direct: Direct) -> str:
    """Return the code of a link that signs in mia."""
    with direct.engine.begin() as db:
        return links.make(db, "mia", timedelta(days=1), "admin", "adam")["code"]


def signs_in(direct: Direct, code: str) -> str | None:
    with direct.engine.connect() as db:
        whose = links.of(db, code)
        return whose.username if whose else None


@pytest.mark.parametrize("who", ["adam", "mia"])
@pytest.mark.parametrize("role", rights.ROLES)
def test_a_link_works_only_while_its_maker_could_make_it(direct, who, role):
    code = made_by_adam(direct)
    direct.appoint(who, role)
    lower = role in (("admin", "owner") if who == "adam" else ("guest", "member", "moderator"))
    assert signs_in(direct, code) == ("mia" if lower else None)


def test_a_link_of_a_person_who_is_suspended_signs_in_nobody_even_once_they_are_restored(direct):
    code = made_by_adam(direct)
    direct.run("olga", "user.suspend", {"username": "adam", "reason": "x"})
    direct.commit(Caller("olga"), lambda act: suspending.lift(act, "adam", proven=True))
    assert signs_in(direct, code) is None


def test_ones_own_links_and_those_of_the_console_work_whatever_the_role_is(direct):
    with direct.engine.begin() as db:
        console = links.make(db, "olga", timedelta(minutes=1), "console")["code"]
        own = links.make(db, "mia", timedelta(minutes=1), "device")["code"]
    direct.appoint("mia", "owner")
    assert (signs_in(direct, console), signs_in(direct, own)) == ("olga", "mia")


def begin(direct: Direct, code: str) -> str:
    """Sign in by a link; return the id of the session."""
    token = sessions.new_token()

    def start(act) -> None:
        whose = links.require(links.of(act.db, code))
        sessions.start(act, whose.username, digest(token), "a browser", whose.beginning)

    direct.commit(NOBODY, start)
    with direct.engine.connect() as db:
        return sessions.find(db, token, direct.limits)["id"]


def linked_by(direct: Direct, session: str) -> str:
    """Return the code of a link that a session of mia makes for another device."""
    return direct.run_as(Caller("mia", session=session), "link.create", {})[0]["link"]["code"]


def are_alive(direct: Direct, *ids: str) -> list[bool]:
    with direct.engine.connect() as db:
        return [sessions.alive(db, id) for id in ids]


def step_up(role: ServerRole) -> Callable[[Act], object]:
    return lambda act: roles.appoint(act, "mia", role, "member")


@pytest.mark.parametrize(
    ("what", "stays"),
    [
        (lambda act: suspending.store(act.db, "adam", "olga", "x"), False),
        (lambda act: endings.end_for_good(act.db, "adam"), False),
        (lambda act: endings.end_others(act, "none"), True),
        (lambda act: roles.appoint(act, "adam", "member", "admin"), True),
        (step_up("moderator"), True),
        (step_up("admin"), False),
        (step_up("owner"), False),
    ],
    ids=["suspended", "signed out", "own devices", "steps down", "below", "equal", "above"],
)
def test_sessions_that_began_by_the_link_of_an_admin_end_with_what_the_admin_may_do(direct, what, stays):
    first = begin(direct, made_by_adam(direct))
    second = begin(direct, linked_by(direct, first))
    with direct.engine.begin() as db:
        console = links.make(db, "mia", timedelta(minutes=1), "console")["code"]
    own = begin(direct, console)
    direct.commit(Caller("adam"), what)
    assert are_alive(direct, first, second, own) == [stays, stays, True]
    assert not stays or signs_in(direct, linked_by(direct, first)) == "mia"  # another device


def vouched(act: Act) -> None:
    roles.vouch(act, "mia", "owner")


@pytest.mark.parametrize("promote", [step_up("admin"), step_up("owner"), vouched], ids=["equal", "above", "by a host"])
@pytest.mark.parametrize("role", ["admin", "guest"])
def test_no_device_link_outlives_the_session_by_an_admins_link_that_made_it(direct, promote, role):
    """Nor the other sessions of it, whatever the admin's role is by then."""
    first = begin(direct, made_by_adam(direct))
    code = linked_by(direct, first)
    second = begin(direct, code)
    code = linked_by(direct, second)
    direct.appoint("adam", role)
    direct.commit(NOBODY, promote)
    assert signs_in(direct, code) is None
    assert are_alive(direct, first, second) == [False, False]


@pytest.mark.parametrize("session", ["ended", "suspended"])
def test_a_session_that_ended_elsewhere_has_no_power_by_its_persons_role(direct, session):
    """Other nodes, and servers beside a command line, know a little later that it ended."""
    with direct.engine.begin() as db:
        code = links.make(db, "mia", timedelta(minutes=1), "console")["code"]
    me = Caller("mia", session=begin(direct, code))
    direct.appoint("mia", "owner")
    with direct.engine.connect() as db:
        assert rights.role_of(db, me) == "owner"
    ended = {"ended": lambda act: endings.end_all(act.db, "mia"), "suspended": lambda act: bar(act, "mia")}
    direct.commit(NOBODY, ended[session])
    with pytest.raises(Unauthorized):
        direct.run_as(me, "user.suspend", {"username": "adam", "reason": "x"})
    with direct.engine.connect() as db, pytest.raises(Unauthorized):
        rights.role_of(db, me)
    if session == "suspended":
        with direct.engine.connect() as db, pytest.raises(Unauthorized):
            rights.role_of(db, Caller("mia"))  # whom a host application signs in


def bar(act: Act, username: str) -> None:
    suspensions.store(act.db, username, "olga", "x")


async def link_of(person) -> str:
    return (await person.run("link.create"))["link"]["code"]


async def test_a_link_signs_in_another_browser_as_the_same_person(person, own_server):
    alice = await person("alice")
    status, answer, cookie = await enter(own_server.url, "link", code=await link_of(alice))
    assert (status, answer["result"]["user"]["username"]) == (200, "alice")
    assert await whose(own_server.url, cookie) == "alice"
    assert len((await alice.run("session.list"))["sessions"]) == 2


async def test_a_link_can_be_used_once_even_by_several_at_the_same_time(person, own_server):
    alice = await person("alice")
    code = await link_of(alice)
    answers = await asyncio.gather(*(enter(own_server.url, "link", code=code) for _ in range(5)))
    assert sorted(status for status, _, _ in answers) == [200, 401, 401, 401, 401]
    assert await code_of(own_server.url, "link", code=code) == "unauthorized"
    assert len((await alice.run("session.list"))["sessions"]) == 2


async def test_a_new_link_ends_the_one_before(person, own_server):
    alice, bob = await person("alice"), await person("bob")
    before, of_bob = await link_of(alice), await link_of(bob)
    after = await link_of(alice)
    assert await code_of(own_server.url, "link", code=before) == "unauthorized"
    for code, name in ((after, "alice"), (of_bob, "bob")):
        _, _, cookie = await enter(own_server.url, "link", code=code)
        assert await whose(own_server.url, cookie) == name


async def test_a_link_expires(person, own_server, monkeypatch):
    alice = await person("alice")
    monkeypatch.setattr(links, "GOOD_FOR", timedelta(seconds=-1))
    assert await code_of(own_server.url, "link", code=await link_of(alice)) == "unauthorized"
    assert (await alice.run("link.create"))["link"]["expires_at"] < clock.now()


async def test_no_other_code_signs_in(own_server):
    for code, refused in (("x" * 43, "unauthorized"), ("", "invalid"), ("x" * 44, "invalid"), (7, "invalid")):
        assert await code_of(own_server.url, "link", code=code) == refused


async def test_a_program_signs_in_by_a_claim_of_its_own_and_gets_no_cookie(person, own_server):
    alice, claim = await person("alice"), "p" * 43
    status, _, cookie = await enter(own_server.url, "link", code=await link_of(alice), claim=claim)
    assert (status, cookie) == (200, "")
    async with connect(own_server.url, "alice", token=claim) as program:
        assert (await program.run("user.me"))["user"]["username"] == "alice"


async def test_a_claim_cannot_be_a_token_that_proves_somebody_else(person, own_server):
    alice, bob = await person("alice"), await person("bob")
    code = await link_of(alice)
    assert await code_of(own_server.url, "link", code=code, claim=bob.token) == "unauthorized"
    assert (await run(bob, "user.me"))["result"]["user"]["username"] == "bob"
    _, _, cookie = await enter(own_server.url, "link", code=code)  # what was refused has not used the link
    assert await whose(own_server.url, cookie) == "alice"


async def test_the_database_holds_no_code(person, own_server):
    alice = await person("alice")
    code = await link_of(alice)
    rows = await own_server.chat._pipeline.lookup(lambda db: db.execute(links.links.select()).all())
    assert [row.username for row in rows] == ["alice"]
    assert code not in repr(rows)


async def test_ending_the_other_sessions_ends_the_sockets_of_all_but_this_one(person, own_server):
    alice = await person("alice")
    others = []
    for claim in ("q" * 43, "r" * 43):
        await enter(own_server.url, "link", code=await link_of(alice), claim=claim)
        others.append(await person("alice", token=claim))
    bob = await person("bob")
    await alice.run("session.revoke_others")
    for other in others:
        await other.disconnected()
    assert [session["current"] for session in (await alice.run("session.list"))["sessions"]] == [True]
    assert (await run(bob, "user.me"))["ok"]


async def test_a_link_says_whom_it_signs_in_before_it_is_used(person, own_server):
    code = await link_of(await person("alice"))
    for _ in range(2):
        _, answer, headers = await post(own_server.url, "/api/link.get", {"code": code})
        assert answer["result"] == {"username": "alice"} and "Set-Cookie" not in headers
    assert (await enter(own_server.url, "link", code=code))[0] == 200


@pytest.mark.parametrize("ending", ["session.revoke_others", "session.revoke"])
async def test_ending_a_session_ends_the_link_that_it_may_have_made(person, own_server, ending):
    alice = await person("alice")
    await enter(own_server.url, "link", code=await link_of(alice))
    left = await link_of(alice)
    others = [each for each in (await alice.run("session.list"))["sessions"] if not each["current"]]
    await alice.run(ending, **({"id": others[0]["id"]} if ending == "session.revoke" else {}))
    assert await code_of(own_server.url, "link", code=left) == "unauthorized"


async def test_a_person_has_a_bounded_number_of_sessions_and_the_least_recent_one_ends(person, own_server, monkeypatch):
    monkeypatch.setattr(sessions, "MOST", 3)
    alice = await person("alice")
    cookies = [(await enter(own_server.url, "link", code=await link_of(alice)))[2] for _ in range(3)]
    await alice.disconnected()
    assert [await whose(own_server.url, cookie) for cookie in cookies] == ["alice"] * 3

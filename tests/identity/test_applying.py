"""Where people are approved: what somebody can do who waits, who decides, and what can be changed while it runs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from chatrooms import clock
from chatrooms.errors import Conflict
from chatrooms.identity import applicants, sessions
from chatrooms.identity.applicants import Proof
from chatrooms.identity.beginnings import JOIN
from chatrooms.identity.digests import digest
from chatrooms.pipeline.act import Caller
from chatrooms.pipeline.chat import NOBODY
from tests.appointing import appoint
from tests.direct import Direct
from tests.doors import get, post
from tests.identity.entering import code_of, enter, whose
from tests.identity.test_invites import invited
from tests.identity.test_sessions import refusal
from tests.people import Refused, connect
from tests.servers import running

CLAIM = "e" * 43
ERIN = {"username": "erin", "claim": CLAIM}
ABOUT = "Erin from the workshop"


@pytest.fixture
async def server(tmp_path):
    """Start a server whose owner, olga, has chosen that people are approved."""
    async with running(tmp_path) as started, connect(started.url, "olga") as olga:
        await appoint(started.chat, "olga", "owner")
        await olga.run("server.update", sign_up="approval")
        started.olga = olga
        yield started


async def ask(server, **more) -> tuple[int, dict, str]:
    return await enter(server.url, "apply", **{"username": "erin", "about": ABOUT, **more})


async def waiting(server) -> list[dict]:
    return (await server.olga.run("applicant.list"))["applicants"]


async def state(server, **who) -> str:
    return (await enter(server.url, "applied", **(who or ERIN)))[1]["result"]["state"]


async def test_a_person_asks_waits_is_approved_and_is_signed_in_where_they_asked(server):
    assert await code_of(server.url, "join", username="erin") == "approval_required"
    status, answer, cookie = await ask(server)
    assert (status, answer["result"]["state"]) == (200, "waiting")
    (erin,) = await waiting(server)
    assert (erin["username"], erin["about"]) == ("erin", ABOUT)
    assert await whose(server.url, cookie) is None
    await server.olga.run("applicant.approve", id=erin["id"])
    assert await whose(server.url, cookie) == "erin"
    assert await waiting(server) == []
    assert "erin" in str(await server.olga.run("room.members", room="#lobby"))


async def test_who_waits_can_do_nothing_by_any_door_but_ask_what_became_of_it(server):
    await ask(server, claim=CLAIM)
    for auth in ({"token": CLAIM}, ERIN, {"username": "erin", "token": CLAIM}):
        assert await refusal(server.url, auth) == "waiting"
    bearer = {"Authorization": f"Bearer {CLAIM}"}
    for command, params in (("user.me", {}), ("user.list", {}), ("room.list", {}), ("message.post", {"room": "olga"})):
        _, answer, _ = await post(server.url, f"/api/{command}", params, headers=bearer)
        assert answer["error"]["code"] == "waiting", command
    _, answer, cookie = await enter(server.url, "apply", username="fred", about="x")
    _, answer, _ = await post(server.url, "/api/user.me", {}, headers={"Cookie": cookie, "Chatrooms-User": "fred"})
    assert answer["error"]["code"] == "waiting"
    assert await state(server) == "waiting"
    assert "erin" not in str(await server.olga.run("user.list"))


async def test_a_program_that_was_approved_connects_with_its_claim(server):
    await ask(server, claim=CLAIM)
    await server.olga.run("applicant.approve", id=(await waiting(server))[0]["id"])
    assert await state(server) == "approved"
    async with connect(server.url, "erin", token=CLAIM) as erin:
        assert (await erin.run("user.me"))["user"]["role"] == "member"
    assert await code_of(server.url, "apply", about="x", **ERIN) == "conflict"


async def test_who_was_declined_learns_it_and_the_name_is_free(server):
    await ask(server, claim=CLAIM)
    (erin,) = await waiting(server)
    await server.olga.run("applicant.decline", id=erin["id"])
    assert await state(server) == "declined"
    assert await waiting(server) == []
    for command in ("applicant.decline", "applicant.approve"):
        with pytest.raises(Refused, match="not_found"):
            await server.olga.run(command, id=erin["id"])
    assert await refusal(server.url, {"token": CLAIM}) == "unauthorized"
    assert (await ask(server, claim="f" * 43))[0] == 200


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"username": "olga"}, "name_taken"),
        ({"username": "\N{CYRILLIC SMALL LETTER O}lga"}, "name_taken"),
        ({"username": "Erin"}, "name_taken"),
        ({"username": "admin"}, "invalid"),
        ({"username": "fred", "about": ""}, "invalid"),
        ({"username": "fred", "about": "two\nlines"}, "invalid"),
        ({"username": "fred", "about": "x" * 251}, "invalid"),
        ({"username": "fred", "claim": "short"}, "invalid"),
    ],
)
async def test_what_cannot_be_asked(server, params, code):
    await ask(server)
    assert await code_of(server.url, "apply", **{"about": "x", **params}) == code


async def test_an_invitation_is_enough(server):
    code = (await server.olga.run("invite.create", room="#lobby"))["invite"]["code"]
    assert (await enter(server.url, "join", username="erin", invite=code))[0] == 200


async def test_who_has_asked_and_comes_in_by_an_invitation_with_the_same_claim_waits_no_longer(server):
    await ask(server, claim=CLAIM)
    (asked,) = await waiting(server)
    code = (await server.olga.run("invite.create", room="#lobby"))["invite"]["code"]
    async with connect(server.url, "erin", auth={**ERIN, "invite": code}):
        assert await waiting(server) == []
    with pytest.raises(Refused, match="not_found"):
        await server.olga.run("applicant.approve", id=asked["id"])
    assert (await code_of(server.url, "apply", username="erika", claim=CLAIM, about="x")) == "conflict"


async def test_a_claim_that_is_a_session_by_now_approves_no_one(server):
    await ask(server, claim=CLAIM)
    (asked,) = await waiting(server)
    await server.chat._pipeline.change(lambda act: sessions.start(act, "olga", digest(CLAIM), "", JOIN), NOBODY)
    with pytest.raises(Refused, match="conflict"):
        await server.olga.run("applicant.approve", id=asked["id"])
    await server.olga.run("applicant.decline", id=asked["id"])
    assert await waiting(server) == []


async def test_an_invitation_of_a_member_does_not_replace_the_approval(server):
    async with connect(server.url, "erin", token=await approved(server)) as erin:
        code = (await erin.run("invite.create", room="#lobby"))["invite"]["code"]
        assert await code_of(server.url, "join", username="fred", invite=code) == "approval_required"
        assert await refusal(server.url, {"username": "fred", "invite": code}) == "approval_required"
        assert await code_of(server.url, "join", username="fred", invite="f" * 43) == "not_found"
        await ask(server, username="fred", claim="f" * 43)
        await server.olga.run("applicant.approve", id=(await waiting(server))[0]["id"])
        async with connect(server.url, "fred", token="f" * 43) as fred:
            assert (await fred.run("invite.accept", code=code))["member"]["room"] == "#lobby"


async def approved(server) -> str:
    await ask(server, claim=CLAIM)
    await server.olga.run("applicant.approve", id=(await waiting(server))[0]["id"])
    return CLAIM


async def test_who_asks_again_or_withdraws_waits_once_or_no_longer(server):
    await ask(server, claim=CLAIM)
    await ask(server, claim=CLAIM, username="erika")
    assert [person["username"] for person in await waiting(server)] == ["erika"]
    assert await code_of(server.url, "applied", **ERIN) == "unauthorized"
    await enter(server.url, "withdraw", username="erika", claim=CLAIM)
    assert await waiting(server) == []


async def test_a_browser_that_withdraws_loses_the_cookie(server):
    _, _, cookie = await ask(server)
    given = {"username": "erin"}
    status, _, headers = await post(server.url, "/api/session.withdraw", given, headers={"Cookie": cookie})
    assert status == 200 and await waiting(server) == []
    name, _, rest = headers["Set-Cookie"].partition("=")
    assert name == cookie.partition("=")[0] and "max-age=0" in rest.lower()


@pytest.mark.parametrize("decision", ["approve", "decline"])
async def test_admins_hear_how_many_wait_when_somebody_asks_and_when_it_is_decided(server, decision):
    await ask(server)
    (erin,) = await waiting(server)
    await server.olga.run(f"applicant.{decision}", id=erin["id"])
    await server.olga.settled()
    assert [signal["data"] for signal in server.olga.signals("applicants")] == [{"waiting": 1}, {"waiting": 0}]


async def test_no_token_that_was_in_the_browser_before_is_approved(server):
    """Somebody else may have put it there, or have stolen it before it was ended."""
    _, _, before = await ask(server)
    name = before.partition("=")[0]
    for planted in (before, f"{name}={'x' * 43}", f"{name}=x"):
        given = {"username": "erin", "about": ABOUT}
        status, _, headers = await post(server.url, "/api/session.apply", given, headers={"Cookie": planted})
        if status == 200:
            new = headers["Set-Cookie"].split(";")[0]
            assert new != planted
            before = new
    (erin,) = await waiting(server)
    await server.olga.run("applicant.approve", id=erin["id"])
    assert await whose(server.url, before) == "erin"
    for planted in (f"{name}={'x' * 43}", f"{name}=x"):
        assert await whose(server.url, planted) is None


async def test_strangers_who_withdraw_nothing_send_nothing_to_the_admins(server):
    assert (await enter(server.url, "withdraw", username="erin", claim="s" * 43))[0] == 200
    await ask(server, claim=CLAIM)
    heard = await server.olga.hears(lambda event, data: event == "signal" and data["type"] == "applicants")
    assert heard["data"] == {"waiting": 1}


async def test_few_wait_from_one_address_and_none_for_ever(server, monkeypatch):
    monkeypatch.setattr(applicants, "MOST_OF_ADDRESS", 1)
    await ask(server)
    assert await code_of(server.url, "apply", username="fred", about="x") == "conflict"
    long_ago = clock.moved(clock.now(), -applicants.WAITS - timedelta(minutes=1))
    aged = update(applicants.applicants).values(at=long_ago)
    await server.chat._pipeline.change(lambda act: act.db.execute(aged), NOBODY)
    assert (await enter(server.url, "apply", username="fred", about="x"))[0] == 200
    assert [person["username"] for person in await waiting(server)] == ["fred"]


@pytest.fixture
def direct() -> Direct:
    server = Direct()
    server.sign_up = "approval"
    server.join("olga")
    server.appoint("olga", "owner")
    return server


def asks(direct: Direct, name: str, network: str, token: str = "", proof: Proof = applicants.UNPROVEN) -> None:
    me, token = Caller(name, network=network), token or name
    direct.commit(me, lambda act: applicants.add(act, name, "x", token, "", proof=proof, replaces=token))


def names(direct: Direct) -> list[str]:
    """Return who waits, by name."""
    return sorted(person["username"] for person in direct.run("olga", "applicant.list", {})[0]["applicants"])


def decline_all(direct: Direct) -> None:
    for person in direct.run("olga", "applicant.list", {})[0]["applicants"]:
        direct.run("olga", "applicant.decline", {"id": person["id"]})


def test_declined_people_take_no_place_but_close_their_network_for_a_day(direct, monkeypatch):
    monkeypatch.setattr(applicants, "MOST", 4)
    for name in ("ann", "bea", "cat"):
        asks(direct, name, "192.0.2.1")
        decline_all(direct)
    with pytest.raises(Conflict, match="tomorrow"):
        asks(direct, "dan", "192.0.2.1")
    for number in range(4):
        asks(direct, f"eve{number}", f"192.0.2.{number + 2}")
    with pytest.raises(Conflict, match="Too many"):
        asks(direct, "fay", "192.0.2.9")
    decline_all(direct)
    tomorrow = clock.moved(clock.now(), applicants.COUNTED)
    direct.now = lambda: tomorrow
    asks(direct, "dan", "192.0.2.1")


def test_networks_share_the_places_if_all_are_taken(direct, monkeypatch):
    monkeypatch.setattr(applicants, "MOST", 4)
    for number in range(4):
        asks(direct, f"eve{number}", f"192.0.2.{number // 2}")
    asks(direct, "ann", "192.0.2.9")
    asks(direct, "bea", "192.0.2.10")
    assert names(direct) == ["ann", "bea", "eve0", "eve2"]
    for network in ("192.0.2.9", "192.0.2.11"):
        with pytest.raises(Conflict, match="Too many"):
            asks(direct, "cat", network)


def test_who_has_proved_who_they_are_waits_beside_the_others(direct, monkeypatch):
    monkeypatch.setattr(applicants, "MOST", 3)
    for name in ("ann", "bea", "cat"):
        asks(direct, name, "192.0.2.1")
        decline_all(direct)
    for number in range(3):
        asks(direct, f"eve{number}", f"192.0.2.{number + 2}")
    asks(direct, "dan", "192.0.2.1", proof=Proof("directory"))
    assert names(direct) == ["dan", "eve0", "eve1", "eve2"]


@pytest.mark.parametrize("withdraws", [False, True])
def test_who_was_declined_counts_as_that_though_they_ask_again_or_withdraw(direct, withdraws):
    for name in ("ann", "bea", "cat"):
        asks(direct, name, "192.0.2.1", token="the same")
        decline_all(direct)
        if withdraws:
            assert direct.commit(Caller(name), lambda act: applicants.drop(act.db, "the same")) == (False, [])
    with pytest.raises(Conflict, match="tomorrow"):
        asks(direct, "dan", "192.0.2.1", token="the same")


def test_the_networks_of_a_customer_of_ipv6_have_places_together(direct, monkeypatch):
    monkeypatch.setattr(applicants, "MOST_OF_ADDRESS", 1)
    for number in range(16):
        asks(direct, f"ann{number}", f"2001:db8:1:{number + 2}::/64")
        with pytest.raises(Conflict, match="Too many"):
            asks(direct, "bea", f"2001:db8:1:{number + 2}::/64")
    with pytest.raises(Conflict, match="Too many"):
        asks(direct, "bea", "2001:db8:1:ff::/64")
    asks(direct, "bea", "2001:db8:2:2::/64")


async def test_a_name_that_was_given_away_meanwhile_is_not_approved(server):
    await ask(server, claim=CLAIM)
    (erin,) = await waiting(server)
    await server.olga.run("group.create", name="erin")
    with pytest.raises(Refused, match="name_taken"):
        await server.olga.run("applicant.approve", id=erin["id"])
    assert await state(server) == "waiting"


@pytest.mark.parametrize(
    ("sign_up", "join"), [("open", "fine"), ("invite", "unauthorized"), ("closed", "unauthorized")]
)
async def test_admins_change_how_people_come_in_and_those_who_are_here_stay(server, sign_up, join):
    olga = server.olga
    changed = await olga.run("server.update", sign_up=sign_up)
    assert (changed["sign_up"], changed["can_change_sign_up"]) == (sign_up, True)
    assert await olga.run("server.get") == changed
    heard = await olga.hears(
        lambda event, data: event == "signal" and data["data"] == {"name": "Chatrooms", "sign_up": sign_up}
    )
    assert (heard["type"], heard["room"]) == ("server", "olga")
    status, answer, _ = await enter(server.url, "join", username="erin")
    assert ("fine" if status == 200 else answer["error"]["code"]) == join
    assert await code_of(server.url, "apply", username="fred", about="x") == "conflict"
    async with connect(server.url, "olga", token=olga.token) as again:
        welcome = await again.hears(lambda event, _: event == "welcome")
        assert welcome["server"]["sign_up"] == sign_up
        assert f'<meta name="sign-up" content="{sign_up}">' in (await get(server.url, "/"))[1]
        assert (await again.run("server.update", sign_up="open"))["sign_up"] == "open"


@pytest.mark.parametrize(
    ("sign_up", "of_admin", "of_member"),
    [
        ("open", "open", "open"),
        ("invite", "open", "open"),
        ("approval", "open", "approval"),
        ("closed", "closed", "closed"),
    ],
)
async def test_an_invitation_says_how_new_people_come_in_by_it(server, sign_up, of_admin, of_member):
    olga = server.olga
    await olga.run("server.update", sign_up="open")
    async with connect(server.url, "mona") as mona:
        codes = [await invited(person, "#lobby") for person in (olga, mona)]
    await olga.run("server.update", sign_up=sign_up)
    shown = [(await post(server.url, "/api/invite.get", {"code": code}))[1]["result"]["sign_up"] for code in codes]
    assert shown == [of_admin, of_member]


async def test_a_setting_decides_if_there_is_one(tmp_path):
    async with running(tmp_path, guests="claim") as server, connect(server.url, "olga") as olga:
        await appoint(server.chat, "olga", "owner")
        with pytest.raises(Refused, match="conflict"):
            await olga.run("server.update", sign_up="closed")
        assert (await olga.run("server.get"))["can_change_sign_up"] is False


async def test_what_was_chosen_holds_after_a_restart(tmp_path):
    async with running(tmp_path) as server, connect(server.url, "olga") as olga:
        await appoint(server.chat, "olga", "admin")
        await olga.run("server.update", sign_up="approval")
    async with running(tmp_path) as server:
        assert await code_of(server.url, "join", username="erin") == "approval_required"


async def test_the_setting_alone_is_enough(tmp_path):
    async with running(tmp_path, guests="approval") as server:
        assert (await enter(server.url, "apply", **ERIN, about=ABOUT))[0] == 200
        assert not await server.chat._pipeline.lookup(lambda db: sessions.exists(db, CLAIM))

"""How often strangers can try to come in, and people can set passwords and make keys and invitations."""

from __future__ import annotations

import pytest

from chatrooms.doors.docs.generated import contract
from chatrooms.identity import passwords
from tests.doors import DOORS, post
from tests.identity.test_passwords import STRONG
from tests.people import connect
from tests.servers import running

FREE = {"oidc.signed_out", "session.leave", "session.withdraw"}
"""Entries that begin nothing, and give nobody anything to guess."""
JOINING = sorted({entry.name for entry in contract().entries} - FREE)
GIVEN = {"password": STRONG}
CREATING = ["invite.create", "key.create", "key.rotate"]


@pytest.fixture
async def url(tmp_path):
    async with running(tmp_path, rate_join="1/hour", rate_create="1/hour") as server:
        yield server.url


@pytest.mark.parametrize("entry", JOINING)
async def test_what_strangers_come_in_by_counts_at_the_rate_of_joining(url, entry):
    answers = [(await post(url, f"/api/{entry}", {}))[1] for _ in range(2)]
    assert [answer["ok"] or answer["error"]["code"] == "rate_limited" for answer in answers] == [False, True]


@pytest.mark.parametrize("entry", sorted(FREE))
async def test_what_ends_something_does_not(url, entry):
    answers = [(await post(url, f"/api/{entry}", {}))[1] for _ in range(2)]
    assert "rate_limited" not in str(answers)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("command", CREATING)
async def test_what_lets_programs_or_others_in_counts_at_the_rate_of_creating(url, command, door):
    async with connect(url, "alice") as alice:
        answers = [await DOORS[door](alice, command, {}) for _ in range(2)]
        assert [answer["error"]["code"] for answer in answers] == ["invalid", "rate_limited"]


@pytest.fixture
def one_an_hour(monkeypatch):
    """Let everybody set one password an hour."""
    monkeypatch.setattr(passwords, "CHANGES", "1/hour")


async def test_a_person_sets_a_password_so_often_whether_it_is_accepted_or_not(one_an_hour, person):
    alice, bob = await person("alice"), await person("bob")
    answers = [await DOORS["socket"](alice, "password.set", given) for given in ({"password": "weak"}, GIVEN)]
    assert [answer["error"]["code"] for answer in answers] == ["invalid", "rate_limited"]
    assert await bob.run("password.set", **GIVEN) == {}


async def test_people_of_one_address_set_passwords_as_often_as_eight(one_an_hour, person):
    people = [await person(f"user{number}") for number in range(9)]
    answers = [await DOORS["http"](each, "password.set", {"password": "weak"}) for each in people]
    assert [answer["error"]["code"] for answer in answers] == ["invalid"] * 8 + ["rate_limited"]

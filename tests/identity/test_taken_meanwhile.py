"""Rights and roles are asked for where something is done: what was taken or given a moment before counts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.appointing import appoint
from tests.identity.entering import enter
from tests.identity.test_fresh import outcomes, suspended
from tests.identity.test_passkeys import STRONG, add
from tests.people import Person

GOVERNING: dict[str, tuple[str, dict[str, Any]]] = {
    "name": ("server.update", {"name": "Acme"}),
    "sign_up": ("server.update", {"sign_up": "invite"}),
    "more": ("server.update", {"second_factor": "everybody"}),
    "fewer": ("server.update", {"second_factor": "nobody", "password": STRONG}),
    "link": ("user.link", {"username": "bob", "password": STRONG}),
    "role": ("user.role", {"username": "bob", "role": "moderator", "password": STRONG}),
    "restore": ("user.restore", {"username": "carol"}),
    "restore an admin": ("user.restore", {"username": "adam", "password": STRONG}),
    "approve": ("applicant.approve", {"id": "DAVE"}),
}


@pytest.fixture
async def alice(person, own_server) -> Person:
    """Alice, who owns a server with olga; carol and adam are suspended, and dave would like to join."""
    people = [await person(name) for name in ("alice", "olga", "bob", "carol", "adam")]
    for name, role in {"alice": "owner", "olga": "owner", "adam": "admin"}.items():
        await appoint(own_server.chat, name, role)
    alice = people[0]
    await add(alice)
    await alice.run("password.set", password=STRONG)
    await alice.run("server.update", sign_up="approval", second_factor="admins")
    await enter(alice.url, "apply", username="dave", about="x", claim="d" * 43)
    for name in ("carol", "adam"):
        await alice.run("user.suspend", username=name, reason="x")
    return alice


def before_it_is_done(server, monkeypatch, change: Callable[[], Awaitable[object]]) -> None:
    """Let something change before the next change is made, after all that is looked up before."""
    pipeline = server.chat._pipeline
    go_on = pipeline.change

    async def changed_then(*given: Any) -> Any:
        monkeypatch.undo()
        await change()
        return await go_on(*given)

    monkeypatch.setattr(pipeline, "change", changed_then)


@pytest.mark.parametrize("what", GOVERNING)
async def test_nobody_does_by_a_role_what_they_no_longer_may(alice, own_server, monkeypatch, what):
    command, given = GOVERNING[what]
    if what == "approve":
        given = {"id": (await alice.run("applicant.list"))["applicants"][0]["id"]}
    before_it_is_done(own_server, monkeypatch, lambda: appoint(own_server.chat, "alice", "member"))
    assert await outcomes(alice, {command: given}) == [("forbidden", None)]
    await appoint(own_server.chat, "alice", "owner")
    assert await outcomes(alice, {command: given}) == [("fine", None)]


async def test_who_gets_power_over_others_meanwhile_is_not_restored_without_proof(alice, own_server, monkeypatch):
    before_it_is_done(own_server, monkeypatch, lambda: appoint(own_server.chat, "carol", "moderator"))
    assert await outcomes(alice, {"user.restore": {"username": "carol"}}) == [("conflict", "username")]
    assert {each["user"]["username"] for each in await suspended(alice)} == {"adam", "carol"}
    assert await outcomes(alice, {"user.restore": {"username": "carol"}}) == [("invalid", "password")]
    assert await outcomes(alice, {"user.restore": {"username": "carol"}}, password=STRONG) == [("fine", None)]


async def test_who_is_not_suspended_is_restored_without_proof_as_that_changes_nothing(alice):
    assert await outcomes(alice, {"user.restore": {"username": "bob"}}) == [("fine", None)]
    await alice.run("user.restore", username="adam", password=STRONG)
    assert await outcomes(alice, {"user.restore": {"username": "adam"}}) == [("fine", None)]


async def test_the_application_restores_an_admin_as_somebody_who_has_a_password_here(alice, own_server):
    await own_server.chat.run("user.restore", {"username": "adam"}, username="alice")
    assert [each["user"]["username"] for each in await suspended(alice)] == ["carol"]


async def test_nobody_gets_a_link_who_is_suspended_meanwhile(alice, own_server, monkeypatch):
    async def suspend() -> None:
        await own_server.chat.run("user.suspend", {"username": "bob", "reason": "x"})

    before_it_is_done(own_server, monkeypatch, suspend)
    asked = {"user.link": {"username": "bob", "password": STRONG}}
    assert await outcomes(alice, asked) == [("conflict", "username")]

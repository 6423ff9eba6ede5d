"""The world of the tests: alice, bob, carol and mallory, all in `#lobby`, and `#staff`, which is bob's.

`#staff` is private. Bob owns it, alice is a member, carol is an outsider, and mallory was removed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.people import Person

Join = Callable[..., Awaitable[Person]]


@pytest.fixture
async def alice(person: Join) -> Person:
    """Connect alice."""
    return await person("alice")


@pytest.fixture
async def bob(person: Join) -> Person:
    """Connect bob, the owner of `staff`."""
    return await person("bob")


@pytest.fixture
async def carol(person: Join) -> Person:
    """Connect carol, an outsider."""
    return await person("carol")


@pytest.fixture
async def mallory(person: Join) -> Person:
    """Connect mallory, whom bob removed from `staff`."""
    return await person("mallory")


@pytest.fixture
async def staff(alice: Person, bob: Person, mallory: Person) -> str:
    """Return the name of the private room that bob owns and alice is a member of."""
    await make_staff(bob)
    return "#staff"


async def make_staff(bob: Person, **details: str) -> None:
    """Create `#staff`, invite alice and mallory, and remove mallory."""
    await bob.run("room.create", name="#staff", access="private", **details)
    for username in ("alice", "mallory"):
        await bob.run("room.invite", room="#staff", username=username)
    await bob.run("room.remove", room="#staff", username="mallory")

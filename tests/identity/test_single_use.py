"""Secrets of a single use: challenges of passkeys are some, attempts to sign in at a provider are others."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, func, insert, select

from chatrooms import clock
from chatrooms.identity import challenges
from chatrooms.identity.digests import digest
from chatrooms.identity.oidc import attempts

EARLIER = clock.ago(seconds=1)


@pytest.fixture
def db():
    engine = create_engine("sqlite://")
    with engine.begin() as db:
        challenges.challenges.create(db)
        attempts.attempts.create(db)
        yield db


def test_a_challenge_is_taken_once_and_by_the_browser_that_asked_for_it(db):
    made = challenges.make(db, "alice's browser", "https://chat.example")
    assert challenges.take(db, made.value, "mallory's browser") is None
    assert challenges.take(db, made.value, "alice's browser") == made
    assert challenges.take(db, made.value, "alice's browser") is None
    made = challenges.make(db, "alice", "https://chat.example")
    assert challenges.hold(db, made.value, "alice") == made
    assert challenges.take(db, made.value, "alice") is challenges.hold(db, made.value, "alice") is None
    assert challenges.finish(db, made.value, "alice") and not challenges.finish(db, made.value, "alice")


def test_an_attempt_is_bound_once_and_taken_once_by_the_browser_that_began_it(db):
    made = attempts.make(db)
    assert attempts.hold(db, made.state, "") is None
    assert attempts.bind(db, made.state, "alice's browser") == made
    assert attempts.bind(db, made.state, "mallory's browser") is None
    assert attempts.hold(db, made.state, "mallory's browser") is None
    assert not attempts.finish(db, made.state, "alice's browser")
    assert attempts.hold(db, made.state, "alice's browser") == made
    assert attempts.hold(db, made.state, "alice's browser") is None
    assert not attempts.finish(db, made.state, "mallory's browser")
    assert attempts.finish(db, made.state, "alice's browser")
    assert not attempts.finish(db, made.state, "alice's browser")


def test_what_has_expired_is_not_taken_and_forgotten_with_the_next(db):
    late = {"hash": digest(b"late"), "bound_to": digest("alice"), "expires_at": EARLIER}
    for secret in (b"late", b"later"):
        row = {**late, "hash": digest(secret), "origin": "https://chat.example", "handle": ""}
        db.execute(insert(challenges.challenges).values(row))
    assert challenges.take(db, b"late", "alice") is None
    challenges.make(db, "alice", "https://chat.example")
    assert db.scalar(select(func.count()).select_from(challenges.challenges)) == 1

"""Where names are open (`guests=open`), each is anybody's until its person can prove it, or has a role."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, update

from chatrooms import clock
from chatrooms.identity.ldap.linked import linked as of_directory
from chatrooms.identity.oidc.linked import linked as of_provider
from chatrooms.identity.passwords import passwords
from chatrooms.identity.service_keys import service_keys
from chatrooms.storage.factors import passkeys
from chatrooms.storage.tables import users
from tests.identity.entering import code_of
from tests.identity.test_lifetimes import write
from tests.identity.test_sessions import refusal
from tests.people import connect
from tests.servers import running

NOW = {"username": "alice", "created_at": clock.now()}
PHONE = {"id": "x", "handle": "x", "name": "x", "credential_id": "x", "public_key": b"x", "sign_count": 0}
KEY = {"id": "x", "token_hash": "x", "name": "x", "commands": ["read"]}
PROVING = {
    "a password": insert(passwords).values(username="alice", hash="x", changed_at=NOW["created_at"]),
    "a passkey": insert(passkeys).values(NOW | PHONE),
    "a service key": insert(service_keys).values(NOW | KEY),
    "the provider": insert(of_provider).values(NOW | {"issuer": "x", "subject": "x", "label": "x"}),
    "the directory": insert(of_directory).values(NOW),
    "a role": update(users).where(users.c.username == "alice").values(role="moderator"),
}


@pytest.mark.parametrize("proof", PROVING)
async def test_a_name_that_somebody_can_prove_is_theirs(tmp_path, proof):
    async with running(tmp_path, guests="open") as server:
        for name in ("alice", "alice", "bob"):
            async with connect(server.url, name):
                pass
        await write(server, PROVING[proof])
        assert await refusal(server.url, {"username": "alice"}) == "name_taken"
        assert await code_of(server.url, "join", username="alice") == "name_taken"
        async with connect(server.url, "bob"):
            pass


async def test_a_guest_of_the_server_proves_nothing_by_that(tmp_path):
    async with running(tmp_path, guests="open") as server, connect(server.url, "alice"):
        await write(server, update(users).where(users.c.username == "alice").values(role="guest"))
        async with connect(server.url, "alice"):
            pass

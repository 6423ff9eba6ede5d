"""A server where people sign in by a provider or a directory, too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.identity.test_ldap import DIRECT, SECRET
from tests.identity.test_oidc import PAGE, settings
from tests.servers import RunningServer, running
from tests.services import ldap, oidc


@asynccontextmanager
async def every_way(data: Path) -> AsyncIterator[tuple[RunningServer, oidc.Provider]]:
    """Run a server and its provider; the directory knows alice, by `SECRET`."""
    async with (
        oidc.provider(f"{PAGE}oidc") as provider,
        ldap.directory(alice=SECRET) as directory,
        running(data, **settings(provider, ldap_url=directory.url, **DIRECT)) as server,
    ):
        yield server, provider

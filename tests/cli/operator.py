"""An operator, who runs commands beside a server."""

from __future__ import annotations

import asyncio

from click.testing import CliRunner

from chatrooms.cli import cli


class Operator:
    """Runs commands in a thread of this process: starting a process for each takes seconds."""

    def __init__(self, *where: str) -> None:
        self._where = where

    async def prints(self, *arguments: str) -> str:
        result = await self._run(arguments)
        assert (result.exit_code, result.stderr) == (0, "")
        return result.stdout

    async def is_refused(self, *arguments: str) -> str:
        result = await self._run(arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        return result.stderr

    async def _run(self, arguments):
        return await asyncio.to_thread(CliRunner().invoke, cli, [*arguments, *self._where])

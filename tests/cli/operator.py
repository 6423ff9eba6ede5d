"""An operator, who runs commands in a thread of this process: starting a process for each takes seconds."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from click.testing import CliRunner

from chatrooms.cli import cli
from tests.processes import environment


async def typed(home: Path, *args: str, **env: str) -> tuple[int, str, str]:
    """Run a command like `processes.chatrooms`; return its exit status, output and errors."""
    changed = dict.fromkeys(os.environ) | environment(home, **env)
    result = await asyncio.to_thread(CliRunner().invoke, cli, args, env=changed, prog_name="chatrooms")
    return result.exit_code, result.stdout, result.stderr


class Operator:
    """Runs commands on one database."""

    def __init__(self, *where: str) -> None:
        self._where = where

    async def prints(self, *arguments: str) -> str:
        result = await self._run(arguments)
        assert (result.exit_code, result.stderr) == (0, "")
        return result.stdout

    async def leaves(self, *arguments: str) -> str:
        """Return what a command prints that the server does later."""
        result = await self._run(arguments)
        assert (result.exit_code, result.stderr) == (0, "The server does this within seconds, or once it starts.\n")
        return result.stdout

    async def is_refused(self, *arguments: str) -> str:
        result = await self._run(arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        return result.stderr

    async def _run(self, arguments):
        return await asyncio.to_thread(CliRunner().invoke, cli, [*arguments, *self._where])

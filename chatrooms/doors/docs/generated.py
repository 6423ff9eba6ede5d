"""The committed files that are made from the declarations: TypeScript types, and parts of the Python client."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

from chatrooms.doors.docs import python_client, typescript
from chatrooms.doors.docs.contract import Contract
from chatrooms.pipeline.commands import REGISTRY

TOP = Path(__file__).parents[3]
TYPESCRIPT = TOP / "static" / "js" / "wire.d.ts"
CLIENT = TOP / "chatrooms" / "client"


def files() -> dict[Path, str]:
    """Return the text of each generated file of this checkout."""
    import_module("chatrooms.app")  # declares the commands
    contract = Contract(REGISTRY.values())
    return {
        TYPESCRIPT: typescript.declarations(contract),
        CLIENT / "rows.py": _formatted(python_client.rows(contract)),
        CLIENT / "commands.py": _formatted(python_client.commands(contract)),
    }


def _formatted(source: str) -> str:
    used = _ruff(["check", "--fix-only", "--quiet", "--select=F401,I"], source)
    return _ruff(["format"], used)


def _ruff(what: list[str], source: str) -> str:
    command = [sys.executable, "-m", "ruff", *what, "--config", str(TOP / "pyproject.toml"), "-"]
    made = subprocess.run(command, input=source, capture_output=True, text=True, check=True)  # noqa: S603 - our own text
    return made.stdout

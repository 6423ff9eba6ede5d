"""The generated files in this repository: types and lengths for the page, parts of the Python client, and guides."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

from chatrooms.doors.docs import guides, lengths, python_client, typescript
from chatrooms.doors.docs.contract import Contract
from chatrooms.features import FEATURES
from chatrooms.identity import FEATURES as IDENTITY
from chatrooms.pipeline.feature import Features

TOP = Path(__file__).parents[3]
PAGE = TOP / "static" / "js"
GUIDES = TOP / "docs"
CLIENT = TOP / "chatrooms" / "client"


def files() -> dict[Path, str]:
    """Return the text of each generated file of this checkout."""
    ours = contract()
    return {
        **_guides(),
        PAGE / "wire.d.ts": typescript.declarations(ours),
        PAGE / "lengths.js": lengths.script(ours),
        CLIENT / "rows.py": _formatted(python_client.rows(ours)),
        CLIENT / "commands.py": _formatted(python_client.commands(ours)),
    }


def _guides() -> dict[Path, str]:
    """Return the guide to settings, and all guides as they are served."""
    sources = {path.stem: path.read_text() for path in GUIDES.glob("*.md") if path.stem != "README"}
    sources["settings"] = guides.settings()
    served = {guides.HTML / f"{name}.html": guides.rendered(text) for name, text in sources.items()}
    return {GUIDES / "settings.md": sources["settings"], **served}


@cache
def contract() -> Contract:
    """Return the contract of a chat with all features of this package."""
    features = Features((*FEATURES, *IDENTITY))
    return Contract(features.declared, features.parts)


def _formatted(source: str) -> str:
    used = _ruff(["check", "--fix-only", "--quiet", "--select=F401,I"], source)
    return _ruff(["format"], used)


def _ruff(what: list[str], source: str) -> str:
    command = [sys.executable, "-m", "ruff", *what, "--config", str(TOP / "pyproject.toml"), "-"]
    made = subprocess.run(command, input=source, capture_output=True, text=True, check=True)  # noqa: S603 - our own text
    return made.stdout

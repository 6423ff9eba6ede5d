"""A host application passes type checkers without our plugins or settings."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import chatrooms

HOST = Path(__file__).with_name("host.py")
reads_the_whole_application = pytest.mark.slow


def checked(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], check=False, capture_output=True, text=True, cwd=cwd)


@pytest.fixture
def host(tmp_path) -> Path:
    """Copy the program to a directory without our settings."""
    return Path(shutil.copy(HOST, tmp_path))


@reads_the_whole_application
def test_mypy_strict_finds_nothing(host):
    found = checked("mypy", "--strict", "--config-file=", host.name, cwd=host.parent)
    assert found.returncode == 0, found.stdout


@reads_the_whole_application
def test_pyright_finds_nothing(host):
    (host.parent / "pyrightconfig.json").write_text(json.dumps({"typeCheckingMode": "strict"}))
    found = checked("pyright", "--pythonpath", sys.executable, host.name, cwd=host.parent)
    assert found.returncode == 0, found.stdout


def test_the_public_names_are_listed_and_there():
    assert dir(chatrooms) == sorted(chatrooms.__all__)
    assert all(getattr(chatrooms, name) for name in chatrooms.__all__)

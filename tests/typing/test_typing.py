"""A host application passes type checkers without our plugins or settings."""

from __future__ import annotations

import inspect
import json
import pydoc
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import chatrooms
from chatrooms import Chatrooms

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


def test_every_error_that_the_guide_or_a_call_names_can_be_imported():
    guide = (Path(chatrooms.__file__).parents[1] / "docs" / "embedding.md").read_text()
    public = [each for name, each in vars_of(Chatrooms).items() if not name.startswith("_")]
    told = "\n".join([guide, *(inspect.getdoc(each) or "" for each in (Chatrooms, *public))])
    named = set(re.findall(r"`(?:chatrooms\.)?([A-Z]\w+)`", told)) & {*errors_of(Exception)}
    assert {"Unconfirmed", "Suspended", "TooLarge", "NoSpace", "Busy", "Unfit"} <= named
    assert named <= {*chatrooms.__all__}


def test_help_about_the_chat_is_a_few_pages():
    assert len(pydoc.plaintext.document(Chatrooms)) < 40_000


def vars_of(kind: type) -> dict[str, object]:
    return {name: value for base in reversed(kind.__mro__[:-1]) for name, value in vars(base).items()}


def errors_of(kind: type[BaseException]) -> Iterator[str]:
    """Yield the names of the server's errors."""
    for each in kind.__subclasses__():
        if each.__module__.startswith("chatrooms."):
            yield each.__name__
        yield from errors_of(each)

"""Test the ends of the version ranges: ``python -m tests.versions oldest|newest|beside [arguments of pytest]``.

``oldest`` and ``newest`` make a fresh environment with the least and the latest versions that pyproject.toml allows,
and run the tests of what depends on them most. ``beside`` asks pip whether chatrooms can be installed beside frameworks
that embedders use. Each takes some minutes, so they are no part of pytest.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
TESTS = [
    *("test_embedding.py", "test_logs.py", "client/test_client.py"),
    *("doors/test_advisories.py", "doors/test_http.py", "doors/docs/test_documents.py"),
    *("features/test_messages.py", "features/reactions/test_reacting.py", "features/reactions/test_emoji.py"),
    *("features/test_rooms.py", "identity/test_sessions.py"),
    *("pipeline/test_declarations.py", "pipeline/test_parsing.py"),
    *("storage/test_migrations.py", "storage/test_writer.py"),
    *("wire/test_fastpath.py", "wire/test_polling.py", "wire/test_socketio.py", "wire/test_websocket.py"),
]
EXTRAS = ("accounts", "client", "media", "metrics", "postgresql", "server")
BESIDE = ["fastapi==0.128.*", "sqlalchemy<2.1", "fastapi-users[sqlalchemy]", "sqlmodel<0.0.35"]


def lower_bounds() -> list[str]:
    """Return a constraint for each dependency with its oldest allowed version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    optional = project["optional-dependencies"]
    extras = (each for name in EXTRAS for each in optional[name])
    needed = map(Requirement, [*project["dependencies"], *extras])
    return [f"{each.name}=={clause.version}" for each in needed for clause in each.specifier if clause.operator == ">="]


def environment(place: Path, constraints: list[str]) -> Path:
    """Return the Python of a fresh environment with chatrooms and its test dependencies."""
    venv.create(place / "venv", with_pip=True)
    python = place / "venv" / "bin" / "python"
    limits = place / "constraints.txt"
    limits.write_text("\n".join(constraints))
    pip(python, "install", "--constraint", str(limits), "--editable", f"{ROOT}[test]")
    return python


def pip(python: Path, *arguments: str) -> None:
    """Run pip; raises if it fails."""
    subprocess.run([python, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments], check=True)


def run(constraints: list[str], arguments: list[str]) -> int:
    """Run the tests in a fresh environment; returns pytest's exit status."""
    with tempfile.TemporaryDirectory() as place:
        python = environment(Path(place), constraints)
        tests = [str(ROOT / "tests" / name) for name in TESTS]
        pytest = [python, "-m", "pytest", "-q", "-p", "no:anyio"]  # old versions of its plugin warn, and we need none
        return subprocess.run([*pytest, *tests, *arguments], cwd=ROOT, check=False).returncode


def beside() -> int:
    """Resolve chatrooms together with each of `BESIDE` by pip; raises if there is no solution."""
    for other in BESIDE:
        pip(Path(sys.executable), "install", "--dry-run", "--ignore-installed", str(ROOT), other)
        print(f"resolves beside {other}")
    return 0


def main(end: str, *arguments: str) -> int:
    """Run the command line."""
    if end == "beside":
        return beside()
    return run({"oldest": lower_bounds(), "newest": []}[end], list(arguments))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

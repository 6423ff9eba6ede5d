"""What an application installs that mounts the chat is small, and without the extras everything else works."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from chatrooms import extras
from tests.doors import get
from tests.features.files import begin, picture, send, share
from tests.identity.entering import code_of, run
from tests.people import connect
from tests.servers import running
from tests.versions.__main__ import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
MOST = 22
BLOCKED = f"""
import importlib.util, sys

BLOCKED = {sorted({module for modules in extras.MODULES.values() for module in modules})}

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"{{name}} is blocked", name=name)

sys.meta_path.insert(0, Blocker())
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, *a: None if name in BLOCKED else real(name, *a)
"""


def installed_with(requirements):
    """Return what pip installs for requirements without extras, by what the installed packages say."""
    found, waiting = set(), [Requirement(each) for each in requirements]
    while waiting:
        each = waiting.pop()
        name = canonicalize_name(each.name)
        if name in found or (each.marker and not each.marker.evaluate({"extra": ""})):
            continue
        assert not each.extras, each
        found.add(name)
        waiting += map(Requirement, importlib.metadata.requires(name) or [])
    return found


def without_extras(program, *args):
    """Run a program in a Python that has none of the extras."""
    code = [sys.executable, "-c", BLOCKED + program, *args]
    return subprocess.run(code, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_mounted_chat_installs_few_packages():
    assert len(installed_with(PROJECT["dependencies"])) <= MOST


def test_each_extra_brings_the_modules_that_it_is_for():
    """By names of packages that differ from those of their modules."""
    packages = {"argon2": "argon2-cffi", "PIL": "pillow", "prometheus_client": "prometheus-client"}
    for extra, modules in extras.MODULES.items():
        brought = {canonicalize_name(Requirement(each).name) for each in PROJECT["optional-dependencies"][extra]}
        assert brought - {"chatrooms"} == {packages.get(module, module) for module in modules}, extra


def test_the_chat_runs_without_any_extra(tmp_path):
    program = """
import asyncio, sys
from chatrooms import Chatrooms, Settings

async def who(handshake):
    return None

async def main():
    chat = Chatrooms(Settings(data=sys.argv[1]), authenticate=who)
    async with chat.lifespan():
        await chat.add_user("alice")
        message = await chat.post("alice", "Howdy https://example.org/", create=True)
        print(message["text"])

asyncio.run(main())
"""
    done = without_extras(program, str(tmp_path))
    assert (done.stdout.strip(), done.stderr) == ("Howdy https://example.org/", "")


@pytest.mark.slow
def test_importing_the_chat_brings_nothing_that_it_may_never_need():
    """What takes long to import is imported where it is used, and the tests of that show that it can be."""
    late = (
        *("alembic", "emoji", "html.parser", "sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.sqlite"),
        *("confusable_homoglyphs", "precis_i18n", "tomllib", "uvicorn"),
        *("ctypes", "multiprocessing", "sqlite3", "unittest", "sqlalchemy.orm", "sqlalchemy.ext.asyncio"),
        *("chatrooms.client.client", "chatrooms.client.rows", "chatrooms.remote", "chatrooms.testing", "chatrooms.cli"),
        *("chatrooms.doors.docs", "chatrooms.pipeline.bus.carried", "chatrooms.pipeline.bus.postgresql"),
        *("chatrooms.pipeline.bus.redis", "chatrooms.pipeline.nodes.node", "chatrooms.storage.blobs.s3"),
        *("chatrooms.features.previews.web", "chatrooms.features.previews.reader"),
    )
    done = without_extras(f"from chatrooms import Chatrooms; print([each for each in {late} if each in sys.modules])")
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


@pytest.mark.slow
def test_a_chat_has_no_validators_of_commands_that_nobody_has_run_yet():
    done = without_extras("""
from chatrooms import Chatrooms
commands = Chatrooms()._features.declared
print(len(commands) > 100, [each.name for each in commands if each.params.__pydantic_complete__])
""")
    assert (done.stdout.strip(), done.stderr) == ("True []", "")


@pytest.mark.slow
def test_importing_the_chat_brings_no_package_besides_those_that_it_is_built_on():
    done = without_extras("""
import orjson, pydantic, socketio, sqlalchemy, starlette.applications, sys
from pydantic import BaseModel
before = set(sys.modules)
from chatrooms import Chatrooms
print(*sorted({each.partition(".")[0] for each in set(sys.modules) - before} - sys.stdlib_module_names - before))
""")
    assert (done.stdout.strip(), done.stderr) == ("annotated_types chatrooms", "")


def test_the_command_says_which_extra_it_needs():
    done = without_extras("from chatrooms.__main__ import main; main()")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "chatrooms: The command `chatrooms` and its server are not installed: run `pip install 'chatrooms[server]'`.\n"
    )


def test_the_fixtures_for_tests_say_which_extra_they_need(tmp_path):
    (tmp_path / "test_mine.py").write_text("def test_it(chat_server): pass")
    run = "import pytest; pytest.main(['-q', '-p', 'no:cacheprovider', '--rootdir', sys.argv[1], sys.argv[1]])"
    done = without_extras(run, str(tmp_path))
    assert "run `pip install 'chatrooms[server]'`" in done.stdout


def test_a_setting_says_which_extra_it_needs():
    done = without_extras("""
from chatrooms.settings import Settings
try:
    Settings(file_store="s3://bucket")
except ValueError as error:
    print(error.errors()[0]["msg"])
""")
    assert done.stdout == "Value error, Files in S3 are not installed: run `pip install 'chatrooms[s3]'`.\n"


@pytest.fixture
def without(monkeypatch):
    """Return a function that hides an extra."""

    def hide(extra):
        monkeypatch.setattr(extras, "_is_absent", lambda module: module in extras.MODULES[extra])

    return hide


async def test_without_accounts_passwords_and_passkeys_say_so_and_are_not_in_the_page(tmp_path, without):
    without("accounts")
    async with running(tmp_path) as server, connect(server.url, "alice") as alice:
        for command, params in (
            ("password.set", {"password": "correct horse battery"}),
            ("passkey.begin", {"origin": server.url}),
            ("factor.begin", {"password": "correct horse battery"}),
        ):
            answer = await run(alice, command, **params)
            assert answer["error"]["code"] == "not_installed", command
            assert "pip install 'chatrooms[accounts]'" in answer["error"]["message"]
        assert await code_of(server.url, "password", username="alice", password="anything at all") == "not_installed"
        assert '<meta name="missing" content="accounts">' in (await get(server.url, "/"))[1]


async def test_without_media_a_picture_is_rejected_because_it_may_say_where_it_was_taken(tmp_path, without):
    without("media")
    async with running(tmp_path) as server, connect(server.url, "alice") as alice:
        content = picture()
        path = await begin(alice, content, "holiday.png")
        status, _, body = await send(alice, path, 0, content)
        assert status == 501
        assert b"chatrooms[media]" in body
        assert (await share(alice, "#lobby", b"notes"))["files"]
        assert '<meta name="missing" content="media">' in (await get(server.url, "/"))[1]


async def test_without_metrics_they_say_so(tmp_path, without):
    without("metrics")
    token = "a-token-of-a-monitoring-system-0123456789"
    async with running(tmp_path, metrics_token=token) as server:
        status, body, _ = await get(server.url, "/metrics", headers={"Authorization": f"Bearer {token}"})
        assert status == 501
        assert "pip install 'chatrooms[metrics]'" in body

"""What our protocol classes need of uvicorn is known, and where it is not there uvicorn's own serve."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from websockets.protocol import Protocol

from chatrooms.cli.serve import uvicorn_options
from chatrooms.wire import fastpath
from tests.people import connect
from tests.servers import PLAIN, QUICK, running

IN_THE_HANDSHAKE = {"request", "response", "scope"}
"""What uvicorn's class has from then on only."""


@pytest.fixture
def asked_anew():
    fastpath.missing.cache_clear()
    yield
    fastpath.missing.cache_clear()


def used(name):
    """What a class in `protocols` uses and does not define: of itself, and of the class that it extends."""
    tree = ast.parse(Path(fastpath.__file__).with_name("protocols.py").read_text())
    (found,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)
    own = {node.name for node in found.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    own |= {target.id for node in ast.walk(found) for target in getattr(node, "targets", ()) if hasattr(target, "id")}
    own |= {node.target.id for node in found.body if isinstance(node, ast.AnnAssign)}
    attributes = [node for node in ast.walk(found) if isinstance(node, ast.Attribute)]
    of_self = {node.attr for node in attributes if isinstance(node.value, ast.Name) and node.value.id == "self"}
    of_base = {node.attr for node in attributes if isinstance(node.value, ast.Call) and "super()" in ast.unparse(node)}
    return {each for each in of_self - own if each[0] != "_"} | of_base - {"__init__"}


@pytest.mark.parametrize("name", fastpath.NEEDS)
def test_the_list_of_what_is_needed_is_complete(name):
    assert used(name) - IN_THE_HANDSHAKE <= set(fastpath.NEEDS[name][1]), "add these to wire/fastpath.py"


def without_a_method(monkeypatch):
    monkeypatch.delattr(HttpToolsProtocol, "on_headers_complete")


def without_a_parameter(monkeypatch):
    monkeypatch.setattr(Protocol, "send_close", lambda self, status: None)


def without_a_module(monkeypatch):
    monkeypatch.setattr(fastpath, "OURS", "chatrooms.wire.nowhere")


@pytest.mark.parametrize("changed", [without_a_method, without_a_parameter, without_a_module])
async def test_another_uvicorn_is_served_by_its_own_protocols_after_one_warning(
    tmp_path, changed, asked_anew, monkeypatch, caplog
):
    with monkeypatch.context() as patch:
        changed(patch)
        options = [uvicorn_options() for _ in range(2)]
    assert all({key: each[key] for key in PLAIN} == PLAIN for each in options)
    assert [record.getMessage().split(" (")[0][:27] for record in caplog.records] == ["the fast path does not work"]
    monkeypatch.setattr("tests.servers.options", options[0])
    async with running(tmp_path, **QUICK) as server, connect(server.url, "alice") as alice:
        await alice.say("#lobby", "hi")

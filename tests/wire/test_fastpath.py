"""What our protocol classes need of uvicorn is known, and where it is not there uvicorn's own serve."""

from __future__ import annotations

import ast
import inspect

import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from websockets.protocol import Protocol

from chatrooms.cli.serve import uvicorn_options
from chatrooms.wire import fastpath, protocols
from tests.people import connect
from tests.servers import QUICK, running


@pytest.fixture
def asked_anew():
    fastpath.missing.cache_clear()
    yield
    fastpath.missing.cache_clear()


def used(name):
    """Return what a class of ours uses or replaces of the class that it extends."""
    nodes = list(ast.walk(ast.parse(inspect.getsource(getattr(protocols, name)))))
    names = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    names |= {node.attr for node in nodes if isinstance(node, ast.Attribute) and is_own(node.value)}
    extended = fastpath.base(fastpath.NEEDS[name][0])
    return {each for each in names if each != "__init__" and hasattr(extended, each)}


def is_own(node):
    """Return whether an expression is ``self`` or ``super()``."""
    return ast.unparse(node) in ("self", "super()")


@pytest.mark.skipif(bool(fastpath.missing()), reason="uvicorn's own protocols serve")
@pytest.mark.parametrize("name", fastpath.NEEDS)
def test_the_list_of_what_is_needed_is_what_the_class_uses(name):
    assert used(name) == set(fastpath.NEEDS[name][1]), "change the list in wire/fastpath.py"


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
    assert all((each["http"], each["ws"]) == ("httptools", "websockets-sansio") for each in options)
    assert [record.getMessage().split(" (")[0][:27] for record in caplog.records] == ["the fast path does not work"]
    monkeypatch.setattr("tests.servers.options", options[0])
    async with running(tmp_path, **QUICK) as server, connect(server.url, "alice") as alice:
        await alice.say("#lobby", "hi")

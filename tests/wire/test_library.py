"""Of what python-socketio has inside, no more is used than `chatrooms.wire.dispatch` says."""

from __future__ import annotations

import ast
import inspect
import re

import socketio

from chatrooms.wire import admission, dispatch, namespaces, registering, server


def test_the_private_names_of_python_socketio_are_those_that_are_documented():
    nodes = [
        node
        for module in (admission, dispatch, namespaces, registering, server)
        for node in ast.walk(ast.parse(inspect.getsource(module)))
    ]
    names = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    names |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    made = socketio.AsyncServer(async_mode="asgi"), socketio.AsyncNamespace
    private = {each for each in names if re.match("_[a-z]", each) and any(hasattr(base, each) for base in made)}
    assert private == set(re.findall(r"``(_[a-z_]+)``", dispatch.__doc__))

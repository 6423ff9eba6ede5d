"""The browser client's signals, in Node."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.services.node import node

SIGNALS = Path(__file__).parents[1] / "static" / "js" / "signals.js"
PROGRAM = """
const { listenFor, hear } = await import(process.argv[1]);
const heard = [];
listenFor("typing", ({ from }) => heard.push("f " + from));
listenFor("typing", ({ from }) => heard.push("g " + from));
listenFor("presence", ({ from }) => heard.push("h " + from));
hear({ room: "#lobby", from: "alice", type: "typing", data: {} });
hear({ room: "#lobby", from: "bob", type: "unknown", data: {} });
console.log(JSON.stringify(heard));
"""


def test_all_listeners_for_a_type_of_signal_receive_it():
    command = [node(), "--input-type=module", "-e", PROGRAM, SIGNALS.as_uri()]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    assert json.loads(done.stdout) == ["f alice", "g alice"]

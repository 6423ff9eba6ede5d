"""The list of all workloads, in the order of the table."""

from __future__ import annotations

from tests.bench.workloads import Workload
from tests.bench.workloads.acknowledge import acknowledge
from tests.bench.workloads.beginning import beginning
from tests.bench.workloads.connect import connect, join
from tests.bench.workloads.disconnect import disconnect
from tests.bench.workloads.fan_out import fan_out
from tests.bench.workloads.history import history
from tests.bench.workloads.memory import memory
from tests.bench.workloads.person import person_to_person, with_many_stored
from tests.bench.workloads.reach import reach
from tests.bench.workloads.returning import follower, reconnect, watched
from tests.bench.workloads.start import start
from tests.bench.workloads.step import step
from tests.bench.workloads.storms import typing
from tests.bench.workloads.write_loop import write_loop

ALL = ("node", "node-sqlite", "python-socketio", "chatrooms")
STORING = ("node-sqlite", "chatrooms")
PYTHON = ("python-socketio", "chatrooms")
OURS = ("chatrooms",)

WORKLOADS = (
    Workload("fan-out", "Messages to a room, delivered", fan_out, ALL),
    Workload("write-loop", "The limit of one core: a loop that only writes", write_loop, ("write loop",)),
    Workload("person", "Person to person, 500 sockets", person_to_person, ALL),
    Workload("stored", "Person to person, with many messages stored before", with_many_stored, STORING),
    Workload("reach", "One message until everybody has it", reach, ALL),
    Workload("acknowledge", "Time to acknowledge", acknowledge, ALL),
    Workload("typing", "A private message while many type in another room", typing, ALL),
    Workload("beginning", "First messages of conversations", beginning, ALL),
    Workload("watched", "Many come back at once, and others watch them", watched, OURS),
    Workload("reconnect", "Somebody in many rooms comes back", reconnect, OURS),
    Workload("threads", "Somebody who follows many threads comes back", follower, OURS),
    Workload("connect", "Connections of people who are known", connect, ALL),
    Workload("join", "First joins, with a room that receives each", join, OURS),
    Workload("memory", "Memory for each idle socket", memory, ALL),
    Workload("start", "Start", start, ALL),
    Workload("step", "Event loop while a message goes to many", step, OURS),
    Workload("disconnect", "Cost of a disconnect", disconnect, PYTHON),
    Workload("history", "Reading in a small and in a large room", history, OURS, once=True),
)

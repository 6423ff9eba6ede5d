"""The list of all workloads, in the order of the table."""

from __future__ import annotations

from tests.bench.workloads import Workload
from tests.bench.workloads.acknowledge import acknowledge
from tests.bench.workloads.connect import connect, join
from tests.bench.workloads.disconnect import disconnect
from tests.bench.workloads.fan_out import fan_out
from tests.bench.workloads.history import history
from tests.bench.workloads.memory import memory
from tests.bench.workloads.person import person_to_person
from tests.bench.workloads.start import start
from tests.bench.workloads.step import step
from tests.bench.workloads.storms import returning, typing
from tests.bench.workloads.write_loop import write_loop

ALL = ("node", "python-socketio", "chatrooms")
PYTHON = ("python-socketio", "chatrooms")
OURS = ("chatrooms",)

WORKLOADS = (
    Workload("fan-out", "Messages to a room, delivered", fan_out, ALL),
    Workload("write-loop", "The limit of one core: a loop that only writes", write_loop, ("write loop",)),
    Workload("person", "Person to person, 500 sockets", person_to_person, ALL),
    Workload("acknowledge", "Time to acknowledge", acknowledge, ALL),
    Workload("typing", "A private message while many type in another room", typing, ALL),
    Workload("returning", "Many come back at once, and others watch them", returning, OURS),
    Workload("connect", "Connections of people who are known", connect, ALL),
    Workload("join", "First joins, with a room that receives each", join, OURS),
    Workload("memory", "Memory for each idle socket", memory, ALL),
    Workload("start", "Start", start, ALL),
    Workload("step", "Event loop while a message goes to many", step, OURS),
    Workload("disconnect", "Cost of a disconnect", disconnect, PYTHON),
    Workload("history", "Reading in a small and in a large room", history, OURS, once=True),
)

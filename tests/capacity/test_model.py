"""The model of a crowd on nodes: what must be true whatever the costs are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.capacity.model import Costs, Crowd, Machines, Simulation, Work

COSTS = Costs(
    idle=0.005,
    commit=0.001,
    delivery=20e-6,
    hear=100e-6,
    take=100e-6,
    sync=0.003,
    database=0.0005,
    base=100_000,
    socket=10,
)


def test_a_node_s_work_is_the_sum_of_its_parts():
    work = Work(commits=10, deliveries=100, heard=20, taken=5, syncs=2)
    assert work.seconds(COSTS, 2) == pytest.approx(0.01 + 0.01 + 0.002 + 0.002 + 0.0005 + 0.006)


@pytest.mark.parametrize("nodes", [1, 2, 7])
def test_every_message_is_committed_once_and_reaches_everyone_however_many_nodes_there_are(nodes):
    simulation = Simulation(replace(COSTS, idle=0, hear=0, take=0, sync=0), Crowd(100_000), seconds=3)
    messages = [receivers for second in simulation.messages() for receivers in second]
    once = replace(COSTS, idle=0, hear=0, take=0, sync=0, commit=0, delivery=1)
    outcome = Simulation(once, Crowd(100_000), seconds=3).on(nodes)
    assert outcome.node * nodes >= sum(messages) / 3
    assert outcome.memory == pytest.approx(COSTS.base + COSTS.socket * 26_000 / nodes)


def test_more_people_need_no_fewer_nodes_and_one_is_enough_for_few():
    needed = [Simulation(COSTS, Crowd(people), seconds=2).needed(Machines()) for people in (100, 10**5, 10**6)]
    assert needed[0].nodes == 1 and needed[0].bound == ""
    assert [each.nodes for each in needed] == sorted(each.nodes for each in needed)
    assert needed[-1].nodes > 1 and needed[-1].bound == "processors"


@pytest.mark.parametrize(
    ("costs", "machines", "bound"),
    [
        (COSTS, Machines(database=0.01), "the database"),
        (COSTS, Machines(memory=200_000), "memory"),
        (replace(COSTS, hear=0.01, commit=0.01), Machines(), "each node hears of every message"),
    ],
)
def test_what_bounds_a_crowd_is_named(costs, machines, bound):
    assert Simulation(costs, Crowd(1_000_000), seconds=2).needed(machines).bound == bound

"""Who is online, as several nodes see it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chatrooms.pipeline.nodes.online import OnlinePeople

NODES, NAMES = ["one", "two"], ["alice", "bob", "carol"]
step = st.tuples(
    st.sampled_from(["came", "went", "lose", "replace"]), st.sampled_from([*NODES, ""]), st.sets(st.sampled_from(NAMES))
)


@given(st.lists(step, max_size=30))
def test_people_are_online_if_they_are_at_any_node_and_each_change_is_told_once(steps):
    people, model, shown = OnlinePeople(), {node: set() for node in [*NODES, ""]}, set()

    def changed(username: str, is_online) -> None:
        assert (username in shown) != is_online
        (shown.add if is_online else shown.discard)(username)

    people.watch(changed)
    for what, node, names in steps:
        if not node:
            for name in names:
                (people.leave if what == "went" else people.arrive)(name)
        elif what == "replace":
            people.replace(node, names)
        elif what == "lose":
            people.lose(node)
        else:
            people.take(node, names if what == "came" else (), names if what == "went" else ())
        before = model[node]
        kept = {"came": before | names, "went": before - names, "lose": set(), "replace": names}
        model[node] = kept[what] if node else (before - names if what == "went" else before | names)
        assert people.online == shown == set.union(*model.values())


def test_nodes_compare_their_people_by_a_digest():
    here, there = OnlinePeople(), OnlinePeople()
    for name in NAMES:
        there.arrive(name)
        here.take("there", [name], [])
    there.leave("bob")
    theirs = there.here
    assert not here.is_known("there", len(theirs.usernames), theirs.digest)
    here.take("there", [], ["bob", "nobody"])
    assert here.is_known("there", len(theirs.usernames), theirs.digest)
    assert not here.is_known("another", 1, 5) and here.is_known("another", 0, 0)

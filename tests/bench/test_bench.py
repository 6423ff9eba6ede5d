"""The benchmark measures correctly, and detects wrong deliveries."""

import platform
import re

import pytest

from tests.bench import machine, message, stored
from tests.bench.checks import Correspondent, Course, Ledger, Listener, Wrong
from tests.bench.cores import Cores, Usage
from tests.bench.figures import Figure, cases
from tests.bench.frames import CLOSE, PING, cut, frame
from tests.bench.load import Load
from tests.bench.peers import Bench
from tests.bench.report import markdown
from tests.bench.seed import sow
from tests.bench.texts import text
from tests.bench.wires import ROOM, Peer, Refused, answer
from tests.bench.workloads import QUICK, Scale
from tests.bench.workloads.beginning import beginning
from tests.bench.workloads.catalogue import WORKLOADS
from tests.bench.workloads.fan_out import fan_out
from tests.bench.workloads.history import Reader
from tests.bench.workloads.person import person_to_person, with_many_stored
from tests.bench.workloads.reach import reach
from tests.bench.workloads.returning import reconnect, watched
from tests.bench.workloads.storms import typing

ACK = b'431[{"ok":true}]'


def delivered(number, room=ROOM, count=None, to=ROOM, sender="u00000"):
    said = text(sender, to, count or number)
    payload = f'42["message",{{"room":"{room}","number":{number},"text":"{said}"}}]'
    return frame(payload.encode(), masked=False)


def acknowledged():
    return frame(ACK, masked=False)


class Audience:
    """Return two sockets in a room, of which the second is compared with the first."""

    def __init__(self):
        self.ledger, self.private = Ledger(ROOM, ROOM), []
        course = Course(self.ledger, Peer().read)
        self.first, self.second = (Listener(course, lambda _, payload: self.private.append(payload)) for _ in "12")
        self.first.feed(delivered(1) + delivered(2) + delivered(3))


@pytest.fixture
def audience():
    return Audience()


@pytest.mark.parametrize("size", [1, 2, 3, 50, 117, 1000])
def test_frames_are_parsed_however_they_are_split(audience, size):
    stream = (
        delivered(1)
        + acknowledged()
        + delivered(2)
        + frame(b"", PING, masked=False)
        + delivered(3)
        + acknowledged()
        + delivered(4)
    )
    for at in range(0, len(stream), size):
        audience.second.feed(stream[at : at + size])
    assert audience.private == [ACK, b"", ACK]
    assert audience.second.behind == 0 and audience.first.behind == len(delivered(4))
    assert audience.ledger.messages == 4
    audience.ledger.settle({"u00000": 4, "u00001": 0})


@pytest.mark.parametrize(
    "heard",
    [
        delivered(1) + delivered(3),
        delivered(2),
        delivered(1) + delivered(1),
        delivered(1) + delivered(2, room="#staff") + delivered(2) + delivered(3),
        delivered(1) + delivered(2).replace(b"u00000", b"u00001"),
        delivered(1) + delivered(2)[:60] + delivered(3),
    ],
    ids=["missing", "reordered", "doubled", "foreign", "changed", "cut off"],
)
def test_a_socket_that_receives_something_else_is_noticed(audience, heard):
    with pytest.raises(Wrong):
        audience.second.feed(heard + bytes(2000))


@pytest.mark.parametrize(
    "heard",
    [
        delivered(5, count=5),
        delivered(3, count=4),
        delivered(4, count=5),
        delivered(4, count=3),
        delivered(4, room="#staff"),
        delivered(4, to="#staff"),
        frame(b'42["message",{"room":"#lobby","number":4,"text":"hello"}]', masked=False),
    ],
    ids=["missing", "number twice", "sender's missing", "doubled", "foreign room", "meant for another", "somebody's"],
)
def test_an_error_that_every_socket_receives_is_noticed(audience, heard):
    with pytest.raises(Wrong):
        audience.first.feed(heard)


def test_a_message_that_no_socket_receives_is_noticed(audience):
    with pytest.raises(Wrong):
        audience.ledger.settle({"u00000": 4})


def test_a_socket_that_misses_the_end_is_behind(audience):
    audience.second.feed(delivered(1) + delivered(2))
    assert audience.second.behind == len(delivered(3))


def test_another_persons_conversation_is_noticed():
    ledger = Ledger("u00001", "u00001")
    ear = Correspondent({"u00001": ledger}, Peer().read, lambda *_: None)
    ear.feed(delivered(1, room="u00001", to="u00001"))
    assert ledger.messages == 1
    with pytest.raises(Wrong):
        ear.feed(delivered(1, room="u00002", to="u00002"))


def test_a_rejection_is_not_an_acknowledgement():
    with pytest.raises(Refused):
        answer(b'431[{"ok":false,"error":{"code":"rate_limited"}}]')


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536])
def test_frames_of_any_size_are_split_correctly(size):
    data = frame(b"x" * size, masked=False) + frame(b"bye", CLOSE, masked=False)
    assert [data[body:end] for _, _, body, end in cut(data)] == [b"x" * size, b"bye"]
    assert not [*cut(data[: size // 2 + 1])]


TINY = Scale(
    seconds=0.3,
    warm_up=0.02,
    rooms=((10, (2,)),),
    crowd=12,
    idle=0,
    connections=0,
    pairs=3,
    calls=5,
    typists=3,
    typists_among=6,
    storms=1,
    watched=4,
    many_rooms=12,
    beginners=5,
    stored=60,
)
CASES = {
    with_many_stored: 1,
    reach: 2,
    typing: 2,
    beginning: 3,
    watched: 2,
    reconnect: 6,
}
"""How many figures each of these has."""


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    scratch = tmp_path_factory.mktemp("bench")
    return Bench(Cores(), sow(scratch / "seed", TINY.people), scratch)


def test_a_room_is_measured(bench):
    (figure,) = fan_out(bench, TINY, "chatrooms")
    assert (figure.workload, figure.case, figure.unit) == ("fan-out", "10 sockets, 2 senders", "deliveries/s")
    assert figure.value > 10 and figure.usage.load > 0 and figure.usage.server > 0


def test_conversations_are_measured(bench):
    (figure,) = person_to_person(bench, TINY, "chatrooms")
    assert figure.value > 1 and figure.peer == "chatrooms"


@pytest.mark.parametrize("measure", CASES, ids=lambda measure: measure.__name__)
def test_all_else_that_people_wait_for_is_measured(bench, measure):
    figures = list(measure(bench, TINY, "chatrooms"))
    assert len(figures) == CASES[measure] == len({figure.case for figure in figures})
    assert all(figure.value >= 0 and figure.peer == "chatrooms" and figure.unit for figure in figures)


def test_messages_that_were_stored_before_are_there(bench):
    with bench.data() as directory:
        stored.converse(directory, [("u00000", "u00001"), ("u00002", "u00003")])
        stored.fill(directory, stored.CONVERSATIONS, 30, "u00000")
        with bench.server("chatrooms", data=directory) as server, Load(server.address, server.wire) as load:
            reader = Reader(load, *load.connect(["u00002"]))
            _, page = reader.ask("history", room="u00002+u00003")
    assert [message["number"] for message in page["messages"]] == list(range(1, 32))


def test_the_build_of_python_is_named():
    assert f"{platform.python_implementation()} {platform.python_version()} (" in machine.python()
    assert re.search("configured with(out)? PGO and with(out)? LTO$", machine.python())


def test_the_report_compares_rounds_and_marks_what_cannot_be_trusted():
    busy = Usage(load=0.99, server=0.5, others=0.4)
    figures = [
        Figure("fan-out", "a case", peer, value, "deliveries/s", busy, round=number)
        for peer, values in {"node": (10, 100, 40), "chatrooms": (100, 200, 40)}.items()
        for number, value in enumerate(values)
    ]
    figures.append(Figure("person", "failed", "chatrooms", None, "", note="Wrong: twice"))
    report = markdown(cases(figures), WORKLOADS, {"Kernel": "Linux"}, QUICK)
    theirs, ours = "**40** (10 – 100)<br>12,500 µs CPU each", "**100** (40 – 200)<br>5,000 µs CPU each"
    assert f"| a case | {theirs}<br>load 99%, server 50%, others 40% ‼ ⚠ | {ours}" in report
    assert "| **2.00×**<br>per CPU second 2.50×" in report
    assert "chatrooms, failed: Wrong: twice" in report and "- Kernel: Linux" in report


async def test_messages_without_a_network_are_accepted_and_take_time():
    assert min(await message.rounds(2)) > 0

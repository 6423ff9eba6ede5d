"""Socket.IO packets as text and back, without a server."""

from __future__ import annotations

import pytest

from chatrooms.wire import packets
from chatrooms.wire.limits import Limits
from chatrooms.wire.packets import ACK, CONNECT, DISCONNECT, EVENT, Malformed

LIMITS = Limits()


def decoded(text):
    """Return type, namespace, id as text and data of the packet in `text`."""
    packet = packets.decode(text, LIMITS)
    return packet.type, packet.namespace, None if packet.id is None else str(packet.id), packet.data


@pytest.mark.parametrize(
    ("text", "packet"),
    [
        ("0", (CONNECT, "/", None, None)),
        ('0{"token":"x"}', (CONNECT, "/", None, {"token": "x"})),
        ("0/admin", (CONNECT, "/admin", None, None)),
        ('0/admin?token=x,{"a":1}', (CONNECT, "/admin", None, {"a": 1})),
        ("1", (DISCONNECT, "/", None, None)),
        ("1/admin,", (DISCONNECT, "/admin", None, None)),
        ('2["note"]', (EVENT, "/", None, ["note"])),
        ('27["note",1,{"a":[]}]', (EVENT, "/", "7", ["note", 1, {"a": []}])),
        ('2/admin,7["note"]', (EVENT, "/admin", "7", ["note"])),
        ('2["é😀"]', (EVENT, "/", None, ["é😀"])),
        ("37[]", (ACK, "/", "7", [])),
        ('3/admin,7["yes"]', (ACK, "/admin", "7", ["yes"])),
    ],
)
def test_a_packet_is_read(text, packet):
    assert decoded(text) == packet


NO_PACKETS = ["", "9", "x", "2", "2{}", "2[]", "2[5]", "2[null]", '2["connect"]', '2["*"]', "1{}", "3{}", "3", "4{}"]
NO_JSON = ["2[", "2[NaN]", '2["\\ud800"]', "2" + "[" * 5000, '2["a"]x', "461-[]"]


@pytest.mark.parametrize("text", NO_PACKETS + NO_JSON)
def test_a_malformed_packet_is_rejected(text):
    with pytest.raises(Malformed):
        decoded(text)


@pytest.mark.parametrize(
    ("text", "namespace", "id"),
    [("2/admin,7{}", "/admin", "7"), ("27[", "/", "7"), ("2{}", "/", None), ("37{}", "/", None)],
)
def test_a_rejected_event_keeps_the_acknowledgement_that_it_asks_for(text, namespace, id):
    with pytest.raises(Malformed) as rejected:
        decoded(text)
    asked = rejected.value.id
    assert (rejected.value.namespace, None if asked is None else str(asked)) == (namespace, id)


@pytest.mark.parametrize(("depth", "fits"), [(LIMITS.depth - 1, True), (LIMITS.depth, False)])
def test_data_may_be_nested_as_deep_as_the_limit(depth, fits):
    text = f'2["deep",{"[" * depth}{"]" * depth}]'
    if fits:
        assert decoded(text)[3][0] == "deep"
    else:
        with pytest.raises(Malformed):
            decoded(text)


@pytest.mark.parametrize(
    ("packet", "texts"),
    [
        ((CONNECT, {"sid": "x"}), [b'40{"sid":"x"}']),
        ((DISCONNECT, None, "/admin"), [b"41/admin,"]),
        ((EVENT, ["n", 1]), [b'42["n",1]']),
        ((EVENT, ["n"], "/admin", 7), [b'42/admin,7["n"]']),
        ((ACK, [], "/", 7), [b"437[]"]),
        ((EVENT, ["n", b"\x01"]), [b'451-["n",{"_placeholder":true,"num":0}]', b"\x01"]),
        ((ACK, [b"\x01", b"\x02"], "/", 7), [
            b'462-7[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', b"\x01", b"\x02",
        ]),
    ],
)  # fmt: skip
def test_a_packet_is_written(packet, texts):
    assert [message.data for message in packets.encode(*packet)] == texts


def test_data_that_is_not_json_cannot_be_written():
    with pytest.raises(TypeError):
        packets.encode(EVENT, ["n", object()])

"""Nearly valid packets, and random ones."""

from __future__ import annotations

import random

import orjson

COMMANDS = (
    ("message.post", {"room": "#lobby", "text": "hello", "id": "0b5b1f5e-6f3c-4a57-9d0e-1a2b3c4d5e6f"}),
    ("message.post", {"room": "fuzz1", "text": "hello"}),
    ("message.post", {"room": "#lobby", "text": "hello @fuzz1, `@fuzz2`\n> @fuzz3"}),
    ("message.post", {"room": "#lobby", "text": "yes", "reply_to": "0b5b1f5e-6f3c-4a57-9d0e-1a2b3c4d5e6f"}),
    ("bookmark.add", {"id": "0b5b1f5e-6f3c-4a57-9d0e-1a2b3c4d5e6f"}),
    ("bookmark.list", {"after": 3}),
    ("message.versions", {"id": "0b5b1f5e-6f3c-4a57-9d0e-1a2b3c4d5e6f"}),
    ("message.edit", {"id": "0b5b1f5e-6f3c-4a57-9d0e-1a2b3c4d5e6f", "text": "other"}),
    ("message.delete", {"id": "0b5b1f5e-6f3c-4a57-9d0e-1a2b3c4d5e6f"}),
    ("reaction.add", {"id": "0b5b1f5e-6f3c-4a57-9d0e-1a2b3c4d5e6f", "emoji": "\N{THUMBS UP SIGN}"}),
    ("reaction.remove", {"id": "0b5b1f5e-6f3c-4a57-9d0e-1a2b3c4d5e6f", "emoji": "\N{THUMBS UP SIGN}"}),
    ("reaction.list", {"id": "0b5b1f5e-6f3c-4a57-9d0e-1a2b3c4d5e6f", "emoji": "\N{THUMBS UP SIGN}", "after": "a"}),
    ("thread.open", {"id": "0b5b1f5e-6f3c-4a57-9d0e-1a2b3c4d5e6f"}),
    ("thread.follow", {"id": "0b5b1f5e-6f3c-4a57-9d0e-1a2b3c4d5e6f"}),
    ("thread.list", {"unread": True, "after": "0b5b1f5e-6f3c-4a57-9d0e-1a2b3c4d5e6f"}),
    ("message.post", {"room": "#lobby/3", "text": "in a thread"}),
    ("history", {"room": "#lobby", "before": 10, "limit": 5}),
    ("sync", {"revs": {"#lobby": 2, "fuzz1": 0}}),
    ("room.create", {"name": "#fuzz", "title": "T", "topic": "", "access": "open"}),
    ("room.join", {"room": "#fuzz"}),
    ("room.invite", {"room": "#fuzz", "username": "fuzz2"}),
    ("room.members", {"room": "#lobby", "after": "a"}),
    ("room.list", {"query": "f"}),
    ("read.mark", {"room": "#lobby", "seq": 3}),
    ("inbox.list", {"unread": True, "after": 9}),
    ("inbox.mark", {"ids": [1, 2], "state": "unread"}),
    ("preview.remove", {"id": "0b5b1f5e-6f3c-4a57-9d0e-1a2b3c4d5e6f", "url": "https://example.org/"}),
    ("file.begin", {"name": "a.txt", "size": 3, "type": "audio/webm", "duration": 1.5, "square": False}),
    ("user.picture", {"file": None}),
    ("room.picture", {"room": "#fuzz", "file": "0b5b1f5e-6f3c-4a57-9d0e-1a2b3c4d5e6f"}),
    ("room.mute", {"room": "#lobby", "until": "2999-01-31T09:00:00Z"}),
    ("room.unmute", {"room": "#lobby"}),
    ("typing", {"room": "#lobby"}),
    ("signal", {"to": "#lobby", "type": "wave", "data": [[{"a": None}], 1.5, True]}),
    ("presence.watch", {"usernames": ["fuzz1", "fuzz2"]}),
    ("user.update", {"name": "Fuzz", "about": "x"}),
    ("user.list", {"query": "", "after": ""}),
    ("session.list", {}),
    ("session.revoke", {"id": "0b5b1f5e-6f3c-4a57-9d0e-1a2b3c4d5e6f"}),
)
OTHERS = (
    b"0", b'0{"username":"fuzz1"}', b"0/admin,{}", b"1/admin,", b"31[]", b'37["x"]', b"4", b'4{"a":1}',
    b'51-["x",{"_placeholder":true,"num":0}]', b"599999999999-[]", b'61-1["x"]', b'2["connect"]', b'2["disconnect"]',
    b'2/admin,1["x"]', b'299999999999999999999["user.me",{}]',
)  # fmt: skip
VALID = [b"2%d" % number + orjson.dumps([name, params]) for number, (name, params) in enumerate(COMMANDS)]
SPICE = (
    b"[" * 70, b"{" * 70, b'{"a":' * 40, b"null", b"-1", b"1e999", b"9" * 400, b'"\\ud800"', b"\\u0000", b"\x00",
    "\u202e\u0130\ufdfa".encode(), b'"__proto__"', b",", b'"', b"/", b"]", b"true", b"\xf0\x9f\x92\xa9" * 3,
)  # fmt: skip
LETHAL = (b"7", b"x", b"", b"9{}", b"b???", b"\xff\xfe\xfd", b"4" + b"2" * 140_000)
"""Payloads of frames that end a connection, as the Engine.IO protocol asks."""


def packet(chance: random.Random) -> bytes:
    """Return an Engine.IO packet with something similar to a Socket.IO packet, as UTF-8."""
    kind = chance.random()
    if kind < 0.50:
        return b"4" + _text(mutated(chance, chance.choice(VALID)))
    if kind < 0.70:
        return b"4" + _text(mutated(chance, chance.choice(OTHERS)))
    if kind < 0.95:
        return b"4" + _text(chance.randbytes(chance.randrange(80)))
    return chance.choice((b"0", b"5", b"6")) + _text(chance.randbytes(chance.randrange(20)))


def mutated(chance: random.Random, data: bytes) -> bytes:
    """Return ``data`` with some mutations."""
    for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 3, 5))):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.randrange(1, 6))
        change = chance.random()
        if change < 0.3:
            piece = chance.randbytes(end - start)
        elif change < 0.5:
            piece = b""
        elif change < 0.65:
            piece = data[start:end] * 3
        elif change < 0.8:
            other = chance.choice(VALID)
            piece = other[len(other) // 2 :][: chance.randrange(1, 30)]
        else:
            piece = chance.choice(SPICE)
        data = data[:start] + piece + data[end:]
    return data


def _text(data: bytes) -> bytes:
    return data.decode(errors="replace").encode()

"""Ids are UUIDs of version 7: different, and in the order of time."""

from __future__ import annotations

import time
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from chatrooms import ids


@given(nanoseconds=st.integers(0, (1 << 48) * 1_000_000 - 1))
def test_an_id_is_a_uuid_of_version_7_of_its_time(nanoseconds):
    time_ns, time.time_ns = time.time_ns, lambda: nanoseconds
    try:
        made = UUID(ids.new())
    finally:
        time.time_ns = time_ns
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == nanoseconds // 1_000_000


def test_ids_of_the_same_moment_are_different(monkeypatch):
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    assert len({ids.new() for _ in range(1000)}) == 1000

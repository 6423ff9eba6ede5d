"""Limits per person and address."""

from __future__ import annotations

import threading
import time

import pytest

from chatrooms import rates
from chatrooms.rates import Rates
from chatrooms.settings import Settings


@pytest.fixture
def limited(tmp_path) -> Rates:
    return Rates(Settings(data=tmp_path, rate_post="2/second"))


def test_counting_starts_no_thread(limited, monkeypatch):
    time.sleep(0.05)  # limits starts one when it is made
    monkeypatch.setattr(threading.Thread, "start", lambda _: pytest.fail("the event loop would wait for it"))
    for _ in range(5):
        limited.allow("other", "alice")
        time.sleep(0.02)


def test_what_has_expired_is_forgotten(limited, monkeypatch):
    limited.allow("post", "alice")
    storage = limited._limiter.storage
    assert storage.storage
    later = time.time() + rates.SECONDS_TO_SWEEP + 1
    monkeypatch.setattr(time, "time", lambda: later)
    limited.allow("post", "bob")
    assert not [key for key in storage.storage if "alice" in key]


def test_a_limit_holds_for_each_by_themselves(limited):
    assert [limited.allow("post", "alice") for _ in range(3)].count(True) <= 2 + 1  # a window may end in between
    assert limited.allow("post", "bob")

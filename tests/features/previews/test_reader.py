"""What a page says of itself, whatever it is written in; the program that reads it limits itself."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from types import SimpleNamespace

import orjson
import pytest

from chatrooms import Settings, isolated, pictures
from chatrooms.features.previews import fetching, reader
from chatrooms.features.previews.web import Response
from chatrooms.storage.blobs import Blobs

PAGES = [
    ("<title>A &amp; B</title>", {"title": "A & B"}),
    ('<title>t</title><meta property="og:title" content="og">', {"title": "og"}),
    ('<meta name="twitter:title" content="tw"><title>t</title>', {"title": "tw"}),
    ('<META CONTENT="d" NAME="Description">', {"description": "d"}),
    (
        '<meta property=og:site_name content=Site><meta property="og:image" content="/a.png">',
        {"site": "Site", "picture": "/a.png"},
    ),
    ('<meta property="og:title" content=""><title> two\n words </title>', {"title": "two words"}),
    ("<title>one</title><svg><title>two</title></svg>", {"title": "one"}),
    ("<script>'<title>no</title>'</script><title>yes</title>", {"title": "yes"}),
    ("<title>never closed", {}),
    ("<head><title>t</title></head><meta name=description content=d>", {"title": "t"}),
    ("<title>t</title><BODY class=x><meta name=description content=d>", {"title": "t"}),
    ("<script>'</head><body>'</script><title>t</title>", {"title": "t"}),
    ("<<<>>><meta <meta content", {}),
    ("", {}),
]
ENCODED = [
    ("Ä–é".encode(), "", "Ä–é"),
    ("é".encode("cp1252") + b" x", "", "é x"),
    ("Жук".encode("koi8-r"), "koi8-r", "Жук"),
    (b"<meta charset='koi8-r'>" + "Жук".encode("koi8-r"), "", "<meta charset='koi8-r'>Жук"),
    ("é".encode(), "zlib", "é"),
    ("é".encode(), "no-such-charset", "é"),
    (b"\xef\xbb\xbf" + "é".encode(), "latin-1", "\ufeffé"),
    ("aé".encode()[:-1], "", "a"),
]


@pytest.mark.parametrize(("page", "expected"), PAGES)
def test_the_best_of_what_a_page_says_is_found(page, expected):
    assert {name: value for name, value in reader.read(page).items() if value} == expected


@pytest.mark.parametrize(("page", "charset", "expected"), ENCODED)
def test_a_page_is_read_in_its_own_encoding(page, charset, expected):
    assert reader.decoded(page, charset) == expected


@pytest.mark.parametrize("piece", [b"<", b"<a ", b"<!--"])
async def test_reading_a_page_ends_whatever_it_is(piece):
    status, _ = await isolated.run(reader.__file__, "", given=(piece * 1024 * 1024)[: 1024 * 1024], seconds=30)
    assert status is not None


async def test_a_page_is_read_no_further_than_its_beginning_and_by_little_of_the_machine():
    fits = b"<title>t</title>" + b"x" * reader.MOST_BYTES + b"<meta name=description content=d>"
    status, out = await isolated.run(reader.__file__, "", given=fits, seconds=30)
    assert status == 0 and orjson.loads(out)["title"] == "t" and not orjson.loads(out)["description"]
    assert (reader.MEMORY, reader.SECONDS) <= (128 * 1024 * 1024, 1)


def test_the_program_lets_others_go_first():
    limited = "import os, runpy, sys; runpy.run_path(sys.argv[1])['limit'](); print(os.nice(0))"
    done = subprocess.run([sys.executable, "-c", limited, reader.__file__], check=True, capture_output=True, text=True)
    assert int(done.stdout) >= min(19, os.nice(0) + reader.NICE)


async def test_few_pages_are_read_at_once_network_by_network(monkeypatch):
    running, order, go_on = [], [], asyncio.Event()

    async def run(_program, charset, **_how):
        running.append(charset)
        order.append(charset)
        assert len(running) <= fetching.READING_AT_ONCE
        await go_on.wait()
        running.remove(charset)
        return 0, b"{}"

    monkeypatch.setattr(isolated, "run", run)
    asking = [("one", f"one {number}") for number in range(6)] + [("two", "two 0")]
    pages = [fetching.read(Response("", "text/html", name, b""), network) for network, name in asking]
    reading = asyncio.gather(*pages)
    while len(running) < fetching.READING_AT_ONCE:
        await asyncio.sleep(0)
    go_on.set()
    await reading
    assert order.index("two 0") <= fetching.READING_AT_ONCE + 1


async def test_slow_pictures_of_one_network_hold_up_others_for_one_turn(tmp_path, monkeypatch):
    began, turns = [], asyncio.Queue()

    async def decode(picture, *_how):
        began.append(picture.name)
        await turns.get()
        return {"width": 1, "height": 1, "placeholder": ""}

    monkeypatch.setattr(pictures, "decode", decode)
    chat = fetching.Fetching(None, SimpleNamespace(blobs=Blobs(Settings(data=tmp_path))))
    asked = [("one", f"one {number}") for number in range(4)] + [("two", "two 0")]
    for _ in asked:
        turns.put_nowait(None)
    await asyncio.gather(*(chat._decode(which, b"GIF89a", network) for network, which in asked))
    assert len(began) == len(asked) and began.index("two 0") <= 2

"""What a page says of itself, whatever it is written in; the program that reads it limits itself."""

from __future__ import annotations

import pytest

from chatrooms import isolated
from chatrooms.features.previews import reader

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

"""The links of a text that are previewed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatrooms.features.previews.links import LONGEST, MOST, links
from tests.growth import QUADRATIC, growth

CASES = [
    ("see https://a.example/x?y=1#z now", ["https://a.example/x?y=1#z"]),
    ("HTTPS://A.example", ["HTTPS://A.example"]),
    ("www.a.example/b", ["http://www.a.example/b"]),
    ("https://a.example/x.", ["https://a.example/x"]),
    ("(https://a.example/x)", ["https://a.example/x"]),
    ("https://a.example/x_(y)", ["https://a.example/x_(y)"]),
    ("**https://a.example/x**, and <https://b.example>", ["https://a.example/x", "https://b.example"]),
    ("[text](https://a.example/x)", ["https://a.example/x"]),
    ('[https://b.example](https://a.example "title")', ["https://a.example"]),
    ("请看https://a.example/x。谢谢", ["https://a.example/x"]),
    ("https://a.example https://a.example https://b.example", ["https://a.example", "https://b.example"]),
    ("https://1.example https://2.example https://3.example https://4.example", 3),
    ("`https://a.example`", []),
    ("```\nhttps://a.example\n```", []),
    ("    https://a.example", []),
    ("> https://a.example\n\nyes", []),
    ("https://", []),
    ("https://?x", []),
    ("http://me:secret@a.example/", []),
    ("http://me@a.example/", []),
    ("http://[::1", []),
    ("ftp://a.example file:///etc/passwd mailto:me@a.example javascript:alert(1)", []),
    ("https://a.example/" + "x" * LONGEST, []),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_links_are_found_outside_code_and_quotes(text, expected):
    found = links(text)
    assert len(found) == expected if isinstance(expected, int) else found == expected


@given(st.text(alphabet="htps:/w.a[]()<>`*_&;?#@%\\ \n\u3002\u00e9", max_size=200))
def test_whatever_a_text_is_its_links_are_few_and_without_spaces(text):
    found = links(text)
    assert len(found) <= MOST
    assert all(each.lower().startswith(("http://", "https://")) and not set(each) & set(" \n<>") for each in found)


LONG = {
    **{last: ("http://127.0.0.1/ http://127.0.0.1/x{}", last) for last in (".", ")", "_", ";", "&a;", "&")},
    **{piece: ("http://a.example {}", piece) for piece in ("\\[", "[", "[a](", "[[a](", "www.", "https://a(")},
    "a link's end": ("http://a.example {}", "http://a.example/" + ")" * 40 + " "),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", LONG)
def test_no_text_takes_long(kind):
    around, piece = LONG[kind]
    assert growth(links, lambda count: around.format(piece * count), 2500 // len(piece)) < QUADRATIC


@pytest.mark.parametrize(
    ("end", "stays"), [("&amp;.;", ""), ("&;", "&"), ("&" + "a" * 41 + ";", "&" + "a" * 41), ("&a;&b;;)~", "")]
)
def test_what_follows_an_address_does_not_belong_to_it(end, stays):
    assert links(f"https://a.example/x{end} ") == [f"https://a.example/x{stays}"]

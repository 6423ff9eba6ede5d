"""The links of a text that are previewed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatrooms.features.previews.links import LONGEST, MOST, links

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


@pytest.mark.parametrize("piece", ["[", "[a](", "https://a(", "https://a)", "www.", "&amp;", "[[a]("])
def test_no_text_takes_long(piece):
    links((piece * 10_000)[:10_000])

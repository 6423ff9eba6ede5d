"""The names of files are one visible line without folders, whatever clients send."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatrooms.features.files.names import LONGEST, LONGEST_BYTES, clean

CASES = {
    "report.pdf": "report.pdf",
    "../../etc/passwd": "passwd",
    r"..\..\windows\system.ini": "system.ini",
    "/": "file",
    "..": "file",
    "": "file",
    " \u200b\u2060 ": "file",
    ".bashrc": "bashrc",
    "a\x00b\x1b[31m.txt": "ab[31m.txt",
    "line\nbreak\r\n.txt": "line break .txt",
    "photo\u202egnp.exe": "photognp.exe",
    "\u2066left\u2069.txt": "left.txt",
    "name. ": "name",
    'what?<b>"|*:.txt': "what__b_____.txt",
    "Grüße 你好 😀.png": "Grüße 你好 😀.png",
    "e\u0301.txt": "é.txt",
    "x" * 300 + ".tar.gz": "x" * (LONGEST - 3) + ".gz",
    "../" * 100 + "x.png": "x.png",
    "no extension": "no extension",
    "a." + "b" * 300: ("a." + "b" * 300)[:LONGEST],
}


@pytest.mark.parametrize(("written", "cleaned"), CASES.items())
def test_a_name_is_cleaned(written, cleaned):
    assert clean(written) == cleaned


@given(st.text())
def test_any_name_can_be_shown_and_saved(written):
    name = clean(written)
    assert name and name == name.strip(". ")
    assert len(name) <= LONGEST and len(name.encode("utf-8", "strict")) <= LONGEST_BYTES
    assert not set(name) & set('/\\<>:"|?*\n\r\t\0')
    assert not {unicodedata.category(each) for each in name} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert clean(name) == name

"""The normal forms of Unicode are right for any text, and no text of people takes long."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import chatrooms
from chatrooms import names, unicode_forms
from chatrooms.features.inbox import texts
from chatrooms.features.previews.links import links
from chatrooms.features.search.words import needle, spans, words
from chatrooms.unicode_forms import FEW, is_normalized, normalized
from tests.growth import QUADRATIC, growth
from tests.node import STATIC

FORMS = ("NFC", "NFD", "NFKC", "NFKD")
CODES = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]
MARKS = [chr(code) for code in CODES if unicodedata.combining(unicodedata.normalize("NFKD", chr(code))[0])]
"""All characters that are, or begin with, what moves past what is before it."""
OTHERS = [
    "a",
    "e",
    "각",
    "ᄀ",
    "ᅡ",
    "ᆨ",
    "ﷺ",
    "ΐ",
    "ệ",
    "हि",
    "न्दी",
    "שָׁ",
    "=",
    "≠",
    " ",
    "．",
    "👍🏽",
    "ｶ",
    "\u034f",
    "\u200d",
]
LONG_RUNS = st.lists(st.sampled_from(MARKS), min_size=FEW, max_size=4 * FEW).map("".join)
TEXTS = st.lists(st.sampled_from(OTHERS) | st.sampled_from(MARKS) | st.characters() | LONG_RUNS).map("".join)


@given(TEXTS, st.sampled_from(FORMS))
@example("≠" * 2 * FEW, "NFC")
@example("a" + "\u0344\u0f73" * FEW, "NFC")
@example("ｶ" + "\uff9e\u0301" * FEW, "NFKC")
def test_a_text_has_the_normal_form_that_unicode_gives_it(text, form):
    assert normalized(form, text) == unicodedata.normalize(form, text)
    assert is_normalized(form, text) == unicodedata.is_normalized(form, text)


def test_all_characters_that_move_are_looked_for():
    assert all(unicode_forms._many.fullmatch(mark * (FEW + 1)) for mark in MARKS)


PIECES = {
    "marks above, then below": ("\u0344", "\u0f73"),
    "marks by turns": ("\uff9e\u0301", "\U0001d165\U0001d16d"),
    "marks of few letters": ("a" + "\u0301\u0316" * 15, "a" + "\u0344" * 30),
    "marks that stay in a word, then what does not show": ("\u0951", "\u200d"),
    "long letters, then what does not show": ("\ufdfa", "\u200d"),
}
READERS = {"words": words, "spans": spans, "a query": needle, "keywords": texts.folded, "names": names.words}


@pytest.mark.slow
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", PIECES)
def test_the_work_grows_with_the_length_of_a_text(reader, kind):
    """It begins with what makes it one that is in no normal form."""
    first, second = PIECES[kind]

    def text(count: int) -> str:
        return "a\u0344" + first * (count // 2 // len(first)) + second * (count // 2 // len(second))

    assert growth(READERS[reader], text, 12_000) < QUADRATIC


def test_many_long_hosts_are_no_work():
    """`urlsplit` brings a host into a normal form."""
    host = "a" + "\u0344" * 450 + "\u0f73" * 200
    assert not links(f"http://{host}.example/") and not links(f"https://www.{host}")
    assert links("http://a.example/" + "\u0344" * 450)


ALONE = re.compile(r"unicodedata\.(is_)?normali[sz]e|(?<!letter)\.normalize\(")


def test_nothing_else_brings_texts_into_a_normal_form():
    ours = [*Path(chatrooms.__file__).parent.rglob("*.py"), *(STATIC / "js").rglob("*.js")]
    found = {path.name for path in ours if ALONE.search(path.read_text())}
    assert found == {"unicode_forms.py", "unicode-forms.js"}

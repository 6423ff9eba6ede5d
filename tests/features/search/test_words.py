"""Words of texts in any script: what is found in what, and where it is."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chatrooms.features.search.words import LONGEST, SHORTEST, Line, Needle, needle, spans, words

TEXTS = st.one_of(
    st.text(max_size=60),
    st.text("đłÆœıÞـaé́ｶﾞ東京都각각ﷺ½㎒ก็ไ🎉👍🏽 -.İßΣ０৩\u200b\u200d\ufe0f", max_size=40),
)


def is_found(query: str, text: str, *, prefix: bool = False) -> bool:
    wanted = needle(query, prefix=prefix)
    return wanted is not None and Line(words(text)).has(wanted)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("https://example.com/a?b=c", "See https://example.com/a?b=c, please"),
        ("example.com", "See https://example.com/a?b=c"),
        ("192.168.0.1", "Restart 192.168.0.1!"),
        ("168.0", "Restart 192.168.0.1!"),
        ("2001:db8::1", "[2001:db8::1]:8000"),
        ("well-known", "a well-known fact"),
        ("known", "a well-known fact"),
        ("well known", "a well-known fact"),
        ("snake", "snake_case"),
        ("snake_case", "call snake_case()"),
        ("a", "I have a plan"),
        ("ok", "OK!"),
        ("x", "x"),
        ("cafe", "Café"),
        ("CAFÉ", "cafe\u0301"),
        ("strasse", "Straße"),
        ("STRAẞE", "straße"),
        ("istanbul", "İstanbul"),
        ("σισυφος", "ΣΊΣΥΦΟΣ"),
        ("елка", "Ёлка"),
        ("duong", "Con đường"),
        ("ĐƯỜNG", "duong"),
        ("lodz", "Łódź"),
        ("orsted", "Hans Christian Ørsted"),
        ("aero", "Ærø"),
        ("isi", "ısı"),
        ("Þorlákur", "thorlakur"),
        ("oeuvre", "hors-d'œuvre"),
        ("محمد", "محـــمد"),
        ("don't", "I don’t"),
        ("fine", "ﬁne"),
        ("1", "１"),
        ("3", "৩"),
        ("東京", "私は東京都に住む"),
        ("京都に", "私は東京都に住む"),
        ("住", "私は東京都に住む"),
        ("む", "私は東京都に住む"),
        ("ガギ", "ｶﾞｷﾞ"),
        ("日本語abc", "これは日本語ABC"),
        ("안녕", "안녕하세요"),
        ("하세", "안녕하세요"),
        ("ไม่รู้", "ฉันไม่รู้เลย"),
        ("שלום", "שָׁלוֹם"),
        ("كتاب", "كِتاب"),
        ("हिन्दी", "यह हिन्दी है"),
        ("👍", "👍🏽"),
        ("🎉", "done🎉done"),
        ("soft", "so\u00adft"),
    ],
)
def test_what_people_look_for_is_found(query, text):
    assert is_found(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("cat", "concatenate"),
        ("cat", "cats"),
        ("a", "plan"),
        ("192.168.0.1", "192.168.1.0"),
        ("known well", "a well-known fact"),
        ("京東", "東京"),
        ("か", "が"),
        ("हिन्दु", "हिन्दी"),
        ("...", "..."),
        ("", "text"),
    ],
)
def test_what_people_do_not_look_for_is_not(query, text):
    assert not is_found(query, text)


def test_the_beginning_of_a_word_is_found_if_it_is_wanted():
    assert is_found("migra", "the migrations", prefix=True) and not is_found("migra", "the migrations")
    assert is_found("the mig", "the migrations", prefix=True) and not is_found("he mig", "the migrations", prefix=True)


@given(st.text("ab東京", min_size=1, max_size=6))
def test_a_short_beginning_is_a_word_except_in_scripts_without_spaces(text):
    wanted, last = needle(text, prefix=True), words(text)[-1]
    unspaced = last in "東京"
    ends_alone = unspaced and not (len(text) > 1 and text[-2] in "東京")
    assert wanted.prefix == (ends_alone or (not unspaced and len(last) >= SHORTEST))


@given(
    st.lists(st.sampled_from(["a", "b", "ab", "東", "東京"]), max_size=30),
    st.lists(st.sampled_from(["a", "b", "ab", "東", "東京"]), min_size=1, max_size=3),
    st.booleans(),
)
@example(["東"] * 10_000, ["東"] * 250, True)
def test_a_needle_is_at_each_place_where_its_words_are(said, wanted, prefix):
    count = len(wanted)

    def is_at(at: int) -> bool:
        *exact, last = said[at : at + count]
        return exact == wanted[:-1] and (last.startswith(wanted[-1]) if prefix else last == wanted[-1])

    expected = [at for at in range(len(said) - count + 1) if is_at(at)]
    line, needle = Line(said), Needle(tuple(wanted), prefix)
    assert list(line.places(needle)) == expected and line.has(needle) == bool(expected)


def test_a_word_without_end_is_found_by_all_of_it_and_by_its_beginning():
    long = "abcdefghij" * 1000
    assert max(map(len, words(long))) == LONGEST
    assert is_found(long, f"see {long}") and is_found(long[: LONGEST + 5], long, prefix=True)


@given(TEXTS)
@example("e\u0301te\u0301 각 ｶﾞ")
def test_each_word_is_where_it_is_said_to_be(text):
    found = spans(text)
    assert [span.word for span in found] == words(text) or found == []
    if unicodedata.is_normalized("NFKC", text):
        assert len(found) == len(words(text))
    for span in found:
        assert 0 <= span.start < span.head <= span.end <= len(text)
        assert span.word[0] in "".join(words(text[span.start : span.end]))


@given(TEXTS, st.data())
def test_any_words_in_a_row_of_a_text_are_found_in_it(text, data):
    parts = text.split(" ")
    first = data.draw(st.integers(0, len(parts) - 1))
    part = " ".join(parts[first : data.draw(st.integers(first, len(parts))) + 1])
    assert needle(part) is None or is_found(part, text)


@given(st.text("東京都に住むあいう", min_size=1, max_size=12), st.data())
def test_any_part_of_a_text_without_spaces_is_found(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    assert is_found(text[start : data.draw(st.integers(start + 1, len(text)))], text)


@given(st.text(max_size=40))
def test_words_have_no_spaces_quotes_or_marks(text):
    for word in words(text):
        assert word and len(word) <= LONGEST and not set(word) & set("\"'\\ §\0") and word.split() == [word]


@given(st.text("aB9_-. \x00\x1f", max_size=3 * LONGEST) | st.text("aZ0", max_size=3 * LONGEST))
@example("A" * LONGEST + " " + "b" * (LONGEST + 1))
def test_the_words_of_plain_texts_are_runs_of_letters_and_digits_in_pieces(text):
    assert words(text) == re.findall(rf"[a-z0-9]{{1,{LONGEST}}}", text.lower())

"""The names that a text mentions: by the grammar of names, outside code, quotes and addresses."""

from __future__ import annotations

import re
import textwrap
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatrooms import names
from chatrooms.features.mentions.written import MAX_SEEN, MAX_TRIED, written
from tests.direct import Direct
from tests.growth import QUADRATIC, growth

BEST = {
    "@bob": ["bob"],
    "hi @bob, @alice!": ["bob", "alice"],
    "(@bob) @Bob's @BOB": ["bob", "bob", "bob"],
    "@bob_ hi": ["bob_"],
    "@हिन्दी @müller @mu\u0308ller": ["हिन्दी", "müller", "müller"],
    "@ａｌｉｃｅ": ["alice"],
    "@_dash @.dot": ["_dash", ".dot"],
    "请@小明，你好 @小明@bob": ["小明", "小明", "bob"],
    "请 @小明，你好": ["小明"],
    "**@bob** ~~@carol~~ _@dave_ *@erin*": ["bob", "carol", "dave", "erin"],
    "…@bob -@carol ...@dave": ["bob", "carol", "dave"],
    "me@bob.com x_@bob a.@bob é@bob e\u0301@bob": [],
    "@@bob @#bob #@bob /@bob @/bob": [],
    r"\@bob": [],
    "@ bob @": [],
    "@x": [],
    "@" + "x" * 33: [],
    "https://example.com/@bob http://u@bob www.example.com/?q=@bob mailto:@bob": [],
    "[@carol](https://example.com/?q=@bob) [x](@bob) [x](a(@bob)b) @dave": ["dave"],
    "看https://例え.jp/路，@bob": ["bob"],
    "`run @bob now` @carol": ["carol"],
    "`@bob": ["bob"],
    "``a ` @bob`` @carol": ["carol"],
    r"\`@bob` x`": ["bob"],
    r"`a\` @bob `": ["bob"],
    "`@bob\n@carol` @dave": ["dave"],
    "`@bob\n\n@carol`": ["bob", "carol"],
    "```\n@bob\n```\n@carol": ["carol"],
    "```js\n@bob\n``\n````\n@carol": ["carol"],
    "~~~\n@bob\n```\n~~~\n@carol": ["carol"],
    "```\n@bob\n    ```\n@carol": [],
    "text\n```\n@bob\n```\ntext @carol": ["carol"],
    "``` a`b\n@bob\n```": ["bob"],
    "```\n@bob": [],
    "    @bob": [],
    "\t@bob\n\n@carol": ["carol"],
    "text\n    @bob": ["bob"],
    "# @bob\n    @carol": ["bob"],
    "> @bob\n@carol": ["carol"],
    "   > @bob\n\n> > @carol": [],
    "text\n> @bob": [],
    ">>> @bob\n>> @carol": ["bob"],
    "text\n>>> @bob": ["bob"],
    "> >>> @bob": [],
    "- > @bob\n- @carol": ["carol"],
    "- ```\n  @bob\n  ```\n- @carol": ["carol"],
    "- ```\n  @bob\n@carol": ["carol"],
    "1. a\n\n   ```\n   @bob\n   ```\n2. @carol": ["carol"],
    "- a\n\n      @bob\n\n  @carol": ["carol"],
    "-     @bob\n- @carol": ["carol"],
    "- - 1) @bob": ["bob"],
    "a\r\n```\r\n@bob\r\n```\r\n@carol": ["carol"],
}


@pytest.mark.parametrize(("text", "expected"), BEST.items())
def test_a_name_is_mentioned_outside_code_quotes_and_addresses(text, expected):
    assert [meant[0] for meant in written(text)] == expected


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("@bob_.", ["bob_.", "bob_", "bob"]),
        ("@bob... and", ["bob...", "bob..", "bob.", "bob"]),
        ("@a.-", ["a.-", "a."]),
        ("@alice谢谢", ["alice谢谢", "alice谢", "alice"]),
        ("@小明bob好", ["小明bob好", "小明bob", "小明"]),
        ("@alice" + "好" * 100, ["alice" + "好" * length for length in range(27, -1, -1)]),
        ("@" + "x" * 31 + "..", ["x" * 31 + ".", "x" * 31]),
    ],
)
def test_punctuation_at_the_end_is_of_the_name_or_of_the_sentence(text, meant):
    assert written(text) == (tuple(meant),)


letters = st.characters(categories=("L", "N", "M")) | st.sampled_from("aBz09.-_éÉΣß가")


@given(st.text(letters, min_size=2, max_size=12), st.sampled_from(("NFC", "NFD")))
def test_every_username_can_be_mentioned(given, form):
    try:
        username = names.username(given)
    except ValueError:
        return
    (meant,) = written(f"hi @{unicodedata.normalize(form, username)} there")
    assert meant[0] == username


@given(st.text(letters, min_size=2, max_size=12))
def test_folding_is_what_normalizing_does_to_valid_names(given):
    try:
        assert names.folded(given) == names.username(given)
    except ValueError:
        return


SHOWN = st.sampled_from(("@seen{}", "x @seen{}, y", "**@seen{}**", "`a` @seen{}", "see ``b ` c`` @seen{}."))
HIDDEN = st.sampled_from(("`@no{}`", "``@no{} ` ``", "me@no{}", "https://example.com/@no{}", "`` @no{}\n``", "\\@no{}"))
CODE = st.sampled_from(
    (
        "```\n@no{}\n```",
        "~~~~ js\n@no{}\n```\n\n~~~\n~~~~",
        "````\n```\n@no{}\n`````",
        "    @no{}\n\n      @no{}",
        "> @no{}\n> > `@no{}\n>\n> @no{}",
    )
)
NEXT = "\n\nend\n\n"
"""Ends lists, which code would continue."""


def item(marker: str, blocks: list[str]) -> str:
    """Return a list item that holds these blocks."""
    return marker + textwrap.indent(NEXT.join(["item", *blocks]), " " * len(marker)).lstrip(" ")


blocks = st.recursive(
    st.lists(SHOWN | HIDDEN, min_size=1, max_size=3).map("\n".join) | CODE,
    lambda inner: st.builds(item, st.sampled_from(("- ", "*   ", "1. ", "12) ")), st.lists(inner, max_size=3)),
    max_leaves=8,
)


@given(st.lists(blocks, max_size=4).map(NEXT.join))
def test_whatever_is_nested_in_what_only_prose_mentions(template):
    pieces = template.split("{}")
    text = "".join(f"{piece}{number}" for number, piece in enumerate(pieces[:-1])) + pieces[-1]
    assert [meant[-1] for meant in written(text)] == re.findall(r"seen\d+", text)


@pytest.mark.parametrize("pieces", ["_a_ | @- ", "_a_ | @bob ", "@_|@_", "_|@a", "[|@b"])
def test_no_text_takes_long(pieces):
    first, second = pieces.split("|")
    work = written.__wrapped__
    assert growth(work, lambda count: first * count + second * count, 300) < QUADRATIC


@pytest.mark.parametrize("repeated", ["@谢", "@a ", "@-", "a@b ", "@", "_@a_ ", "@" + "谢" * 31 + " "])
def test_a_bounded_number_of_names_is_made_however_many_a_text_has(repeated, monkeypatch):
    made = []
    monkeypatch.setattr(names, "folded", lambda name: made.append(name) or name)
    varied = "".join(f"@{chr(0x4E00 + number)}x " for number in range(2000))
    for text in (repeated * (10_000 // len(repeated)), varied):
        made.clear()
        assert len(written.__wrapped__(text)) <= MAX_SEEN
        assert len(made) <= MAX_TRIED


def test_a_name_behind_many_addresses_counts():
    assert written("a@b " * 200 + "@bob")[-1] == ("bob",)


def test_a_text_is_read_once_for_all_parts_of_its_message():
    direct = Direct()
    direct.join("alice")
    direct.run("alice", "room.create", {"name": "#den"})
    written.cache_clear()
    direct.run("alice", "message.post", {"room": "#den", "text": "@room and @alice"})
    assert written.cache_info().misses == 1

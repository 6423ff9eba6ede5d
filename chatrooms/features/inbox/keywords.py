"""Keywords: words of a person's own, with which messages of others in their rooms concern them.

A keyword is found as whole words, whatever its case, anywhere in a text; where a script has no spaces, between any two
letters. A message costs the look-up of its pieces, however many keywords there are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import cache
from typing import Annotated

from pydantic import AfterValidator
from sqlalchemy import Column, Connection, ForeignKey, Integer, String, Table, bindparam, insert, select

from chatrooms import names
from chatrooms.pipeline import access
from chatrooms.storage.ahead import Foreseen
from chatrooms.storage.given import packed, values
from chatrooms.storage.rows import Message
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import metadata, users
from chatrooms.types import line

LONGEST = 40
MOST = 20
"""How many keywords a person can have."""
MAX_PEOPLE = 1000
"""How many people a message concerns because of their keywords."""
MOST_FOLDED = 20_000
"""How many characters of a message are read once it is folded: some ligatures stand for 18 letters."""
MAX_WORDS = 10_000
"""How many different keywords are compared with a message, which bounds the time."""
MOST_COMPARED = 10_000
"""How many parts of a message are compared with keywords, which bounds it too; the rest of it is passed over."""
MAX_UNREAD = 50
"""While a person has so many unread items because of keywords, they get no others."""
SHORTEST = 2

keywords = Table(
    "keywords",
    metadata,
    Column("username", String(32), ForeignKey(users.c.username), primary_key=True),
    Column("word", String(LONGEST), primary_key=True),
    Column("begins", String(LONGEST), nullable=False, index=True, comment="with this piece of a text"),
)

_insert = Prepared(insert(keywords))
ANY = Foreseen(select(keywords.c.username).limit(1))
"""Finds somebody who has keywords, if there is anybody."""
_concerned = (
    keywords.c.begins.in_(select(values("pieces").c.value)),
    keywords.c.username != bindparam("author"),
    access.belongs(keywords.c.username, bindparam("in_room", type_=String)),
)
_words = Prepared(select(keywords.c.word).distinct().where(*_concerned).limit(bindparam("limit", type_=Integer)))
_people = Prepared(
    select(keywords.c.username)
    .distinct()
    .where(*_concerned, keywords.c.word.in_(select(values("words").c.value)))
    .limit(bindparam("limit", type_=Integer))
)


@cache
def _piece() -> re.Pattern[str]:
    """Return what finds words; it takes milliseconds to compile, so not on import."""
    return re.compile(rf"{names.UNSPACED}|(?:(?!{names.UNSPACED})\w)+")


def folded(text: str) -> str:
    """Return a text as keywords are compared: without differences of case and form."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def parsed(word: str) -> str:
    """Return a keyword as it is stored; raises ``ValueError`` if it is too long or says nothing."""
    word = folded(line(word))
    if len(word) > LONGEST:
        raise ValueError(f"A keyword can have at most {LONGEST} characters.")
    if len(word) < SHORTEST or not any(map(str.isalnum, word)):
        raise ValueError(f"A keyword needs at least {SHORTEST} characters, and a letter or digit among them.")
    return word


Keyword = Annotated[str, AfterValidator(parsed)]


def of(db: Connection, username: str) -> list[str]:
    """Return a person's keywords, in order."""
    mine = select(keywords.c.word).where(keywords.c.username == username).order_by(keywords.c.word)
    return list(db.scalars(mine))


def replace(db: Connection, username: str, words: Collection[str]) -> None:
    """Give a person these keywords, as `parsed` returns them, instead of those that they had."""
    db.execute(keywords.delete().where(keywords.c.username == username))
    for word in words:
        begins = _piece().findall(word)[0]
        _insert.run(db, {"username": username, "word": word, "begins": begins})


def people(db: Connection, message: Message) -> set[str]:
    """Return the people who belong to a message's room and have a keyword that is in its text, without its author."""
    if not message["text"] or not ANY.one(db, {}):
        return set()
    text = folded(message["text"])[:MOST_FOLDED]
    pieces = {piece[:LONGEST] for piece in _piece().findall(text)}
    about = {"pieces": packed(pieces), "author": message["author"], "in_room": message["room"]}
    words = [row["word"] for row in _words.all(db, {**about, "limit": MAX_WORDS})]
    if not (present := _present(text, words)):
        return set()
    found = _people.all(db, {**about, "words": packed(present), "limit": MAX_PEOPLE})
    return {row["username"] for row in found}


def _present(text: str, words: Collection[str]) -> set[str]:
    """Return those of some words that begin and end in a text where words do.

    Those with one first piece are looked for together wherever the text has that piece, until `MOST_COMPARED`.
    """
    wanted, found = frozenset(words), set[str]()
    shapes = _shapes(wanted)
    left = MOST_COMPARED
    for piece in _piece().finditer(text) if shapes else ():
        for before, length in shapes.get(piece[0], ()):
            start = piece.start() - before
            end = start + length
            word = text[max(0, start) : end]
            if word in wanted and _is_edge(text, start) and _is_edge(text, end):
                found.add(word)
            left -= 1
        if left <= 0:
            break
    return found


def _shapes(words: Iterable[str]) -> dict[str, set[tuple[int, int]]]:
    """Return by the first piece of words how many characters are before it, and how long they are."""
    shapes: dict[str, set[tuple[int, int]]] = {}
    for word in words:
        if piece := _piece().search(word):
            shapes.setdefault(piece[0], set()).add((piece.start(), len(word)))
    return shapes


def _is_edge(text: str, at: int) -> bool:
    """Return whether a word can begin or end between two characters."""
    if not 0 < at < len(text):
        return True
    before, after = text[at - 1], text[at]
    if names.unspaced().match(before) or names.unspaced().match(after):
        return True
    return not (_is_of_word(before) and _is_of_word(after))


def _is_of_word(character: str) -> bool:
    return character == "_" or unicodedata.category(character)[0] in "LNM"

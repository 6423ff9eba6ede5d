"""Keywords: words of a person's own, with which messages of others in their rooms concern them.

A keyword is found as whole words, whatever its case, anywhere in a text; where a script has no spaces, between any two
letters. Posting costs the look-up of a message's pieces, however many keywords there are; a job does the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Annotated

from pydantic import AfterValidator
from sqlalchemy import Column, Connection, ForeignKey, Integer, String, Table, bindparam, func, insert, or_, select

from chatrooms.features.inbox import texts
from chatrooms.features.inbox.items import KEYWORD, is_unread
from chatrooms.pipeline import access
from chatrooms.storage.ahead import Foreseen
from chatrooms.storage.expressions import packed, values
from chatrooms.storage.own_tables import inbox
from chatrooms.storage.rows import Message
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import metadata, users
from chatrooms.types import line

LONGEST = 40
MOST = 20
"""How many keywords a person can have."""
MAX_UNREAD = 50
"""How many unread items a person has because of keywords; each author has a part of them (see `items.make_place`)."""
SHORTEST = 2
LONG_TEXT = 500
"""A job alone looks into a text of more characters: all its words are some ms of everybody else's who posts."""

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
_near = keywords.c.begins.in_(select(values("pieces").c.value)), keywords.c.username != bindparam("author")
_anyone = Prepared(select(keywords.c.username).where(*_near).limit(1))
_is_here = access.belongs(keywords.c.username, bindparam("in_room", type_=String))
_words = Prepared(select(keywords.c.word).distinct().where(*_near, _is_here))
_of_kind = inbox.c.username == keywords.c.username, inbox.c.kind == KEYWORD, *is_unread
_is_full = select(inbox.c.id).where(*_of_kind).limit(1).offset(bindparam("most", type_=Integer)).correlate(keywords)
_by_author = select(func.count()).select_from(inbox).where(*_of_kind, inbox.c.by == bindparam("author"))
_others = inbox.alias()
_of_others = _others.c.username == keywords.c.username, _others.c.kind == KEYWORD
_makes_place = (
    select(_others.c.by)
    .where(*_of_others, _others.c.read.is_(False), _others.c.gone.is_(False))
    .group_by(_others.c.by)
    .having(func.count() > _by_author.correlate(keywords).scalar_subquery() + 1)
    .correlate(keywords)
)
"""Whoever caused more of a person's items than the author would have with another one."""
_people = Prepared(
    select(keywords.c.username)
    .distinct()
    .where(
        keywords.c.word.in_(select(values("words").c.value)),
        keywords.c.username != bindparam("author"),
        keywords.c.username > bindparam("after"),
        _is_here,
        or_(~_is_full.exists(), _makes_place.exists()),
    )
    .order_by(keywords.c.username)
    .limit(bindparam("limit", type_=Integer))
)
_theirs = Prepared(
    select(keywords.c.username, keywords.c.word).where(
        keywords.c.username.in_(select(values("people").c.value)), keywords.c.username != bindparam("author")
    )
)


def parsed(word: str) -> str:
    """Return a keyword as it is stored; raises ``ValueError`` if it is too long or says nothing."""
    word = texts.folded(line(word))
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
        begins = texts.pieces(word)[0]
        _insert.run(db, {"username": username, "word": word, "begins": begins})


def may_concern(db: Connection, message: Message) -> bool:
    """Return whether somebody else, perhaps outside of the room, has a keyword that begins like a word of a message.

    This is quick however many people have such keywords. Of a long text it is always true.
    """
    text = message["text"]
    return bool(text and (len(text) > LONG_TEXT or _anyone.one(db, _about(message))))


def present(db: Connection, message: Message) -> set[str]:
    """Return those keywords of people who belong to a message's room that are in its text."""
    if not message["text"]:
        return set()
    found = _words.tuples(db, {**_about(message), "in_room": message["room"]})
    return texts.present(message["text"], {word for (word,) in found})


def people(db: Connection, message: Message, words: Collection[str], *, after: str, limit: int) -> list[str]:
    """Return people in a message's room whom it concerns because of some words, those ``after`` a username, in order.

    Left out are its author, and who has `MAX_UNREAD` unread items because of keywords, none of which makes place.
    """
    about = {"words": packed(words), "author": message["author"], "in_room": message["room"], "after": after}
    found = _people.tuples(db, {**about, "most": MAX_UNREAD - 1, "limit": limit}) if words else []
    return [username for (username,) in found]


def among(db: Connection, message: Message, people: Iterable[str]) -> set[str]:
    """Return those of some people, besides its author, who have a keyword that is in a message's text."""
    if not message["text"]:
        return set()
    theirs = _theirs.tuples(db, {"people": packed(people), "author": message["author"]})
    found = texts.present(message["text"], {word for _, word in theirs})
    return {username for username, word in theirs if word in found}


def _about(message: Message) -> dict[str, str]:
    pieces = {piece[:LONGEST] for piece in set(texts.pieces(texts.folded(message["text"] or "")))}
    return {"pieces": packed(pieces), "author": message["author"]}

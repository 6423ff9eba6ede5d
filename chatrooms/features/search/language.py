"""The language of searches, in which nothing is an error: what is no operator is text.

``deploy "to production" -staging migra* from:alice in:#ops before:2026-11-01 has:link``: all terms have to hold, but
of several values of the same operator that are not negated, one is enough.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from chatrooms import names
from chatrooms.clock import utc
from chatrooms.features.search.words import Needle, needle

DAYS = frozenset({"before", "after", "on", "during"})
STATES = frozenset({"has:link", "has:file", "has:image", "is:mine", "is:thread"})
"""What a message itself shows; features add others (`Part.found_by`)."""
MYSELF = "me"
MOST_TEXTS = 20
"""How many words and phrases a query can have; further ones are ignored."""

_TERM = re.compile(
    r"""(?P<minus>-(?![-\s]))?
        (?: (?P<name>[a-z]+):(?: "(?P<quoted>[^"]+)"? | (?P<value>[^\s"]+) )
          | "(?P<phrase>[^"]*)"?
          | (?P<word>\S+?)(?=\s|"|$) )""",
    re.IGNORECASE | re.VERBOSE,
)
_ALONE = re.compile(r"([a-z]+):", re.IGNORECASE)
_QUOTES = str.maketrans("“”„«»", '"""""')
_YEAR = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = re.compile(
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)(?:[ -](\d{4}))?"
)


@dataclass(frozen=True)
class Text:
    """Words in a row that a message has, or does not have."""

    needle: Needle
    negated: bool = False


@dataclass(frozen=True)
class Operator:
    """A condition by its ``name``, such as ``from``, with its value as it is stored."""

    name: str
    value: str
    negated: bool = False


@dataclass(frozen=True)
class Period:
    """A time, from its beginning up to but without its end; None is open."""

    since: str | None
    until: str | None
    negated: bool = False


Term = Text | Operator | Period


@dataclass(frozen=True)
class Misread:
    """What looks like an operator, but is text: by its ``name``, whether there is one or not, or by its value."""

    name: str
    value: str


@dataclass(frozen=True)
class Reader:
    """Who searches, what ``states`` features know of messages, and the time now where the reader is."""

    username: str
    states: Collection[str] = ()
    offset: timedelta = timedelta()
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    @property
    def today(self) -> date:
        """The date at the reader's place."""
        return (self.now + self.offset).date()


def parse(query: str, reader: Reader) -> tuple[Term, ...]:
    """Return the terms of a query; it never fails."""
    found = (_term(match, reader) for match in _TERM.finditer(query.translate(_QUOTES)))
    terms = list(dict.fromkeys(term for term in found if term))
    ignored = set([term for term in terms if isinstance(term, Text)][MOST_TEXTS:])
    return tuple(term for term in terms if term not in ignored)


def misread(query: str, reader: Reader) -> Iterator[Misread]:
    """Yield what looks like an operator, but was read as text; without a value if there was none."""
    for match in _TERM.finditer(query.translate(_QUOTES)):
        if match["name"]:
            name, value = match["name"].lower(), match["quoted"] or match["value"]
            if not _operator(name, value, reader, negated=False):
                yield Misread(name, value)
        elif match["word"] and (alone := _ALONE.fullmatch(match["word"])):
            yield Misread(alone[1].lower(), "")


def _term(match: re.Match[str], reader: Reader) -> Term | None:
    negated = match["minus"] is not None
    if match["name"]:
        name, value = match["name"].lower(), match["quoted"] or match["value"]
        if term := _operator(name, value, reader, negated=negated):
            return term
        return _text(f"{name} {value}", prefix=match["quoted"] is None and value.endswith("*"), negated=negated)
    if match["phrase"] is not None:
        return _text(match["phrase"], negated=negated)
    word = match["word"]
    return _text(word, prefix=word.endswith("*"), negated=negated)


def _text(text: str, *, negated: bool, prefix: bool = False) -> Text | None:
    found = needle(text, prefix=prefix)
    return Text(found, negated) if found else None


def _operator(name: str, value: str, reader: Reader, *, negated: bool) -> Term | None:
    """Return the condition; None if there is no such operator, or it cannot have that value."""
    if name in DAYS:
        return _period(name, value.lower(), reader, negated=negated)
    if name in ("has", "is"):
        state = f"{name}:{value.lower()}"
        if state == "is:mine":
            return Operator("from", reader.username, negated)
        return Operator("state", state, negated) if state in STATES or state in reader.states else None
    read = _NAMES.get(name)
    stored = _valid(read, value, reader) if read else None
    return Operator(name, stored, negated) if stored else None


def _valid(read: Callable[[str, Reader], str], value: str, reader: Reader) -> str | None:
    try:
        return read(value, reader)
    except ValueError:
        return None


def _person(value: str, reader: Reader) -> str:
    return reader.username if value.lower() == MYSELF else names.username(value.removeprefix("@"))


def _room(value: str, reader: Reader) -> str:
    """Return the name of a room; a username means the conversation with that person."""
    room, slash, seq = value.partition("/")
    if slash and seq.isdecimal():
        return f"{_room(room, reader)}/{int(seq)}"
    if value.startswith("#"):
        return names.shared(value)
    if "+" in value:
        return names.conversation(*names.people(value.removeprefix("@")))
    if value.startswith("@") or value.lower() == MYSELF:
        return names.conversation(reader.username, _person(value, reader))
    return _bare(value)


def _bare(value: str) -> str:
    """Return a name without a sign that says what it is: a shared room's, or a person's."""
    return names.shared(value).removeprefix("#")


def _addressee(value: str, reader: Reader) -> str:
    return _room(value, reader) if value.startswith("#") or "+" in value else _person(value, reader)


_NAMES: dict[str, Callable[[str, Reader], str]] = {"from": _person, "to": _addressee, "in": _room}


def _period(name: str, value: str, reader: Reader, *, negated: bool) -> Period | None:
    """Return the time that a day, month or year such as ``2026-11`` or ``october`` means at the reader's place."""
    days = _days(value, reader.today)
    if days is None:
        return None
    since, until = (_moment(day, reader.offset) for day in days)
    match name:
        case "before":
            return Period(None, since, negated)
        case "after":
            return Period(until, None, negated)
        case _:
            return Period(since, until, negated)


def _days(value: str, today: date) -> tuple[date, date] | None:
    """Return the first day of a time and the day after its last one."""
    if value in ("today", "yesterday"):
        day = today - timedelta(days=value == "yesterday")
        return day, day + timedelta(days=1)
    written = _YEAR.fullmatch(_month(value, today))
    if not written:
        return None
    year, month, day_of_month = (int(part) if part else None for part in written.groups())
    try:
        first = date(year or 0, month or 1, day_of_month or 1)
        if day_of_month:
            return first, first + timedelta(days=1)
        return first, date(first.year + (month in (None, 12)), 1 if month in (None, 12) else first.month + 1, 1)
    except (ValueError, OverflowError):
        return None  # there is no such day, or none after it


def _month(value: str, today: date) -> str:
    """Return a month that is written as a word in digits: the last one of that name, unless the year is written too."""
    written = _MONTH.fullmatch(value)
    if not written:
        return value
    month = 1 + _MONTHS.index(written[1][:3])
    return f"{written[2] or f'{today.year - (month > today.month):04}'}-{month}"


def _moment(day: date, offset: timedelta) -> str:
    """Return the time at which a day begins at a place, as it is stored."""
    try:
        return utc((datetime(day.year, day.month, day.day, tzinfo=UTC) - offset).isoformat())
    except OverflowError:
        return utc(f"{day.isoformat()}T00:00:00Z")


def texts(terms: Collection[Term]) -> Iterator[Needle]:
    """Yield what a message has to have, to be shown where it has it."""
    return (term.needle for term in terms if isinstance(term, Text) and not term.negated)

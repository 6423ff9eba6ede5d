"""The grammar of room names: what is a username, a shared room, a conversation; who hears a name.

=================  ==========================================  ==========================
``alice``          the personal room of the person ``alice``   heard by ``alice``
``#lobby``         a shared room                               heard by ``#lobby``
``alice+bob``      a conversation of 2 to 10 people, sorted    heard by ``alice``, ``bob``
``~alice``         the watchers of alice's presence            heard by ``~alice``
``!<id>``          the sockets of one session                  heard by ``!<id>``
=================  ==========================================  ==========================
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from typing import Literal

import orjson
from precis_i18n import get_profile

Kind = Literal["personal", "shared", "conversation", "watchers", "session"]

MAX_CONVERSATION = 10
MIN_USERNAME, MAX_USERNAME = 2, 32
MAX_SHARED = 48
MAX_SKELETON = 200
LONGEST_GIVEN = 2 * MAX_SHARED
"""Before it is brought to its one form, which can make it shorter and takes long."""
CACHED = 10_000
"""Answers that are remembered, of each kind of question."""
APPLICATION = "system"
"""The username that the application itself speaks under."""
EVERYBODY = frozenset({"all", "channel", "everyone", "here"})
"""Words that mention everybody."""
RESERVED = EVERYBODY | {APPLICATION, "admin", "administrator", "chatrooms", "root"}

_case_mapped = get_profile("UsernameCaseMapped")
_settled = re.compile(r"[a-z0-9._\-ß-öø-ÿа-џぁ-ゖァ-ヺ一-鿯가-힣]*")
"""Letters and digits that any name may have, which every string of them keeps: the profile is the identity there."""

_forms: dict[str, str] = {}
MAX_FORMS = 10_000
"""How many names are remembered in their one form."""


@lru_cache(maxsize=CACHED)
def kind(room: str) -> Kind:
    """Which kind of room a name is, read from the name alone."""
    if room.startswith("#"):
        return "shared"
    if room.startswith("~"):
        return "watchers"
    if room.startswith("!"):
        return "session"
    return "conversation" if "+" in room else "personal"


@lru_cache(maxsize=CACHED)
def hearers(room: str) -> tuple[str, ...]:
    """The Socket.IO rooms that a change of ``room`` is emitted to; never empty.

    An empty name in ``emit(to=...)`` would reach everyone, so it is an error here.
    """
    names = people(room) if kind(room) == "conversation" else [room]
    if not all(names):
        raise ValueError("a room has a name")
    return tuple(names)


def heard_by(hearers: Iterable[str]) -> str:
    """Return the room whose changes are emitted to ``hearers``: the reverse of `hearers`."""
    return "+".join(hearers)


def people(conversation: str) -> list[str]:
    """The usernames of a conversation, in order."""
    return conversation.split("+")


def watchers(username: str) -> str:
    """The room of those who watch the presence of ``username``."""
    return "~" + username


def session(id: str) -> str:
    """The room of the sockets that one session opened."""
    return "!" + id


def username(name: str) -> str:
    """``name`` in its one stored form, by RFC 8265 UsernameCaseMapped and the house's alphabet.

    Raises ``ValueError`` with a sentence for people.
    """
    mapped = _mapped(name)
    if not MIN_USERNAME <= len(mapped) <= MAX_USERNAME:
        raise ValueError(f"A name has {MIN_USERNAME} to {MAX_USERNAME} characters.")
    return mapped


def claimable(name: str, *applications: str) -> str:
    """Like `username`, for a name that somebody wants to have: what looks like a reserved one is refused.

    Reserved are `RESERVED` and the names that the ``applications`` show.
    """
    name = username(name)
    if skeleton(name) in _reserved() | _looks(applications):
        raise ValueError("That name is reserved.")
    return name


def vouched(name: object, *applications: str) -> str:
    """Return ``name`` if a host application may give it to a person; raises ``ValueError`` with the rule if not.

    It is a username as it is stored: nothing is brought to another form, so that two accounts of the host never become
    one person. Of the reserved names a host may give ``admin`` and the like, but none that mentions everybody, and none
    that looks like `APPLICATION` or the names that the ``applications`` show.
    """
    if not isinstance(name, str):
        raise ValueError(f"A username is a str, not {type(name).__name__}.")  # noqa: TRY004 - it names a rule, as all do
    mapped = username(name)
    if mapped in EVERYBODY or skeleton(mapped) in _looks((APPLICATION, *applications)):
        raise ValueError("That name is reserved.")
    if mapped != name:
        raise ValueError(f"A username is given in its one form (RFC 8265, UsernameCaseMapped): {mapped!r}.")
    return name


def shared(name: str) -> str:
    """``name``, with or without its ``#``, as the name of a shared room; raises ``ValueError``."""
    mapped = _mapped(name.removeprefix("#"))
    if not 1 <= len(mapped) <= MAX_SHARED:
        raise ValueError(f"A room's name has 1 to {MAX_SHARED} characters.")
    return "#" + mapped


def conversation(*usernames: str) -> str:
    """The conversation of these people; one alone gives their personal room. Raises ``ValueError``."""
    names = sorted({username(name) for name in usernames})
    if len(names) > MAX_CONVERSATION:
        raise ValueError(f"A conversation has at most {MAX_CONVERSATION} people.")
    return "+".join(names)


@lru_cache(maxsize=CACHED)
def durable(name: str) -> str:
    """A room that can be stored, in its one form: shared, conversation or personal; raises ``ValueError``."""
    match kind(name):
        case "shared":
            return shared(name)
        case "watchers" | "session":
            raise ValueError("That is not a room.")
        case _:
            return conversation(*people(name))


def skeleton(name: str) -> str:
    """What ``name`` looks like, by UTS #39 section 4: two names with one skeleton can be taken for each other.

    Some letters look like several; no more than the first `MAX_SKELETON` of all count.
    """
    decomposed = unicodedata.normalize("NFD", name)
    return unicodedata.normalize("NFD", "".join(map(_prototypes().get, decomposed, decomposed)))[:MAX_SKELETON]


@lru_cache(maxsize=1)
def _reserved() -> frozenset[str]:
    return _looks(RESERVED)


def _looks(names: Iterable[str]) -> frozenset[str]:
    return frozenset(skeleton(name.lower()) for name in names)


def slow(name: str) -> int:
    """Return how many characters of ``name`` have to be mapped by the profile; 0 if its one form is known."""
    name = _lowered(name)
    return 0 if name in _forms or len(name) > LONGEST_GIVEN or _settled.fullmatch(name) else len(name)


def _mapped(name: str) -> str:
    if len(name) > LONGEST_GIVEN:
        raise ValueError("A name is not as long as that.")
    name = _lowered(name)
    form = name if _settled.fullmatch(name) else _forms.get(name)
    if form is None and name.isascii():
        raise ValueError("A name is made of letters, digits, '.', '-' and '_'.")
    if form is None:
        form = _enforced(name)
        if len(_forms) >= MAX_FORMS:
            _forms.clear()
        _forms[name] = form
    if form and not any(unicodedata.category(character)[0] in "LN" for character in form):
        raise ValueError("A name has at least one letter or digit.")
    return form


def _lowered(name: str) -> str:
    """``name`` with its ASCII letters in lower case, as the profile has them; it treats others by their context."""
    return name.lower() if name.isascii() else name


def _enforced(name: str) -> str:
    try:
        mapped = str(_case_mapped.enforce(name))
    except UnicodeEncodeError as error:
        raise ValueError("A name is made of letters, digits, '.', '-' and '_'.") from error
    if not all(character in ".-_" or unicodedata.category(character)[0] in "LNM" for character in mapped):
        raise ValueError("A name is made of letters, digits, '.', '-' and '_'.")
    return mapped


@lru_cache(maxsize=1)
def _prototypes() -> dict[str, str]:
    """Each confusable character with what stands for its class.

    The library lists a class under its prototype and the prototype under each of the others. Only its data is read:
    the module would keep all of it in memory.
    """
    confusables = orjson.loads((files("confusable_homoglyphs") / "confusables.json").read_bytes())

    def stands_for(character: str, other: str) -> bool:
        return len(confusables.get(other, ())) > 1 or other < character

    return {
        character: looks[0]["c"]
        for character, looks in confusables.items()
        if len(character) == 1 and len(looks) == 1 and stands_for(character, looks[0]["c"])
    }

"""The grammar of names: usernames, shared rooms, conversations, and the Socket.IO rooms that receive each.

=================  ==========================================  =============================
``alice``          the personal room of the person ``alice``   received by ``alice``
``#lobby``         a shared room                               received by ``#lobby``
``alice+bob``      a conversation of 2 to 10 people, sorted    received by ``alice``, ``bob``
``#lobby/42``      the thread under the message with seq 42    received by ``#lobby/42``
``~alice``         the watchers of alice's presence            received by ``~alice``
``!<id>``          the sockets of one session                  received by ``!<id>``
``&alice``         programs with a key of alice's to read      see `reading`
``^alice``         programs with another key of alice's        see `keyed`
=================  ==========================================  =============================
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Literal

from chatrooms import lookalikes, precis, unicode_forms

looks, skeleton = lookalikes.looks, lookalikes.skeleton

Kind = Literal["personal", "shared", "conversation", "thread", "watchers", "session", "keyed", "reading"]
KINDS: Mapping[str, Kind] = {"#": "shared", "~": "watchers", "!": "session", "^": "keyed", "&": "reading"}
"""The kinds of rooms whose names begin with a mark; no username does."""

MAX_CONVERSATION = 10
MIN_USERNAME, MAX_USERNAME = 2, 32
MAX_SHARED = 48
MAX_SEQ = 2**31 - 1
"""The greatest `seq` that a message can have."""
MAX_WORDS = 300
LONGEST_GIVEN = 2 * MAX_SHARED
"""Characters allowed in a name before it is normalized, which is slow and can shorten it."""
CACHED = 10_000
"""Size of each function's cache."""
APPLICATION = "system"
"""The username under which the application itself posts."""
EVERYBODY = frozenset({"all", "channel", "everyone", "here", "room"})
"""Words that mention everyone."""
RESERVED = EVERYBODY | {APPLICATION, "admin", "administrator", "chatrooms", "root"}

UNSPACED = (
    "[\u0e00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3021-\u3035\u3038-\u303c\u3040-\u30ff"
    "\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc"
    "\U00020000-\U0003ffff]"
)
"""For regular expressions, letters of scripts that have no spaces between words, or endings that follow names."""

PROFILE = "UsernameCaseMapped"
_settled = re.compile(r"[a-z0-9._\-ß-öø-ÿа-џぁ-ゖァ-ヺ一-鿯가-힣]*")
"""Strings of these characters are already normalized: the profile maps them to themselves."""
_seq = re.compile(r"[1-9][0-9]{0,9}")

_forms: dict[str, str] = {}
MAX_FORMS = 10_000
"""How many normalized names are cached."""


@lru_cache(maxsize=CACHED)
def kind(room: str) -> Kind:
    """Return which kind of room a name denotes; only the name decides."""
    if "/" in room:
        return "thread"
    if marked := KINDS.get(room[:1]):
        return marked
    return "conversation" if "+" in room else "personal"


@lru_cache(maxsize=CACHED)
def recipients(room: str) -> tuple[str, ...]:
    """Return the Socket.IO rooms that changes of ``room`` are emitted to; never empty.

    Raises ``ValueError`` for an empty name, which in ``emit(to=...)`` would reach everyone.
    """
    names = people(room) if kind(room) == "conversation" else [room]
    if not all(names):
        raise ValueError("a room must have a name")
    return tuple(names)


def room_of(recipients: Iterable[str]) -> str:
    """Return the room whose changes are emitted to ``recipients``: the reverse of `recipients`."""
    return "+".join(dict.fromkeys(name.removeprefix("&") for name in recipients))


def people(conversation: str) -> list[str]:
    """Return the usernames of a conversation, in order."""
    return conversation.split("+")


def thread(room: str, seq: int) -> str:
    """Return the thread under the message of ``room`` that has this ``seq``."""
    return f"{room}/{seq}"


@lru_cache(maxsize=CACHED)
def base(room: str) -> str:
    """Return the room whose members may read ``room``: of a thread the one that it is in, of any other itself."""
    return room.partition("/")[0]


def seq_above(thread: str) -> int:
    """Return the ``seq`` of the message that a thread is under."""
    return int(thread.partition("/")[2])


def watchers(username: str) -> str:
    """Return the room of the sockets that watch the presence of ``username``."""
    return "~" + username


def keyed(username: str) -> str:
    """Return the room of the sockets of programs that do not receive all that ``username`` receives."""
    return "^" + username


def reading(username: str) -> str:
    """Return the room of the sockets of programs that receive what ``username`` reads, but little of their own room."""
    return "&" + username


def session(id: str) -> str:
    """Return the room of the sockets that a session opened."""
    return "!" + id


def session_of(room: str) -> str:
    """Return the id of the session whose sockets are in a room: the reverse of `session`."""
    return room[1:]


def username(name: str) -> str:
    """Return ``name`` as it is stored: normalized by RFC 8265, UsernameCaseMapped, and limited to our characters.

    Raises ``ValueError`` with a sentence for people.
    """
    mapped = _mapped(name)
    if not MIN_USERNAME <= len(mapped) <= MAX_USERNAME:
        raise ValueError(f"Usernames are {MIN_USERNAME} to {MAX_USERNAME} characters long.")
    return mapped


def folded(name: str) -> str:
    """Return what `username` stores for ``name`` if it is valid, which is not checked; so it is fast."""
    if name.isascii():
        return name.lower()
    profile = precis.profile(PROFILE)
    mapped = profile.case_mapping_rule(profile.width_mapping_rule(name))
    return str(profile.normalization_rule(mapped))


def claimable(name: str, *applications: str) -> str:
    """Return ``name`` like `username`, for a person who claims it; reject look-alikes of reserved names.

    Reserved names are `RESERVED` and the display names in ``applications``.
    """
    name = username(name)
    bare = skeleton(lookalikes.bare(name))
    if bare in _reserved() | _looks(applications) or lookalikes.shape(name) in _shapes(applications):
        raise ValueError("That name is reserved.")
    if lookalikes.hides_marks(name):
        raise ValueError("That name has marks that are not visible.")
    return name


def vouched(name: object, *applications: str) -> str:
    """Return ``name`` if a host application may give it to a person; raises ``ValueError`` with the rule it breaks.

    The name must already be normalized: normalizing it here could turn two accounts of the host into one person. A host
    may give reserved names such as ``admin``, but none in `EVERYBODY`, and none that looks like `APPLICATION` or a
    display name in ``applications``.
    """
    if not isinstance(name, str):
        raise ValueError(f"A username must be a str, not {type(name).__name__}.")  # noqa: TRY004 - like the other rules
    mapped = username(name)
    if mapped in EVERYBODY or skeleton(mapped) in _looks((APPLICATION, *applications)):
        raise ValueError("That name is reserved.")
    if mapped != name:
        raise ValueError(f"A username must be in its normalized form (RFC 8265, UsernameCaseMapped): {mapped!r}.")
    return name


def shared(name: str) -> str:
    """Return ``name``, with or without its ``#``, as the name of a shared room; raises ``ValueError``."""
    mapped = _mapped(name.removeprefix("#"))
    if not 1 <= len(mapped) <= MAX_SHARED:
        raise ValueError(f"Room names are 1 to {MAX_SHARED} characters long.")
    return "#" + mapped


@lru_cache(maxsize=CACHED)
def conversation(*usernames: str) -> str:
    """Return the conversation of these people, or one person's personal room; raises ``ValueError``."""
    names = sorted({username(name) for name in usernames})
    if len(names) > MAX_CONVERSATION:
        raise ValueError(f"A conversation can have at most {MAX_CONVERSATION} people.")
    return "+".join(names)


@lru_cache(maxsize=CACHED)
def durable(name: str) -> str:
    """Return the normalized name of a room that can be stored: shared, conversation, personal, or a thread in one.

    Raises ``ValueError``.
    """
    match kind(name):
        case "shared":
            return shared(name)
        case "thread":
            return _thread(name)
        case "personal" | "conversation":
            return conversation(*people(name))
        case _:
            raise ValueError("This is not a room name.")


def _thread(name: str) -> str:
    room, _, seq = name.partition("/")
    if not _seq.fullmatch(seq) or int(seq) > MAX_SEQ:
        raise ValueError("A thread's name is its room's, a slash and the `seq` of the message that it is under.")
    return thread(durable(room), int(seq))


def words(*names: str) -> str:
    """Return what a person is found by, or part of it: its words in one case and form, each after a space.

    The result is cut off after `MAX_WORDS` characters, because it is indexed.
    """
    folded = (unicode_forms.normalized("NFKC", name).casefold() for name in names)
    return "".join(f" {word}" for name in folded for word in name.split())[:MAX_WORDS]


def is_reserved(name: str, *applications: str) -> bool:
    """Return whether a display name looks like a reserved name, or like one in ``applications``."""
    alike = {look for word in (*RESERVED, *applications) for look in looks(word)}
    return not alike.isdisjoint(looks(name)) or lookalikes.shape(name) in _shapes(applications)


@lru_cache(maxsize=1)
def _reserved() -> frozenset[str]:
    return _looks(RESERVED)


def _shapes(applications: Iterable[str]) -> frozenset[str]:
    """Return the shapes of what speaks for the server. Words for everybody are too short: ``ali`` is not ``all``."""
    return frozenset(lookalikes.shape(name) for name in (*(RESERVED - EVERYBODY), *applications))


def _looks(names: Iterable[str]) -> frozenset[str]:
    return frozenset(skeleton(name.lower()) for name in names)


@cache
def unspaced() -> re.Pattern[str]:
    """Return what matches a letter of `UNSPACED`; it takes milliseconds to compile, so not on import."""
    return re.compile(UNSPACED)


def slow(name: str) -> int:
    """Return how many characters of ``name`` the slow profile has to map; 0 if the result is cached or trivial."""
    name = _lowered(name)
    return 0 if name in _forms or len(name) > LONGEST_GIVEN or _settled.fullmatch(name) else len(name)


def _mapped(name: str) -> str:
    if len(name) > LONGEST_GIVEN:
        raise ValueError("That name is too long.")
    name = _lowered(name)
    form = name if _settled.fullmatch(name) else _forms.get(name)
    if form is None and name.isascii():
        raise ValueError("Names can only contain letters, digits, '.', '-' and '_'.")
    if form is None:
        form = _enforced(name)
        if len(_forms) >= MAX_FORMS:
            _forms.clear()
        _forms[name] = form
    if form and not any(unicodedata.category(character)[0] in "LN" for character in form):
        raise ValueError("Names must contain at least one letter or digit.")
    return form


def _lowered(name: str) -> str:
    """Return an ASCII ``name`` in lower case, as the profile would; other letters depend on their context."""
    return name.lower() if name.isascii() else name


def _enforced(name: str) -> str:
    try:
        mapped = str(precis.profile(PROFILE).enforce(name))
    except UnicodeEncodeError as error:
        raise ValueError("Names can only contain letters, digits, '.', '-' and '_'.") from error
    if not all(character in ".-_" or unicodedata.category(character)[0] in "LNM" for character in mapped):
        raise ValueError("Names can only contain letters, digits, '.', '-' and '_'.")
    return mapped

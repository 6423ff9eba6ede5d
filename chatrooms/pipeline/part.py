"""A part of messages: a field that a feature adds to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select

from chatrooms.pipeline import traits
from chatrooms.pipeline.traits import Trait
from chatrooms.storage.ahead import Foreseen
from chatrooms.storage.rows import Message

if TYPE_CHECKING:
    from chatrooms.pipeline.act import Act


@dataclass(frozen=True)
class Part:
    """A field that a feature adds to messages, such as when they were pinned.

    ``load`` returns the values by message id; messages without one get ``empty``, which must be immutable. ``store``
    runs whenever a message is posted, edited or deleted (its text is then None) that has one of the traits in ``when``,
    and returns its value. ``mine``, which one part can have, returns by message id the emoji of a person's own
    reactions that the values do not show, which are the same for everyone; clients receive it beside the messages.
    ``found_by`` has what people can search for, such as ``is:pinned``, each with a function that returns a query for
    the ids of these messages, for a person. ``type`` and ``doc`` describe the field in the documentation. A deleted
    message keeps the value of one that ``survives``. Searches find the ``texts`` of a value. Before a text is posted
    or edited, ``allow`` gets its room and whether its author ``confirmed`` it, and may raise a `Refusal`, if a new
    message with this text has one of the traits in ``when``.

    ``asks`` is the statement that `load` begins with, for the ``ids`` in a parameter (see `expressions.packed`): those
    of all parts are read together.

    ``given`` checks the parameter of that name of posting (see ``OF_PARTS`` there), or raises a `Refusal`; what it
    returns then stores it with the message, and returns the value. A message with such a value needs no text.
    """

    name: str
    type: Any
    doc: str
    empty: Any
    load: Callable[[Connection, Sequence[str]], Mapping[str, Any]]
    store: Callable[[Connection, Message], Any] | None = None
    mine: Callable[[Connection, str, Sequence[Message]], Mapping[str, list[str]]] | None = None
    survives: bool = False
    found_by: Mapping[str, Callable[[str], Select[Any]]] = field(default_factory=dict)
    given: Callable[[Act, Any], Callable[[Message], Any]] | None = None
    allow: Callable[[Act, str, str, bool], None] | None = None
    asks: Foreseen | None = None
    texts: Callable[[Any], Iterable[str]] | None = None
    when: tuple[Trait, ...] = traits.ALL

    def __post_init__(self) -> None:
        hash(self.empty)  # all messages without a value share it
        if self.allow and not {*traits.OF_TEXTS}.intersection(self.when):
            raise ValueError(f"{self.name} would never be asked to allow a text")

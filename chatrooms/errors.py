"""The refusals that a person can meet, each with its code and HTTP status."""

from __future__ import annotations

from typing import Any, ClassVar


class Refusal(Exception):
    """A command, a join or a connection was refused.

    ``code`` names the reason for programs, ``message`` for people; ``details`` holds what helps to mend it, such as
    ``{"field": "text"}`` or ``{"retry_after": 3}`` (seconds). A host application may raise a subclass of its own, of
    this or of any other refusal, from ``authenticate``::

        class Banned(Forbidden):
            code = "banned"
            default = "You were banned from this chat."
    """

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    default: ClassVar[str] = "Something went wrong on the server."

    def __init__(self, message: str | None = None, **details: Any) -> None:
        self.message = message or self.default
        self.details = details
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message

    def as_dict(self) -> dict[str, Any]:
        """The error as clients see it: ``{"code", "message", "details"}``."""
        return {"code": self.code, "message": self.message, "details": self.details}


class Internal(Refusal):
    """Our own mistake; the log says more."""


class Invalid(Refusal):
    """A parameter is missing, unknown, of a wrong type or shape; ``details["field"]`` names it."""

    code, status, default = "invalid", 400, "That is not valid."


class Unauthorized(Refusal):
    """Nobody known is at the other end."""

    code, status, default = "unauthorized", 401, "Join first."


class Forbidden(Refusal):
    """A member asks for what their role does not allow."""

    code, status, default = "forbidden", 403, "You may not do that here."


class NotAMember(Refusal):
    """The room is open, but one has to join it first."""

    code, status, default = "not_a_member", 403, "Join the room first."


class NotFound(Refusal):
    """It does not exist, or the caller may not know that it does."""

    code, status, default = "not_found", 404, "There is no such thing here."


class UnknownCommand(Refusal):
    """No command has that name."""

    code, status, default = "unknown_command", 404, "There is no such command."


class NameTaken(Refusal):
    """Somebody else has that name, or one that looks like it."""

    code, status, default = "name_taken", 409, "That name is taken."


class Conflict(Refusal):
    """It exists already, in another form than asked for."""

    code, status, default = "conflict", 409, "That exists already."


class Archived(Refusal):
    """The room is kept for reading only."""

    code, status, default = "archived", 409, "This room is archived."


class TooLarge(Refusal):
    """The request has more bytes than are taken."""

    code, status, default = "too_large", 413, "That is too large."


class RateLimited(Refusal):
    """Too often; ``details["retry_after"]`` says how many seconds to wait."""

    code, status, default = "rate_limited", 429, "Slow down a little."


class Unavailable(Refusal):
    """The database cannot be reached or written now; trying again later will do."""

    code, status, default = "unavailable", 503, "The server cannot do that right now. Try again."


def refusals() -> list[type[Refusal]]:
    """Return every refusal of ours, for the documents that list them. Host applications may have others."""
    return [kind for kind in Refusal.__subclasses__() if kind.__module__ == __name__]

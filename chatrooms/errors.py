"""Every refusal, with its code and HTTP status."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, cast

from pydantic import Field
from typing_extensions import TypedDict


class Details(TypedDict, total=False):
    """Details that help to fix the request; other keys depend on the code."""

    field: Annotated[str, Field(description="The invalid parameter.")]
    retry_after: Annotated[int, Field(description="Seconds to wait.")]
    has_one: Annotated[bool, Field(description="Whether you have a second factor, if it is `second_factor_required`.")]
    people: Annotated[int, Field(description="How many people it would notify, if it is `unconfirmed`.")]


class Error(TypedDict):
    """The reason for a refusal: ``code`` for programs, ``message`` for people."""

    code: Annotated[str, Field(description="The reason, for programs; new codes may be added.")]
    message: Annotated[str, Field(description="The reason, for people.")]
    details: Annotated[Details, Field(description="Details that help to fix the request.")]


SUBJECTS = ("field", "room", "command")
"""The details that say what a refusal is about."""


class Refusal(Exception):
    """A command, a join or a connection was refused.

    ``code`` gives the reason to programs, ``message`` to people. ``details`` helps to fix the request, such as
    ``{"field": "text"}`` or ``{"retry_after": 3}`` (seconds). From ``authenticate``, a host application may raise its
    own subclass of this or any other refusal::

        class Banned(Forbidden):
            code = "banned"
            default = "You are banned from this chat."
    """

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    default: ClassVar[str] = "Something went wrong on the server."

    def __init__(self, message: str | None = None, **details: Any) -> None:
        self.message = message or self.default
        self.details = details
        super().__init__(self.message)

    def __str__(self) -> str:
        """Return the message, and for programmers what it is about."""
        about = ", ".join(f"{name}: {self.details[name]}" for name in SUBJECTS if self.details.get(name))
        return f"{self.message} ({about})" if about else self.message

    def as_dict(self) -> Error:
        """Return the error as clients receive it."""
        return {"code": self.code, "message": self.message, "details": cast(Details, self.details)}


class Internal(Refusal):
    """A bug in the server; the log has more."""


class Invalid(Refusal):
    """A parameter is missing, unknown, or has the wrong type or value; ``details["field"]`` names it."""

    code, status, default = "invalid", 400, "Invalid request."


class Unauthorized(Refusal):
    """The caller is not signed in."""

    code, status, default = "unauthorized", 401, "You're not signed in."


class CodeRequired(Refusal):
    """The password is right; give a code of the second factor too."""

    code, status, default = "code_required", 401, "Give the code of your second factor too."


class SecondFactorRequired(Refusal):
    """This server requires a second factor of you.

    If ``details["has_one"]`` is true, give a code to `factor.show` or sign in by a passkey; else set one up.
    """

    code, status, default = "second_factor_required", 403, "This server requires a second factor of you."


class Forbidden(Refusal):
    """The caller's role does not allow this."""

    code, status, default = "forbidden", 403, "You don't have permission to do that."


class ApprovalRequired(Refusal):
    """Admins approve new people: ask to join by `session.apply`, and wait."""

    code, status, default = "approval_required", 403, "New people have to be approved here: ask to join."


class Waiting(Refusal):
    """You have asked to join, and nobody has decided yet."""

    code, status, default = "waiting", 403, "You have asked to join. Somebody has to approve you first."


class Suspended(Refusal):
    """The person was suspended, and cannot sign in until they are restored; the message has the reason."""

    code, status, default = "suspended", 403, "Your account is suspended."


class NotAMember(Refusal):
    """The room is open, but the caller has not joined it."""

    code, status, default = "not_a_member", 403, "Join this room first."


class NotFound(Refusal):
    """The object does not exist, or the caller must not learn that it does."""

    code, status, default = "not_found", 404, "Not found."


class MethodNotAllowed(Refusal):
    """The path exists, but not for this HTTP method; the header `Allow` lists those that it has."""

    code, status, default = "method_not_allowed", 405, "This path does not support that HTTP method."


class UnknownCommand(Refusal):
    """There is no command with that name."""

    code, status, default = "unknown_command", 404, "Unknown command."


class NameTaken(Refusal):
    """Another person has that name, or one that looks like it."""

    code, status, default = "name_taken", 409, "That name is already taken."


class Conflict(Refusal):
    """The request conflicts with what already exists."""

    code, status, default = "conflict", 409, "This already exists."


class Unconfirmed(Refusal):
    """This would notify many people, ``details["people"]`` of them: repeat it with `confirmed`."""

    code, status, default = "unconfirmed", 409, "Confirm that you want to do this."


class Diverged(Refusal):
    """The server does not have the messages that you have, because a backup was put back: start anew."""

    code, status, default = "diverged", 409, "The server was restored from a backup. Start over."


class Archived(Refusal):
    """The room is archived: it can be read, but not changed."""

    code, status, default = "archived", 409, "This room is archived."


class TooLarge(Refusal):
    """The request is larger than the server accepts."""

    code, status, default = "too_large", 413, "The request is too large."


class NoSpace(Refusal):
    """There is no room for a file: in the person's quota, the server's, or on its disk; ``details`` has bytes."""

    code, status, default = "no_space", 507, "There is no space left for files."


class RateLimited(Refusal):
    """The caller exceeded a rate; ``details["retry_after"]`` is how many seconds to wait."""

    code, status, default = "rate_limited", 429, "Too many requests. Wait a moment, then try again."


class NotInstalled(Refusal):
    """The server runs without the libraries that this needs; the message names the extra to install."""

    code, status, default = "not_installed", 501, "This part of the server is not installed."


class Unavailable(Refusal):
    """The server or its database cannot respond now; try again later."""

    code, status, default = "unavailable", 503, "The server can't do that right now. Try again."


def refusals() -> list[type[Refusal]]:
    """Return every refusal of this package, for the documentation. Host applications may have others."""
    return [kind for kind in Refusal.__subclasses__() if kind.__module__ == __name__]

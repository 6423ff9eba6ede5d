"""What is wrong with parameters, in words."""

from __future__ import annotations

from pydantic import ValidationError

from chatrooms.errors import Invalid

_SENTENCES = {
    "string_too_long": "At most {max_length} characters are allowed.",
    "string_too_short": "This cannot be empty.",
    "string_pattern_mismatch": "Text cannot be blank or contain control characters.",
}
"""Messages for errors that people see in forms; programmers get pydantic's own messages for the other kinds."""


MANY_MISTAKES = 100


def invalid(error: ValidationError, *within: str) -> Invalid:
    """Return an `Invalid` for the first field of a pydantic error, ``within`` others.

    Of very many mistakes, the first would take long to find.
    """
    if error.error_count() > MANY_MISTAKES:
        return Invalid("These parameters have too many mistakes.", field=".".join(within))
    first = error.errors(include_url=False, include_input=False)[0]
    context = first.get("ctx", {})
    sentence = _SENTENCES.get(first["type"])
    reason = sentence.format(**context) if sentence else str(context.get("error") or first["msg"])
    return Invalid(reason, field=".".join(map(str, (*within, *first["loc"]))))

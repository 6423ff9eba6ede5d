"""The cost of parsing each command's worst parameters, and their weight: ``python -m tests.bench.parsing``.

The parameters are made from the declarations: every string and list at its longest, of names that nobody had before, in
letters that the library has to map. The table is for people to look at; `tests.pipeline.test_weights` holds the rule.
"""

from __future__ import annotations

import contextlib
import time
from typing import Any

from pydantic import BaseModel

from chatrooms import names
from chatrooms.doors.docs.generated import contract
from chatrooms.errors import Invalid
from chatrooms.pipeline import weights
from chatrooms.pipeline.commands import Command
from chatrooms.pipeline.pipeline import ON_LOOP, parse

APART = 2000
PEOPLE = 12
ROUNDS = 5


def slow_name(number: int, length: int = 32) -> str:
    """Return a different name for each number, of letters that the library has to map."""
    digits = [number >> shift & 15 for shift in range(0, 32, 4)]
    return "".join(chr(0x627 + digit) for digit in digits).ljust(length, "\N{ARABIC LETTER BEH}")


def worst(params: type[BaseModel], start: int) -> dict[str, Any]:
    """The parameters that take longest to parse, with names from the number ``start`` on."""
    given: dict[str, Any] = {}
    for name, field in params.model_json_schema()["properties"].items():
        parts = [field, *field.get("anyOf", [])]
        kinds = {part.get("type") for part in parts}
        if "array" in kinds:
            most = max(part.get("maxItems", 0) for part in parts)
            given[name] = [slow_name(start + number) for number in range(most)]
        elif "string" in kinds:
            longest = max(part.get("maxLength", 0) for part in parts)
            parted = "+".join(slow_name(start + number) for number in range(PEOPLE))
            given[name] = parted[:longest] if longest < 1000 else "\N{CJK UNIFIED IDEOGRAPH-4E2D}" * longest
    return given


def main() -> None:
    """Print the table, most expensive first."""
    rows = sorted((measured(command) for command in contract().commands), reverse=True)
    print("| milliseconds | command | counts as | on the event loop |\n|---|---|---|---|")
    for seconds, name, weight in rows:
        print(f"| {seconds * 1000:.2f} | {name} | {weight.commands} | {weight.characters <= ON_LOOP} |")


def measured(command: Command[Any]) -> tuple[float, str, weights.Weight]:
    """The least seconds of some rounds, each with new names; of all parameters or of the dearest by itself."""
    keys: list[set[str]] = [set(worst(command.params, 0)), *({key} for key in worst(command.params, 0))]
    return max(
        (min(_once(command, fields, number) for number in range(ROUNDS)) for fields in keys), key=lambda row: row[0]
    )


def _once(command: Command[Any], fields: set[str], number: int) -> tuple[float, str, weights.Weight]:
    given = {key: value for key, value in worst(command.params, number * APART).items() if key in fields}
    names._forms.clear()
    weight = weights.weigh(command.names, given)
    begun = time.thread_time()
    with contextlib.suppress(Invalid):
        parse(command, given)
    return time.thread_time() - begun, command.name, weight


if __name__ == "__main__":
    main()

"""The normal forms of Unicode (UAX #15), in time that grows with a text's length, whatever text it is.

`unicodedata.normalize` brings the marks on one letter in order by moving each past those before it: seconds for a long
message of nothing else, while no other thread runs. Sorted before, none has to move, and the result is the same.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby
from typing import Literal

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]

FEW = 30
"""So many marks on one letter are left to Unicode: more than any language has (Stream-Safe Text Format of UAX #15)."""
_DECOMPOSED: dict[Form, Form] = {"NFC": "NFD", "NFKC": "NFKD"}
_many = re.compile(rf"[\W\uff9e\uff9f]{{{FEW + 1},}}")
"""Runs that may be of marks: none is a letter but those of narrow kana."""


def normalized(form: Form, text: str) -> str:
    """Return a text in a normal form."""
    return text if text.isascii() else unicodedata.normalize(form, _sorted(form, text))


def is_normalized(form: Form, text: str) -> bool:
    """Return whether a text is in a normal form."""
    if text.isascii():
        return True
    in_order = _sorted(form, text)
    return unicodedata.is_normalized(form, text) if in_order == text else unicodedata.normalize(form, in_order) == text


def _sorted(form: Form, text: str) -> str:
    """Return a text with the same normal form whose long runs of marks are in order."""
    decomposed = _DECOMPOSED.get(form, form)
    return _many.sub(lambda run: _in_order(decomposed, run[0]), text)


def _in_order(form: Form, run: str) -> str:
    if unicodedata.is_normalized(form, run):
        return run
    apart = "".join(unicodedata.normalize(form, each) for each in run)
    return "".join(
        "".join(sorted(marks, key=unicodedata.combining) if are_marks else marks)
        for are_marks, marks in groupby(apart, lambda each: unicodedata.combining(each) > 0)
    )

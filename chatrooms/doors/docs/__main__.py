"""Writes the files that are made from the declarations of the commands: ``python -m chatrooms.doors.docs``."""

from __future__ import annotations

from chatrooms.doors.docs.generated import files

for path, text in files().items():
    path.write_text(text)

"""Write the files that are generated from the commands: ``python -m chatrooms.doors.docs``."""

from __future__ import annotations

from chatrooms.doors.docs.generated import files

for path, text in files().items():
    path.write_text(text)

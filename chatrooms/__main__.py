"""The command `chatrooms`, also as ``python -m chatrooms``."""

import gc
import sys

from chatrooms import extras

NEW_CONTAINERS = 100_000
"""How many make Python look for garbage, in place of 700: imports leave hardly any, and looking takes a tenth of them.

Servers set it anew (see `cli.gc_tuning`).
"""


def main() -> None:
    """Run the command line, or say what is missing for it."""
    if extras.lacks("server"):
        sys.exit(f"chatrooms: {extras.absent('server')}")
    gc.set_threshold(NEW_CONTAINERS)
    from chatrooms.cli import main as run

    run()


if __name__ == "__main__":
    main()

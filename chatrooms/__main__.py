"""The command `chatrooms`, also as ``python -m chatrooms``."""

import sys

from chatrooms import extras


def main() -> None:
    """Run the command line, or say what is missing for it."""
    if extras.lacks("server"):
        sys.exit(f"chatrooms: {extras.absent('server')}")
    from chatrooms.cli import main as run

    run()


if __name__ == "__main__":
    main()

"""``python -m chatrooms``."""

from chatrooms.cli import main

main()

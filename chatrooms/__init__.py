"""A rooms-based chat where every user has a personal room."""

__version__ = "0.1.0"

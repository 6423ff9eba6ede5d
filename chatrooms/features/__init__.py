"""One noun per file or folder."""

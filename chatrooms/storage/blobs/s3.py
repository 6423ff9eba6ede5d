"""Whole files in a bucket of S3, or of a server that speaks its protocol (the extra ``s3``).

The key, the secret, the region and another endpoint come from the usual variables, such as ``AWS_ACCESS_KEY_ID``.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from obstore import delete, get_range, head, put
from obstore.exceptions import BaseError
from obstore.store import S3Store

PATIENCE = timedelta(seconds=15)


class S3:
    """The objects below ``s3://bucket/prefix``."""

    def __init__(self, url: str) -> None:
        self._bucket = S3Store.from_url(
            url,
            client_options={"timeout": PATIENCE, "connect_timeout": timedelta(seconds=5), "allow_http": True},
            retry_config={"max_retries": 2, "retry_timeout": PATIENCE},
        )

    def put(self, key: str, file: Path) -> None:
        """Store the file at a path; a large one in parts."""
        try:
            put(self._bucket, key, file)
        except BaseError as error:
            raise OSError(f"S3: {type(error).__name__}") from error

    def read(self, key: str, start: int, size: int) -> bytes:
        """Return ``size`` bytes from ``start``; raises ``FileNotFoundError``."""
        try:
            return bytes(get_range(self._bucket, key, start=start, length=size))
        except FileNotFoundError:
            raise
        except BaseError as error:
            raise OSError(f"S3: {type(error).__name__}") from error

    def size(self, key: str) -> int:
        """Return how many bytes a file has; raises ``FileNotFoundError``."""
        try:
            return int(head(self._bucket, key)["size"])
        except FileNotFoundError:
            raise
        except BaseError as error:
            raise OSError(f"S3: {type(error).__name__}") from error

    def remove(self, key: str) -> None:
        """Remove a file, if it is there."""
        try:
            delete(self._bucket, key)
        except FileNotFoundError:
            return
        except BaseError as error:
            raise OSError(f"S3: {type(error).__name__}") from error

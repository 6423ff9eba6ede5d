"""Whole files in a bucket of S3, or of a server that speaks its protocol (the extra ``s3``).

The key, the secret, the region and another endpoint come from the usual variables, such as ``AWS_ACCESS_KEY_ID``.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from obstore import delete, get_range, head, put
from obstore.exceptions import BaseError
from obstore.store import S3Store

QUICK = timedelta(seconds=15)
"""How long a request may take that is small."""
PART = 5 * 1024 * 1024
"""How many bytes each request has that stores a part of a larger file, at least, by the protocol."""
PARTS = 2
"""How many parts are under way at once."""
SLOW = timedelta(seconds=150)
"""How long such a request may take: then the slowest link to a store has half a megabit a second."""
SMALL = 512 * 1024
"""The bytes of a file that are stored in one small request."""
PIECE = 1024 * 1024
_full = re.compile(r"\b507\b|StorageFull|QuotaExceeded", re.IGNORECASE)


class S3:
    """The objects below ``s3://bucket/prefix``."""

    patience = 2 * SLOW.total_seconds() + QUICK.total_seconds()
    """Of two requests, since the last parts are complete only when the whole is."""

    def __init__(self, url: str) -> None:
        self._bucket, self._slow = _bucket(url, QUICK), _bucket(url, SLOW)

    def put(self, key: str, file: Path, moved: Callable[[], None]) -> None:
        """Store the file at a path; a large one in parts."""
        try:
            if file.stat().st_size <= SMALL:
                put(self._bucket, key, file.read_bytes())
            else:
                put(self._slow, key, _pieces(file, moved), chunk_size=PART, max_concurrency=PARTS)
        except BaseError as error:
            raise _failure(error) from error

    def read(self, key: str, start: int, size: int) -> bytes:
        """Return ``size`` bytes from ``start``; raises ``FileNotFoundError``."""
        try:
            return bytes(get_range(self._bucket, key, start=start, length=size))
        except FileNotFoundError:
            raise
        except BaseError as error:
            raise _failure(error) from error

    def size(self, key: str) -> int:
        """Return how many bytes a file has; raises ``FileNotFoundError``."""
        try:
            return int(head(self._bucket, key)["size"])
        except FileNotFoundError:
            raise
        except BaseError as error:
            raise _failure(error) from error

    def remove(self, key: str) -> None:
        """Remove a file, if it is there."""
        try:
            delete(self._bucket, key)
        except FileNotFoundError:
            return
        except BaseError as error:
            raise _failure(error) from error


def _failure(error: BaseError) -> OSError:
    """Return what a failed request means, also that the store is full, which there is no code of S3's for."""
    code = errno.ENOSPC if _full.search(str(error)) else errno.EIO
    return OSError(code, f"S3: {type(error).__name__}")


def _bucket(url: str, patience: timedelta) -> S3Store:
    return S3Store.from_url(
        url,
        client_options={"timeout": patience, "connect_timeout": timedelta(seconds=5), "allow_http": True},
        retry_config={"max_retries": 2, "retry_timeout": patience},
    )


def _pieces(file: Path, moved: Callable[[], None]) -> Iterator[bytes]:
    """Yield a file in pieces, each when there is room for it, because parts before it are stored."""
    with file.open("rb") as source:
        while piece := source.read(PIECE):
            moved()
            yield piece

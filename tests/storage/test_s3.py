"""Files in S3, against a real server of its protocol (moto's)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.features.files import begin, load, picture, send, share
from tests.people import connect
from tests.servers import running
from tests.services import s3

pytestmark = pytest.mark.slow


@pytest.fixture
def bucket(monkeypatch) -> Iterator[str]:
    """Start an S3 server with a bucket, and return its URL."""
    with s3.bucket() as endpoint:
        for name, value in s3.variables(endpoint).items():
            monkeypatch.setenv(name, value)
        yield f"{endpoint}/files"


async def test_files_are_stored_in_the_bucket_and_removed_from_it(bucket, tmp_path):
    async with (
        running(tmp_path, file_store="s3://files/chat") as server,
        connect(server.url, "alice") as alice,
    ):
        content = bytes(range(256)) * 40_000
        message = await share(alice, "#lobby", content, "large.bin")
        (file,) = message["files"]
        assert (await load(alice, server.url, file))[2] == content
        status, _, part = await load(alice, server.url, file, Range="bytes=300000-300009")
        assert (status, part) == (206, content[300_000:300_010])
        (shown,) = (await share(alice, "#lobby", picture(), "a.png"))["files"]
        assert (await load(alice, server.url, shown, "?size=small"))[0] == 200
        assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
        blobs = server.chat._pipeline.blobs
        store, key = blobs.store, blobs.own_key(file["id"])
        assert store.size(key) == len(content)
        store.remove(key)
        store.remove(key)
        with pytest.raises(FileNotFoundError):
            store.size(key)
        assert (await load(alice, server.url, file))[0] == 404


async def test_a_store_that_cannot_be_reached_is_a_clear_answer(bucket, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT", "http://127.0.0.1:9")
    async with running(tmp_path, file_store="s3://files/chat") as server, connect(server.url, "alice") as alice:
        status, _, body = await send(alice, await begin(alice, b"x"), 0, b"x")
        assert (status, b"unavailable" in body) == (503, True)
        assert (await alice.say("#lobby", "goes on"))["text"] == "goes on"

"""What uploads cost, and how soon others see them: ``python -m tests.bench.files [--at-once N] [--times N]``.

A picture of 5 MB is uploaded and posted: how long after its last byte another person has loaded what their browser
shows. Then ten such uploads at once while a person posts: how long their messages take to be acknowledged, before and
meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median, quantiles

from PIL import Image

from tests.bench.sign_ins import acknowledged
from tests.features.files import begin, load, send
from tests.people import Person, connect
from tests.processes import started
from tests.servers import QUICK

BYTES = 5_000_000
SIDES = 2560, 1920
SECONDS = 5.0


def photo() -> bytes:
    """Return a JPEG of about 5 MB, which does not compress well."""
    image = Image.effect_noise(SIDES, 60).convert("RGB")
    with tempfile.NamedTemporaryFile(suffix=".jpg") as file:
        for quality in (98, 96, 94, 92, 90, 85, 80):
            image.save(file.name, quality=quality)
            if os.path.getsize(file.name) <= BYTES:  # noqa: PTH202 - of a path that Pillow wrote
                break
        return Path(file.name).read_bytes()


async def share(author: Person, reader: Person, content: bytes, room: str) -> float:
    """Upload, post, and load as the reader does; return the seconds since all bytes but the last had been sent."""
    path = await begin(author, content, "photo.jpg")
    await send(author, path, 0, content[:-1])
    begun = time.perf_counter()
    await send(author, path, len(content) - 1, content[-1:])
    message = await author.say(room, "", files=[path.rpartition("/")[2]])
    await reader.hears(lambda _, data: any(row["id"] == message["id"] for row in data.get("messages", ())))
    status, _, body = await load(reader, reader.url, message["files"][0], "?size=small")
    assert status == 200 and body
    return time.perf_counter() - begun


async def many(authors: list[Person], reader: Person, content: bytes) -> None:
    """Have everybody upload at the same time."""
    await asyncio.gather(*(share(author, reader, content, "#lobby") for author in authors))


async def measure(url: str, at_once: int, times: int) -> None:
    """Print the figures."""
    content = await asyncio.to_thread(photo)
    async with AsyncExitStack() as stack:
        alice, bob, *authors = [
            await stack.enter_async_context(connect(url, f"user{number}")) for number in range(at_once + 2)
        ]
        took = [await share(alice, bob, content, "#lobby") for _ in range(times)]
        print(
            f"a picture of {len(content) / 1e6:.1f} MB is seen after: "
            f"median {median(took):.2f} s, longest {max(took):.2f} s"
        )
        for what, work in (
            ("nothing", asyncio.sleep(SECONDS)),
            (f"{at_once} uploads", many(authors, bob, content)),
        ):
            over = asyncio.Event()
            posting = asyncio.create_task(acknowledged(alice, over))
            begun = time.perf_counter()
            await work
            seconds = time.perf_counter() - begun
            over.set()
            delays = await posting
            late = quantiles(delays, n=100)[98]
            print(
                f"with {what} ({seconds:.1f} s): "
                f"median {median(delays):.1f} ms, 99 % {late:.1f} ms, {len(delays)} messages"
            )


async def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.files", description=__doc__)
    parser.add_argument("--at-once", type=int, default=10)
    parser.add_argument("--times", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as data:
        options = [part for name, value in QUICK.items() for part in (f"--{name.replace('_', '-')}", str(value))]
        async with started(Path(data), *options) as server:
            await measure(server.url, arguments.at_once, arguments.times)


if __name__ == "__main__":
    asyncio.run(main())

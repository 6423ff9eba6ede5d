"""A program that decodes one picture and writes clean ones: ``decoder.py WAY PICTURE FOLDER FORMAT…``.

The way is ``copies``, for `full`, `large` and `small`, as it is; ``small``, for that alone; or ``square``, for the
middle of it in the sizes of `SQUARES`.

It runs in a process of its own, because what it reads comes from strangers: it limits its memory and time before it
loads any decoder, and the server depends on nothing but its output. It imports nothing of chatrooms, to start quickly.
"""

from __future__ import annotations

import base64
import errno
import io
import json
import os
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

MEMORY = 1200 * 1024 * 1024
SECONDS = 20
NICE = 10
FIRST_TO_END = "1000"
"""The most of what Linux adds to the score by which it chooses a process (proc_pid_oom_score_adj(5))."""
LARGEST_FILE = 300 * 1024 * 1024
MOST_PIXELS = 50_000_000
MOST_MOVING_PIXELS = 60_000_000
"""Of all frames together."""
MOST_FRAMES = 500
SMALL, LARGE, TINY, MOVING = 800, 2400, 12, 640
"""Pixels of the longer side of each copy."""
SQUARES = {"large": 512, "small": 128}
"""Pixels of each side."""
LARGEST_SQUARE = 200_000
"""Bytes of a square copy, which everybody loads often."""
LARGEST_PROFILE = 64 * 1024
"""Bytes of the colour profile that `full` keeps; the other copies have the colours of sRGB, and none."""
MOST_OF_SIDE = 65_535
"""Pixels that JPEG can have; a line of more can be longer than what Pillow writes."""
LONGEST_SIDE = 16_383
"""Pixels that WebP can have."""
CANNOT, TOO_LARGE = 3, 4
"""The exit statuses for what is no picture, and for one that is too large."""


class TooLargeError(ValueError):
    """The limits do not allow to decode a picture."""


def limit() -> None:
    """Limit what this process can use, and let others go first.

    The limit of time is a soft one: its signal says why the process ended, that of the hard one does not. Where memory
    runs out, the system ends this process rather than the server or a database.
    """
    with suppress(OSError):  # only Linux has it
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_END)
    os.nice(NICE)
    os.umask(0o077)
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (allowed, hard if what == resource.RLIMIT_CPU else allowed))


def decode(how: str, source: Path, folder: Path, formats: list[str]) -> dict[str, Any]:
    """Write pictures, and return what to know of them; raises ``ValueError``, ``OSError`` or an error of Pillow."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # checked here, before anything is decoded
    picture = Image.open(source, formats=formats)
    width, height = picture.size
    if width * height > MOST_PIXELS or max(width, height) > MOST_OF_SIDE:
        raise TooLargeError
    profile = picture.info.get("icc_profile")  # which writing `full` removes
    about = _write_full(picture, folder / "full") if how == "copies" else {}
    picture.seek(0)
    ImageOps.exif_transpose(picture, in_place=True)
    upright = _plain(picture, profile)
    if how == "square":
        for name, side in SQUARES.items():
            _write(ImageOps.fit(_on_white(upright), (side, side)), side, folder / name, 82)
            if (folder / name).stat().st_size > LARGEST_SQUARE:
                raise TooLargeError
    else:
        if how == "copies":
            _write(upright, LARGE, folder / "large", 82)
        _write(upright, SMALL, folder / "small", 78)
    width, height = upright.size
    return {**about, "width": width, "height": height, "placeholder": _placeholder(upright)}


def _write_full(picture: Any, to: Path) -> dict[str, Any]:
    """Write a copy that is as large and moves; return what to know of it."""
    width, height = picture.size
    frames = 1 if picture.format == "MPO" else getattr(picture, "n_frames", 1)
    if frames > 1:
        _require_few(width * height, frames)
        _write_moving(picture, to)
        return {"type": "image/webp", "animated": True}
    return {"type": _write_clean(picture, to), "animated": False}


def _placeholder(picture: Any) -> str:
    tiny = io.BytesIO()
    picture.thumbnail((TINY, TINY))
    _in_srgb(picture).save(tiny, "WEBP", quality=30, method=6, icc_profile=None, exif=b"", xmp=b"")
    return "data:image/webp;base64," + base64.b64encode(tiny.getvalue()).decode()


def _require_few(pixels: int, frames: int) -> None:
    if frames > MOST_FRAMES or pixels * frames > MOST_MOVING_PIXELS:
        raise TooLargeError


def _plain(picture: Any, profile: bytes | None) -> Any:
    """Return a picture that WebP can store, with its profile if that is still of its colours: the same one if it can.

    A copy of the largest one takes 200 MB.
    """
    has_alpha = "A" in picture.getbands() or "transparency" in picture.info
    mode = "RGBA" if has_alpha else "RGB"
    plain = picture if picture.mode == mode else picture.convert(mode)
    plain.info = {"icc_profile": profile} if profile and picture.mode == plain.mode else {}
    return plain


def _on_white(picture: Any) -> Any:
    """Return a picture without transparency: what is behind it differs from place to place."""
    from PIL import Image

    if picture.mode == "RGB":
        return picture
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    white.info = dict(picture.info)
    return white


def _write(picture: Any, side: int, to: Path, quality: int) -> None:
    """Write a copy as WebP, not larger than ``side``."""
    _in_srgb(_scaled(picture, side)).save(to, "WEBP", quality=quality, method=1, icc_profile=None, exif=b"", xmp=b"")


def _scaled(picture: Any, side: int) -> Any:
    """Return a copy that is as large as ``side``, or the picture itself if it is not larger."""
    from PIL import Image

    scale = side / max(picture.size)
    if scale >= 1:
        return picture
    size = [max(1, round(scale * pixels)) for pixels in picture.size]
    smaller = picture.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)  # as thumbnail() does, without a copy
    smaller.info = dict(picture.info)
    return smaller


def _in_srgb(picture: Any) -> Any:
    """Return a picture in the colours of sRGB; as it is, without a profile or with one that cannot be read."""
    from PIL import ImageCms

    if not (profile := picture.info.get("icc_profile")):
        return picture
    try:
        given, srgb = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(picture, given, srgb, outputMode=picture.mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture


def _write_clean(picture: Any, to: Path) -> str:
    """Write a copy as large as the picture, without metadata save for its colours and which side is up."""
    from PIL import Image

    icc, kind = picture.info.get("icc_profile"), picture.format
    if icc and len(icc) > LARGEST_PROFILE:
        icc = None
    orientation = picture.getexif().get(0x0112)
    exif = Image.Exif()
    if orientation in range(2, 9):
        exif[0x0112] = orientation
    picture.load()
    transparency = picture.info.get("transparency")
    picture.info = {} if transparency is None else {"transparency": transparency}
    if kind == "JPEG":
        picture.save(to, "JPEG", quality="keep", icc_profile=icc, exif=exif.tobytes(), comment=b"")
        return "image/jpeg"
    if kind == "MPO":
        picture.save(to, "JPEG", quality=92, icc_profile=icc, exif=exif.tobytes(), comment=b"")
        return "image/jpeg"
    if kind in ("PNG", "GIF"):
        picture.save(to, "PNG", icc_profile=icc, exif=exif.tobytes() if exif else None)
        return "image/png"
    if max(picture.size) > LONGEST_SIDE:
        raise TooLargeError
    picture.save(to, "WEBP", quality=92, method=3, icc_profile=icc, exif=exif.tobytes() if exif else b"", xmp=b"")
    return "image/webp"


def _write_moving(picture: Any, to: Path) -> None:
    """Write all frames as WebP, not larger than `MOVING`."""
    from PIL import ImageSequence

    frames, durations = [], []
    for frame in ImageSequence.Iterator(picture):
        _require_few(frame.width * frame.height, picture.n_frames)  # one of a GIF can be larger than those before it
        durations.append(frame.info.get("duration") or 100)
        copy = frame.convert("RGBA")
        copy.thumbnail((MOVING, MOVING))
        copy.info = {}
        frames.append(copy)
    loop = picture.info.get("loop", 0)
    first, *rest = frames
    first.save(to, "WEBP", save_all=True, append_images=rest, duration=durations, loop=loop, quality=70, method=2)


def main(how: str, source: str, folder: str, *formats: str) -> int:
    """Decode a picture; print what to know of it as JSON, and return the exit status."""
    limit()
    try:
        print(json.dumps(decode(how, Path(source), Path(folder), list(formats))))  # noqa: T201 - for the server
    except Exception as error:  # whatever a decoder raises
        print(type(error).__name__, file=sys.stderr)  # noqa: T201
        return _status(error)
    return 0


def _status(error: Exception) -> int:
    """Return the exit status; raise an error of the system, such as of a full disk, which says nothing of a picture."""
    failed = error.errno if isinstance(error, OSError) else None
    if isinstance(error, TooLargeError | MemoryError) or failed == errno.EFBIG:
        return TOO_LARGE
    if failed is not None:
        raise error
    return CANNOT


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

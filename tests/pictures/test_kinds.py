"""The type of a file is that of its content."""

from __future__ import annotations

import pytest

from chatrooms.pictures.kinds import ANYTHING, SHOWN, kind_of
from tests.features.files import picture

BOX = b"\0\0\0\x20ftyp"
CASES = {
    picture(): "image/png",
    picture(kind="JPEG"): "image/jpeg",
    picture(kind="GIF"): "image/gif",
    picture(kind="WEBP"): "image/webp",
    picture(kind="AVIF"): "image/avif",
    picture(kind="BMP"): ANYTHING,
    picture(kind="TIFF"): ANYTHING,
    b"<html><script>alert(1)</script>": ANYTHING,
    b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>": ANYTHING,
    b"%PDF-1.7\n": ANYTHING,
    b"PK\x03\x04": ANYTHING,
    b"hello": ANYTHING,
    b"": ANYTHING,
    b"RIFF\x24\0\0\0WAVEfmt ": "audio/wav",
    b"RIFF\x24\0\0\0AVI LIST": ANYTHING,
    b"ID3\x03\0": "audio/mpeg",
    b"\xff\xfb\x90\x64": "audio/mpeg",
    b"fLaC\0": "audio/flac",
    b"OggS\0\x02" + b"\0" * 22 + b"OpusHead": "audio/ogg",
    b"OggS\0\x02" + b"\0" * 22 + b"\x80theora": "video/ogg",
    BOX + b"isom\0\0\2\0isomiso2avc1mp41": "video/mp4",
    BOX + b"mp42": "video/mp4",
    BOX + b"M4A ": "audio/mp4",
    BOX + b"qt  ": "video/quicktime",
    BOX + b"heic": ANYTHING,
    BOX + b"mif1": ANYTHING,
    b"\x1aE\xdf\xa3\x9f\x42\x86\x81\1\x42\xf7\x81\1\x42\xf2\x81\4\x42\xf3\x81\x08\x42\x82\x84webm": "video/webm",
    b"\x1aE\xdf\xa3\x9f\x42\x86\x81\1\x42\x82\x88matroska": ANYTHING,
}


@pytest.mark.parametrize(("content", "kind"), CASES.items(), ids=range(len(CASES)))
def test_a_file_is_what_it_contains(content, kind):
    assert kind_of(content[:4096]) == kind


@pytest.mark.parametrize(
    ("content", "hint", "kind"),
    [
        (BOX + b"mp42", "audio/mp4", "audio/mp4"),
        (BOX + b"mp42", "audio/webm", "video/mp4"),
        (BOX + b"mp42", "text/html", "video/mp4"),
        (b"<html>", "image/png", ANYTHING),
        (b"<html>", "audio/mp4", ANYTHING),
        (picture(), "text/html", "image/png"),
    ],
)
def test_what_the_client_says_only_tells_sound_from_video(content, hint, kind):
    assert kind_of(content[:4096], hint) == kind


def test_nothing_that_can_contain_scripts_is_shown():
    assert all(kind.startswith(("image/", "audio/", "video/")) and "svg" not in kind for kind in SHOWN)

"""Pictures are stored without metadata, in several sizes, and harm nobody, whatever they are."""

from __future__ import annotations

import asyncio
import base64
import io
import struct
import zlib
from contextlib import nullcontext
from pathlib import Path

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from chatrooms import isolated, pictures
from chatrooms.errors import TooLarge
from chatrooms.pictures import decoder
from tests.features.files import begin, head, load, opened, picture, send, share, upload

SOURCE = Path(decoder.__file__).read_text()
SECRET = b"canary-gps-5e1f"
ORIENTATION, DESCRIPTION, GPS, LATITUDE = 0x0112, 0x010E, 0x8825, 2


def exif(orientation: int = 1) -> bytes:
    made = Image.Exif()
    made[ORIENTATION], made[DESCRIPTION] = orientation, SECRET.decode()
    made.get_ifd(GPS)[LATITUDE] = (48.0, 8.0, 14.0)
    return made.tobytes()


def png_texts() -> PngImagePlugin.PngInfo:
    made = PngImagePlugin.PngInfo()
    made.add_text("Comment", SECRET.decode())
    made.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    return made


def moving(kind: str, frames: int = 4, side: int = 60, **how) -> bytes:
    made = [Image.new("RGB", (side, side), (number * 60 % 256, 0, 90)) for number in range(frames)]
    written = io.BytesIO()
    made[0].save(written, kind, save_all=True, append_images=made[1:], duration=50, loop=0, **how)
    return written.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def growing_gif(side: int) -> bytes:
    """Return a GIF of one pixel with a second frame that has many."""
    head, end = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6), b"\x02\x02\x44\x01\x00"
    return head + b"".join(b"," + struct.pack("<HHHHB", 0, 0, each, each, 0) + end for each in (1, side)) + b";"


def png_claiming(width: int, height: int) -> bytes:
    """Return a small PNG whose head claims any size."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100_000))
        + chunk(b"IEND", b"")
    )


WITH_METADATA = {
    "JPEG": picture(kind="JPEG", exif=exif(), comment=SECRET, xmp=b"<x:xmpmeta>" + SECRET),
    "CMYK": picture(kind="JPEG", mode="CMYK", exif=exif()),
    "grey": picture(kind="JPEG", mode="L", exif=exif()),
    "PNG": picture(exif=exif(), pnginfo=png_texts()),
    "palette": picture(mode="P", exif=exif(), pnginfo=png_texts()),
    "alpha": picture(mode="RGBA", exif=exif(), pnginfo=png_texts()),
    "one bit": picture(mode="1", exif=exif()),
    "WEBP": picture(kind="WEBP", exif=exif(), xmp=SECRET),
    "AVIF": picture(kind="AVIF", exif=exif(), xmp=SECRET),
    "GIF": picture(kind="GIF", comment=SECRET),
    "moving GIF": moving("GIF", comment=SECRET),
    "moving WEBP": moving("WEBP", exif=exif(), xmp=SECRET),
    "moving PNG": moving("PNG", exif=exif()),
}


@pytest.fixture
async def alice(person):
    return await person("alice")


@pytest.mark.parametrize("kind", WITH_METADATA)
async def test_no_byte_of_metadata_is_stored_in_any_size(alice, own_server, tmp_path, kind):
    content = WITH_METADATA[kind]
    (file,) = (await share(alice, "#lobby", content, "photo.bin"))["files"]
    assert file["picture"], "it was decoded"
    for query in ("", "?size=small", "?size=large"):
        status, headers, body = await load(alice, own_server.url, file, query)
        assert status == 200 and SECRET not in body
        found = opened(body)
        assert not set(found.getexif()) - {ORIENTATION} and not found.getexif().get_ifd(GPS)
        assert headers["Content-Type"] == ("image/webp" if query else file["type"]) == f"image/{found.format.lower()}"
    for path in (tmp_path / "files").rglob("*"):
        assert path.is_dir() or SECRET not in path.read_bytes()


async def test_a_picture_says_its_size_as_it_is_shown_and_has_a_placeholder(alice, own_server):
    (file,) = (await share(alice, "#lobby", picture(60, 40, "JPEG", exif=exif(orientation=6)), "a.JPG"))["files"]
    about = file["picture"]
    assert (about["width"], about["height"], about["animated"], file["name"]) == (40, 60, False, "a.JPG")
    head, _, tiny = about["placeholder"].partition(",")
    assert head == "data:image/webp;base64" and len(about["placeholder"]) < 400
    assert max(opened(base64.b64decode(tiny)).size) <= 12
    _, _, small = await load(alice, own_server.url, file, "?size=small")
    shown = opened(small).convert("RGB")
    assert shown.size == (40, 60)
    red, _, blue = shown.getpixel((20, 5))
    assert red > 200 and blue < 60  # what was at its left is above
    _, _, full = await load(alice, own_server.url, file)
    assert opened(full).getexif()[ORIENTATION] == 6


async def test_large_pictures_come_smaller_and_small_ones_as_they_are(alice, own_server):
    (file,) = (await share(alice, "#lobby", picture(5000, 1000, "JPEG"), "a.jpg"))["files"]
    for query, size in (("?size=small", (800, 160)), ("?size=large", (2400, 480)), ("", (5000, 1000))):
        assert opened((await load(alice, own_server.url, file, query))[2]).size == size
    (file,) = (await share(alice, "#lobby", picture(), "a.png"))["files"]
    assert opened((await load(alice, own_server.url, file, "?size=large"))[2]).size == (60, 40)
    assert (await load(alice, own_server.url, file, "?size=huge"))[0] == 404


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
async def test_a_moving_picture_moves_in_full_and_stands_in_small(alice, own_server, kind):
    (file,) = (await share(alice, "#lobby", moving(kind), "cat.gif"))["files"]
    assert file["picture"]["animated"] and (file["name"], file["type"]) == ("cat.webp", "image/webp")
    assert opened((await load(alice, own_server.url, file))[2]).n_frames == 4
    assert opened((await load(alice, own_server.url, file, "?size=small"))[2]).n_frames == 1


BAD = {
    "a billion pixels": (png_claiming(40_000, 40_000), 413),
    "too many frames": (moving("GIF", frames=decoder.MOST_FRAMES + 1, side=1), 413),
    "a frame that is larger than the first": (growing_gif(8000), 413),
    "a bomb": (png_claiming(7000, 7000)[:-12] + chunk(b"IDAT", zlib.compress(b"\0" * 10**8, level=1)), 400),
    "truncated, with metadata": (picture(800, 600, "JPEG", exif=exif())[:3000], 400),
    "a broken PNG": (picture()[:60] + b"\0" * 40, 400),
    "a head alone": (b"\x89PNG\r\n\x1a\n", 400),
    "HTML after a GIF's head": (b"GIF89a<script>alert(1)</script>", 400),
    "a JPEG's head, then HTML": (b"\xff\xd8\xff<script>alert(1)</script>", 400),
}
NO_PICTURES = {
    "HTML": b"<html><script>alert(1)</script></html>",
    "SVG": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
}


@pytest.mark.parametrize("kind", BAD)
async def test_what_looks_like_a_picture_and_cannot_be_decoded_is_refused_and_not_kept(alice, tmp_path, kind):
    content, status = BAD[kind]
    path = await begin(alice, content, "a.png")
    got, _, body = await send(alice, path, 0, content)
    assert (got, b"too large" in body) == (status, status == 413)
    assert (await head(alice, path))[0] == 404
    assert not [each for each in (tmp_path / "files").rglob("*") if each.is_file()]
    assert (await alice.run("file.space"))["used"] == 0


@pytest.mark.parametrize("kind", NO_PICTURES)
async def test_what_is_no_picture_is_a_file_to_download(alice, own_server, kind):
    (file,) = (await share(alice, "#lobby", NO_PICTURES[kind], "a.png"))["files"]
    assert (file["picture"], file["type"]) == (None, "application/octet-stream")
    status, headers, body = await load(alice, own_server.url, file)
    assert (status, body, headers["X-Content-Type-Options"]) == (200, NO_PICTURES[kind], "nosniff")
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert headers["Content-Disposition"].startswith("attachment")
    for query in ("?size=small", "?size=large"):
        assert (await load(alice, own_server.url, file, query))[0] == 404


@pytest.mark.parametrize("endless", ["bytearray(3 * 10**9)", "[0 for _ in iter(int, 1)]"])
async def test_the_decoder_ends_by_its_limits(alice, decoding, endless):
    """What would use memory or time without end is killed, and refused."""
    decoding(endless)
    status, _, body = await send(alice, await begin(alice, picture()), 0, picture())
    assert (status, b"too large" in body) == (413, True)


@pytest.mark.parametrize("failing", ["import time; time.sleep(60)", "os.kill(os.getpid(), 9)", "raise OSError(28, '')"])
async def test_what_the_picture_is_not_to_blame_for_can_be_tried_again(
    alice, own_server, decoding, monkeypatch, failing
):
    monkeypatch.setattr(pictures, "SECONDS", 1 if "sleep" in failing else pictures.SECONDS)
    decoding(failing)
    path = await begin(alice, WITH_METADATA["JPEG"], "a.jpg")
    status, _, body = await send(alice, path, 0, WITH_METADATA["JPEG"])
    assert (status, b"unavailable" in body) == (503, True)
    monkeypatch.undo()
    assert (await head(alice, path))[0] == 200
    message = await alice.say("#lobby", "", files=[path.rpartition("/")[2]])
    assert message["files"][0]["picture"]
    assert SECRET not in (await load(alice, own_server.url, message["files"][0]))[2]


@pytest.fixture
def decoding(monkeypatch, tmp_path):
    """Return what makes the decoder do something else."""

    def put(code: str) -> None:
        program, source = tmp_path / "decoder.py", SOURCE.replace("SECONDS = 20", "SECONDS = 1")
        program.write_text(source.replace("    from PIL import Image, ImageOps\n", f"    {code}\n", 1))
        monkeypatch.setattr(pictures, "_program", lambda: str(program))

    return put


async def test_an_address_whose_pictures_take_long_leaves_a_turn_to_others():
    async def decoded(network: str, person: str) -> None:
        async with pictures.queue().turn(network, person):
            began.append(person)
            await asyncio.Event().wait()

    began: list[str] = []
    slow = [asyncio.create_task(decoded("192.0.2.9", f"mallory{number}")) for number in range(pictures.AT_ONCE + 1)]
    await asyncio.sleep(0)
    quick = asyncio.create_task(decoded("192.0.2.1", "bob"))
    await asyncio.sleep(0)
    assert began[-1] == "bob" and len(began) == pictures.AT_ONCE
    for each in (*slow, quick):
        each.cancel()
    await asyncio.wait([*slow, quick])


async def test_decoding_leaves_some_of_the_disk(alice, monkeypatch):
    monkeypatch.setattr(pictures, "MOST_WRITTEN", 10**18)
    path = await begin(alice, picture())
    assert (await send(alice, path, 0, picture()))[0] == 507
    monkeypatch.undo()
    assert (await head(alice, path))[0] == 200


async def test_fifty_megapixels_fit_into_the_limits(alice, own_server):
    (file,) = (await share(alice, "#lobby", picture(8000, 6000, "JPEG", quality=50), "a.jpg"))["files"]
    assert (file["picture"]["width"], file["picture"]["height"]) == (8000, 6000)


async def test_the_decoder_gets_no_secrets(alice, own_server, monkeypatch):
    monkeypatch.setenv("CHATROOMS_DATABASE", "postgresql://alice:secret@db")
    assert not [value for value in isolated.environment().values() if "secret" in value]
    assert await upload(alice, picture())


def profile(size: int = 0) -> bytes:
    """Return a profile that shows green as red is shown, padded to ``size`` bytes."""
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = made.index(b"rXYZ"), made.index(b"gXYZ")
    made[red : red + 4], made[green : green + 4] = b"gXYZ", b"rXYZ"
    made += bytes(max(0, size - len(made)))
    made[:4] = struct.pack(">I", len(made))
    return bytes(made)


@pytest.mark.parametrize("how", ["copies", "square"])
@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGB"), ("PNG", "RGBA"), ("JPEG", "RGB"), ("WEBP", "RGBA")])
@pytest.mark.parametrize("size", [0, decoder.LARGEST_PROFILE + 1, 900_000])
async def test_copies_have_the_colours_of_srgb_and_no_profile(tmp_path, how, kind, mode, size):
    (tmp_path / "given").write_bytes(picture(600, 400, kind, mode=mode, icc_profile=profile(size)))
    await pictures.decode(tmp_path / "given", tmp_path, f"image/{kind.lower()}", how)
    copies = {name: tmp_path / name for name in ("large", "small", "full") if (tmp_path / name).exists()}
    for name in ("large", "small"):
        copy = opened(copies[name].read_bytes())
        assert "icc_profile" not in copy.info and copies[name].stat().st_size < 20_000
        red, green, _ = copy.convert("RGB").getpixel((5, 5))
        assert red < 50 and green > 200
    if how == "copies":
        assert ("icc_profile" in opened(copies["full"].read_bytes()).info) == (size == 0)


async def test_a_profile_that_cannot_be_read_costs_no_picture(tmp_path):
    (tmp_path / "given").write_bytes(picture(icc_profile=b"nonsense" * 100))
    await pictures.decode(tmp_path / "given", tmp_path, "image/png")
    assert "icc_profile" not in opened((tmp_path / "small").read_bytes()).info


async def test_a_square_that_stays_large_is_refused(tmp_path):
    noise = Image.effect_noise((512, 512), 200)
    noise = Image.merge("RGB", [noise, noise.rotate(90), noise.rotate(180)])
    noise.save(tmp_path / "given", "PNG")
    with pytest.raises(TooLarge):
        await pictures.decode(tmp_path / "given", tmp_path, "image/png", "square")


@pytest.mark.parametrize("how", ["copies", "square", "small"])
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("more", [0, 1])
async def test_a_picture_with_a_side_without_end_is_too_large_for_any_use(how, turned, more, tmp_path):
    side = decoder.MOST_OF_SIDE + more
    Image.new("L", (1, side) if turned else (side, 1)).save(tmp_path / "given", "PNG")
    with pytest.raises(TooLarge, match="on a side") if more else nullcontext():
        await pictures.decode(tmp_path / "given", tmp_path, "image/png", how)

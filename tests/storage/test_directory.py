"""The folder of whole files: what is stored stays whole, whatever is stored again and however often."""

from __future__ import annotations

import errno
import os

import pytest

from chatrooms.storage.blobs import directory
from chatrooms.storage.blobs.directory import PIECE, Directory

KEY = "0190-a-file"


def nothing() -> None:
    """Hear that a part is stored."""


@pytest.fixture(params=[True, False], ids=["second names", "copies"])
def folder(tmp_path, monkeypatch, request):
    """Return a folder on a file system that has second names for files, and on one that has none."""

    def refuse(*_):
        raise PermissionError

    if not request.param:
        monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "upload").write_bytes(b"hello")
    return Directory(tmp_path / "files", tmp_path)


def test_the_same_file_can_be_stored_again(folder, tmp_path):
    for _ in range(2):
        folder.put(KEY, tmp_path / "upload", nothing)
        assert folder.read(KEY, 0, 10) == b"hello"
    assert len(list((tmp_path / "files").rglob("0190*"))) == 1


def test_another_file_takes_the_place_of_what_was_stored(folder, tmp_path):
    folder.put(KEY, tmp_path / "upload", nothing)
    (tmp_path / "again").write_bytes(b"hello again")
    folder.put(KEY, tmp_path / "again", nothing)
    assert folder.read(KEY, 0, 20) == b"hello again"
    assert (tmp_path / "upload").read_bytes() == b"hello"


def test_what_another_process_stored_and_removed_from_its_place_stays(folder, tmp_path):
    folder.put(KEY, tmp_path / "upload", nothing)
    (tmp_path / "upload").unlink()
    with pytest.raises(FileNotFoundError):
        folder.put(KEY, tmp_path / "upload", nothing)
    assert folder.read(KEY, 0, 10) == b"hello"


def test_a_file_is_stored_though_the_last_one_beside_it_is_removed_at_that_moment(folder, tmp_path, monkeypatch):
    make, beside = directory.make_folder, [f"{KEY[:2]}-another-file"]
    folder.put(*beside, tmp_path / "upload", nothing)

    def make_first(*given):
        make(*given)
        if beside:
            folder.remove(beside.pop())

    monkeypatch.setattr(directory, "make_folder", make_first)
    folder.put(KEY, tmp_path / "upload", nothing)
    assert folder.read(KEY, 0, 10) == b"hello"


def test_a_copy_that_is_given_up_or_fails_leaves_nothing(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EXDEV, "another file system")

    monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "upload").write_bytes(b"x" * (PIECE + 1))
    moved = []

    def give_up() -> None:
        moved.append(1)
        if len(moved) == 2:
            raise OSError("given up")

    with pytest.raises(OSError, match="given up"):
        Directory(tmp_path / "files", tmp_path).put(KEY, tmp_path / "upload", give_up)
    assert list((tmp_path / "files").iterdir()) == []

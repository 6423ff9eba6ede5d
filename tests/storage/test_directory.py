"""The folder of whole files: what is stored stays whole, whatever is stored again and however often."""

from __future__ import annotations

import os

import pytest

from chatrooms.storage.blobs.directory import Directory

KEY = "0190-a-file"


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
        folder.put(KEY, tmp_path / "upload")
        assert folder.read(KEY, 0, 10) == b"hello"
    assert len(list((tmp_path / "files").rglob("0190*"))) == 1


def test_another_file_takes_the_place_of_what_was_stored(folder, tmp_path):
    folder.put(KEY, tmp_path / "upload")
    (tmp_path / "again").write_bytes(b"hello again")
    folder.put(KEY, tmp_path / "again")
    assert folder.read(KEY, 0, 20) == b"hello again"
    assert (tmp_path / "upload").read_bytes() == b"hello"


def test_what_another_process_stored_and_removed_from_its_place_stays(folder, tmp_path):
    folder.put(KEY, tmp_path / "upload")
    (tmp_path / "upload").unlink()
    with pytest.raises(FileNotFoundError):
        folder.put(KEY, tmp_path / "upload")
    assert folder.read(KEY, 0, 10) == b"hello"

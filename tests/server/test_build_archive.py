# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives of others: told by content, never out of their folder."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from mms_local.core.ports import JobFailed
from mms_local.images.archive import unpack

pytestmark = pytest.mark.security

FILES = {"model.pkl": b"weights", "data/labels.txt": b"a\nb\n"}


def tar_of(*members: tarfile.TarInfo, **files: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
        for member in members:
            tar.addfile(member)
    return stream.getvalue()


def zip_of(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
    return stream.getvalue()


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def zip_link(name: str, target: str) -> bytes:
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o120777 << 16
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as bundle:
        bundle.writestr(info, target)
    return stream.getvalue()


def unpacked(content: bytes, folder: Path, **limits: int) -> dict[str, bytes]:
    """What lies in the folder after unpacking; the archive's name tells nothing."""
    archive = folder / "blob"
    archive.write_bytes(content)
    target = folder / "target"
    unpack(archive, target, name="model iris:1", **limits)
    return {path.relative_to(target).as_posix(): path.read_bytes() for path in target.rglob("*") if path.is_file()}


@pytest.mark.parametrize("squeeze", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_tar_files_are_known_by_their_content(tmp_path: Path, squeeze: Callable[[bytes], bytes]) -> None:
    assert unpacked(squeeze(tar_of(**FILES)), tmp_path) == FILES


def test_zip_files_are_known_by_their_content(tmp_path: Path) -> None:
    assert unpacked(zip_of(**FILES), tmp_path) == FILES


def test_a_zip_with_backslashes_has_folders(tmp_path: Path) -> None:
    assert unpacked(zip_of(**{"data\\labels.txt": b"x"}), tmp_path) == {"data/labels.txt": b"x"}


def test_executable_files_stay_so_and_nothing_is_writable_for_others(tmp_path: Path) -> None:
    info = special("run.sh", tarfile.REGTYPE)
    info.mode = 0o6777
    unpacked(tar_of(info), tmp_path)
    assert (tmp_path / "target" / "run.sh").stat().st_mode & 0o7777 == 0o755


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
def test_a_link_inside_the_archive_becomes_a_copy(tmp_path: Path, kind: bytes) -> None:
    content = tar_of(special("latest.pkl", kind, "model.pkl"), **FILES)
    assert unpacked(content, tmp_path) == {**FILES, "latest.pkl": b"weights"}
    assert not (tmp_path / "target" / "latest.pkl").is_symlink()


@pytest.mark.parametrize(
    "content",
    [
        tar_of(**{"../evil": b"x"}),
        tar_of(**{"/evil": b"x"}),
        tar_of(**{"data/../../evil": b"x"}),
        tar_of(**{"..": b"x"}),
        tar_of(**{"data/..//../evil": b"x"}),
        tar_of(**{"./../evil": b"x"}),
        tar_of(**{"//evil": b"x"}),
        tar_of(special("../evil", tarfile.DIRTYPE)),
        tar_of(special("../evil", tarfile.SYMTYPE, "model.pkl"), **FILES),
        tar_of(special("evil", tarfile.SYMTYPE, "/etc/passwd")),
        tar_of(special("data/evil", tarfile.SYMTYPE, "../../outside")),
        tar_of(special("evil", tarfile.SYMTYPE, "nothing/../../outside")),
        tar_of(special("evil", tarfile.LNKTYPE, "/etc/passwd")),
        tar_of(special("a", tarfile.SYMTYPE, "b"), special("b", tarfile.SYMTYPE, "../outside")),
        tar_of(special("a", tarfile.SYMTYPE, "b"), special("b", tarfile.SYMTYPE, "a")),
        tar_of(special("a", tarfile.SYMTYPE, "../outside"), special("b", tarfile.LNKTYPE, "a")),
        tar_of(special("evil", tarfile.BLKTYPE)),
        tar_of(special("evil", tarfile.SYMTYPE, "../outside")),
        tar_of(special("evil", tarfile.LNKTYPE, "../outside")),
        tar_of(special("loop", tarfile.SYMTYPE, "loop")),
        tar_of(special("evil", tarfile.CHRTYPE)),
        tar_of(special("evil", tarfile.FIFOTYPE)),
        zip_of(**{"../evil": b"x"}),
        zip_of(**{"/evil": b"x"}),
        zip_of(**{"..\\evil": b"x"}),
        zip_of(**{"data/../../evil": b"x"}),
        zip_of(**{"data/../..": b"x"}),
        zip_link("evil", "../outside"),
    ],
    ids=lambda content: "zip" if content[:2] == b"PK" else "tar",
)
def test_a_member_that_leaves_the_folder_or_is_no_file_is_refused(tmp_path: Path, content: bytes) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"untouched")
    with pytest.raises(JobFailed) as failed:
        unpacked(content, tmp_path)
    assert failed.value.details[0][0] == "ArchiveInvalid"
    assert "model iris:1" in failed.value.message
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "target") == ["blob", "outside"]
    assert outside.read_bytes() == b"untouched"


def test_a_link_to_a_folder_outside_cannot_be_written_through(tmp_path: Path) -> None:
    inner = tarfile.TarInfo("folder/evil")
    with pytest.raises(JobFailed):
        unpacked(tar_of(special("folder", tarfile.SYMTYPE, "../"), inner), tmp_path)
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize(
    "content",
    [b"just a pickle", b"", gzip.compress(tar_of(**FILES))[:60], zip_of(**FILES)[:-30]],
    ids=["other", "empty", "cut gzip", "cut zip"],
)
def test_what_is_no_archive_or_damaged_says_so(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(JobFailed, match="model iris:1"):
        unpacked(content, tmp_path)


def test_an_archive_that_unpacks_to_more_than_the_limit_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(JobFailed, match="more than 1000 bytes"):
        unpacked(gzip.compress(tar_of(zeros=bytes(5_000_000))), tmp_path, max_bytes=1000)

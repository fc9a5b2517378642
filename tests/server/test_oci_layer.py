# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Layers and references: the same files, the same bytes."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
from pathlib import Path, PurePosixPath

import pytest

from mms_local.core.ports import JobFailed
from mms_local.images.oci_layer import Blobs, Layer, Member, members, write_layer
from mms_local.images.reference import Reference


def tree(root: Path) -> Path:
    (root / "b" / "c").mkdir(parents=True)
    (root / "b" / "c" / "deep.txt").write_text("deep")
    (root / "a.sh").write_text("run")
    (root / "a.sh").chmod(0o700)
    (root / "link").symlink_to("a.sh")
    (root / "b" / "read-only").write_text("r")
    (root / "b" / "read-only").chmod(0o400)
    return root


def archive(blobs: Blobs, layer: Layer) -> tarfile.TarFile:
    content = blobs.path(layer.digest).read_bytes()
    assert layer.digest == "sha256:" + hashlib.sha256(content).hexdigest()
    assert layer.size == len(content)
    plain = gzip.decompress(content) if layer.media_type.endswith("gzip") else content
    assert layer.diff_id == "sha256:" + hashlib.sha256(plain).hexdigest()
    return tarfile.open(fileobj=io.BytesIO(plain))


@pytest.mark.parametrize("compressed", [True, False])
def test_equal_files_give_an_equal_layer_whenever_and_wherever_they_are(tmp_path: Path, compressed: bool) -> None:
    first, second = tree(tmp_path / "first"), tree(tmp_path / "elsewhere" / "second")
    os.utime(second / "a.sh", (1, 1))
    one = write_layer(members(first, "/x"), Blobs(tmp_path / "1"), compressed=compressed)
    two = write_layer(reversed(list(members(second, "/x"))), Blobs(tmp_path / "2"), compressed=compressed)
    assert one == two


def test_another_file_content_mode_or_place_gives_another_layer(tmp_path: Path) -> None:
    root, blobs = tree(tmp_path / "root"), Blobs(tmp_path / "blobs")
    layers = [write_layer(members(root, "/x"), blobs, compressed=False)]
    layers.append(write_layer(members(root, "/y"), blobs, compressed=False))
    (root / "a.sh").chmod(0o600)
    layers.append(write_layer(members(root, "/x"), blobs, compressed=False))
    (root / "a.sh").write_text("ran")
    layers.append(write_layer(members(root, "/x"), blobs, compressed=False))
    assert len({layer.digest for layer in layers}) == 4


def test_everything_belongs_to_root_and_is_readable_for_all(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "blobs")
    content = [
        *members(tree(tmp_path / "root"), "/opt/x", without=frozenset({"link"})),
        Member(PurePosixPath("/tmp"), mode=0o1777),
    ]
    with archive(blobs, write_layer(content, blobs, compressed=True)) as tar:
        found = {info.name: info for info in tar}
    assert list(found) == [
        "opt",
        "opt/x",
        "opt/x/a.sh",
        "opt/x/b",
        "opt/x/b/c",
        "opt/x/b/c/deep.txt",
        "opt/x/b/read-only",
        "tmp",
    ]
    assert {(info.uid, info.gid, info.mtime) for info in found.values()} == {(0, 0, 0)}
    assert {name: info.mode for name, info in found.items() if info.isfile()} == {
        "opt/x/a.sh": 0o755,
        "opt/x/b/c/deep.txt": 0o644,
        "opt/x/b/read-only": 0o644,
    }
    assert found["tmp"].mode == 0o1777
    assert found["opt"].isdir()


def test_links_and_long_names_survive(tmp_path: Path) -> None:
    root, blobs = tmp_path / "root", Blobs(tmp_path / "blobs")
    root.mkdir()
    long = "ä" * 60 + "/" + "n" * 150
    (root / long).parent.mkdir()
    (root / long).write_text("content")
    (root / "link").symlink_to("../outside")
    with archive(blobs, write_layer(members(root, "/x"), blobs, compressed=False)) as tar:
        assert tar.getmember("x/link").linkname == "../outside"
        file = tar.extractfile(f"x/{long}")
        assert file is not None
        assert file.read() == b"content"


@pytest.mark.security
def test_a_blob_that_is_not_what_it_should_be_is_refused(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    wrong = tmp_path / "downloaded"
    wrong.write_bytes(b"other")
    with pytest.raises(JobFailed, match="should have the digest"):
        blobs.keep_checked(wrong, "sha256:" + "0" * 64)
    assert not wrong.exists()
    for digest in ("sha256:../../etc/passwd", "md5:1", "sha256:" + "/" * 64):
        with pytest.raises(ValueError, match="digest"):
            blobs.path(digest)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("python", "docker.io/library/python:latest"),
        ("python:3.11-slim", "docker.io/library/python:3.11-slim"),
        ("me/x", "docker.io/me/x:latest"),
        ("mcr.microsoft.com/azureml/base:1", "mcr.microsoft.com/azureml/base:1"),
        ("localhost/x:1", "localhost/x:1"),
        ("127.0.0.1:5000/a/b/c", "127.0.0.1:5000/a/b/c:latest"),
        ("host.example/x:1@sha256:" + "a" * 64, "host.example/x@sha256:" + "a" * 64),
    ],
)
def test_references_are_read_as_container_tools_do(text: str, read: str) -> None:
    assert str(Reference.parse(text)) == read


@pytest.mark.parametrize("text", ["", "Upper", "a//b", "host.example/", "host.example/x:", "x@sha256:12", "x y"])
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no image reference"):
        Reference.parse(text)


def test_docker_hub_is_reached_under_its_other_name() -> None:
    assert Reference.parse("python").api_host == "registry-1.docker.io"
    assert Reference.parse("quay.io/x/y").api_host == "quay.io"

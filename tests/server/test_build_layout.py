# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where drivers of every age find their files."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from mms_local.core.ports import ImageSpec, JobFailed, SourceFile
from mms_local.images.layout import lay_out

DRIVER = b"from scoring import init, run"


class Layout:
    """Lays out sources given as (source, content); the driver is the first asset."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.app = folder / "app"
        self.log: list[str] = []

    def make(self, assets: list[tuple[SourceFile, bytes]], models: list[tuple[SourceFile, bytes]] | None = None) -> str:
        """The driver's place; `model_dir` is the models' one."""
        fetched: dict[SourceFile, Path] = {}
        for number, (source, content) in enumerate([*assets, *(models or [])]):
            fetched[source] = self.folder / f"source-{number}"
            fetched[source].write_bytes(content)
        spec = ImageSpec(
            "i", "iris", 1, assets[0][0].id, tuple(a for a, _unused in assets), tuple(m for m, _unused in models or [])
        )
        entry_script, self.model_dir = lay_out(spec, fetched, self.folder, self.log.append)
        return entry_script

    def read(self, path: str) -> bytes:
        return (self.app / path).read_bytes()


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path)


def asset(id: str, path: str, unpack: bool = False) -> SourceFile:
    return SourceFile(id, f"https://files.invalid/{path}?sig=secret", unpack)


def model(name: str, path: str, version: int = 1, unpack: bool = False) -> SourceFile:
    return SourceFile(f"id-{name}-{version}", f"https://files.invalid/{path}?sig=secret", unpack, name, version)


def tar(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def test_a_model_file_is_found_by_every_name_drivers_use(layout: Layout) -> None:
    entry = layout.make([(asset("driver", "score.py"), DRIVER)], [(model("iris", "0a1b/iris.pkl", 7), b"weights")])
    assert entry == "score.py"
    for path in ("iris.pkl", "iris", "azureml-models/iris/7/iris.pkl"):
        assert layout.read(path) == b"weights", path
    assert layout.model_dir == "azureml-models/iris/7"


def test_a_model_folder_is_found_by_its_members_and_by_its_name(layout: Layout) -> None:
    content = tar(**{"model/saved.pb": b"graph", "model/variables/1": b"v"})
    layout.make([(asset("driver", "score.py"), DRIVER)], [(model("net", "x.tar.gz", unpack=True), content)])
    for path in ("model/saved.pb", "net/model/saved.pb", "azureml-models/net/1/model/saved.pb"):
        assert layout.read(path) == b"graph", path


def test_folders_of_the_same_name_in_models_and_assets_merge(layout: Layout) -> None:
    layout.make(
        [(asset("driver", "score.py"), DRIVER), (asset("deps", "d.tar.gz", unpack=True), tar(**{"data/a": b"asset"}))],
        [
            (model("one", "1.tar.gz", unpack=True), tar(**{"data/a": b"hidden", "data/b": b"one"})),
            (model("two", "2.tar.gz", unpack=True), tar(**{"data/c": b"two"})),
        ],
    )
    assert [layout.read(f"data/{name}") for name in "abc"] == [b"asset", b"one", b"two"]
    assert layout.read("azureml-models/one/1/data/a") == b"hidden"
    assert layout.model_dir == "azureml-models"
    assert layout.log == ["Model one:1: data/a is hidden by another file; it is at azureml-models/one/1"]


def test_two_versions_of_a_model_live_side_by_side(layout: Layout) -> None:
    layout.make(
        [(asset("driver", "score.py"), DRIVER)], [(model("m", "m.pkl", 1), b"1"), (model("m", "m.pkl", 2), b"2")]
    )
    assert layout.read("azureml-models/m/1/m.pkl") == b"1"
    assert layout.read("azureml-models/m/2/m.pkl") == b"2"


@pytest.mark.parametrize(
    ("id", "path", "found"),
    [
        ("helper", "0a/helper.py", ["helper.py"]),
        ("data/part.txt", "0a/part.txt", ["part.txt", "data/part.txt"]),
        ("/home/me/part.txt", "0a/f00d.txt", ["f00d.txt", "part.txt"]),
        ("C:\\\\me\\\\part.txt", "0a/f00d.txt", ["f00d.txt", "part.txt"]),
        ("../up.txt", "0a/f00d.txt", ["f00d.txt", "up.txt"]),
        ("named", "", ["named"]),
        ("../../evil", "", ["evil"]),
        ("data/part", "", ["part"]),
        ("x", "a/..", ["x"]),
        ("..", "", ["content"]),
        ("quoted", "a%20b.txt", ["a b.txt"]),
    ],
)
def test_an_asset_is_found_by_its_file_name_and_by_an_id_that_is_a_path(
    layout: Layout, id: str, path: str, found: list[str]
) -> None:
    layout.make([(asset("driver", "score.py"), DRIVER), (asset(id, path), b"content")])
    for name in found:
        assert layout.read(name) == b"content", name
    assert [path.name for path in layout.folder.iterdir() if path.name not in ("app", "models")] == []


def test_files_of_one_name_lie_where_their_ids_say(layout: Layout) -> None:
    packages = [(asset(f"{name}/__init__.py", f"{name}0/__init__.py"), name.encode()) for name in "ab"]
    data = [(asset(f"{name}/x.txt", f"{name}1/x.txt"), name.encode()) for name in "cd"]
    layout.make([(asset("driver", "score.py"), DRIVER), *packages, *data, (asset("x", "x.txt"), b"top")])
    assert [layout.read(f"{name}/__init__.py") for name in "ab"] == [b"a", b"b"]
    assert [layout.read(f"{name}/x.txt") for name in "cd"] == [b"c", b"d"]
    assert layout.read("x.txt") == b"top"
    assert not (layout.app / "__init__.py").exists()


def test_an_empty_file_is_an_asset_and_a_model_like_any_other(layout: Layout) -> None:
    layout.make([(asset("driver", "score.py"), DRIVER), (asset("e", "empty.txt"), b"")], [(model("m", "m.pkl"), b"")])
    assert layout.read("empty.txt") == layout.read("m.pkl") == b""


@pytest.mark.parametrize(
    ("source", "content", "entry"),
    [
        (asset("driver", "0a/1b2c.py"), DRIVER, "1b2c.py"),
        (asset("driver", "0a/driver"), DRIVER, "driver.py"),
        (asset("score.py", "0a/1b2c.py"), DRIVER, "1b2c.py"),
        (asset("score.py", "0a.tar.gz", True), tar(**{"score.py": DRIVER, "other.py": b"1"}), "score.py"),
        (asset("driver", "0a.tar.gz", True), tar(**{"main.py": DRIVER, "lib/x.py": b"1"}), "main.py"),
    ],
)
def test_the_driver_is_found_in_every_form_it_comes_in(
    layout: Layout, source: SourceFile, content: bytes, entry: str
) -> None:
    assert layout.make([(source, content)]) == entry


def test_a_driver_that_is_not_among_the_assets_is_an_error(tmp_path: Path) -> None:
    spec = ImageSpec("i", "iris", 1, "driver", (), ())
    with pytest.raises(JobFailed, match="'driver' is none of its assets"):
        lay_out(spec, {}, tmp_path, print)


@pytest.mark.security
@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ((asset("other", "b/score.py"), b""), "Two assets are to lie at score.py"),
        ((asset("other", "azureml-models"), b""), "Two assets are to lie at azureml-models"),
        ((asset("other", "x.tar", True), tar(**{"../x": b""})), "leaves the folder"),
    ],
)
def test_assets_that_cannot_be_placed_are_refused(layout: Layout, extra: tuple[SourceFile, bytes], told: str) -> None:
    with pytest.raises(JobFailed, match=told):
        layout.make([(asset("driver", "a/score.py"), DRIVER), extra])


@pytest.mark.security
@pytest.mark.parametrize("name", ["..", "a/b", ""])
def test_a_model_name_that_is_no_folder_name_never_leaves_the_image(layout: Layout, name: str) -> None:
    source = SourceFile(name, "https://files.invalid/m.pkl", False, name, 1)
    with pytest.raises(JobFailed, match="cannot be a folder name"):
        layout.make([(asset("driver", "score.py"), DRIVER)], [(source, b"x")])

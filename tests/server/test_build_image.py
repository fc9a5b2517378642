# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole builds: fetched over HTTP, resolved by pip, laid out on disk."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from image_factory import ECHO, SIGNATURE, FileServer, ImageFactory
from process_table import wait_until

from mms_local.core.ports import JobFailed, SourceFile
from mms_local.images import ImageBuilder, Policy
from mms_local.images.pythons import Interpreter

pytestmark = pytest.mark.slow


async def test_an_image_folder_holds_all_that_runs_it(images: ImageFactory) -> None:
    image = await images.image(models={"iris": b"weights"})
    assert sorted(path.name for path in image.directory.iterdir()) == ["app", "deps", "image.json", "models", "runtime"]
    assert (image.directory / "app" / "iris.pkl").read_bytes() == b"weights"
    assert (image.directory / "deps" / "gunicorn" / "__init__.py").is_file()
    assert list((image.directory / "deps" / "gunicorn" / "__pycache__").glob("app*.pyc")) == []
    assert (image.directory / "deps" / "gunicorn" / "__pycache__").is_dir()
    assert image.location == "localhost/iris:1"
    assert SIGNATURE not in "\n".join(images.log)


async def test_equal_inputs_give_an_equal_digest_and_other_inputs_another(images: ImageFactory) -> None:
    first = await images.image(models={"iris": b"weights"})
    again = await images.image(models={"iris": b"weights"})
    other_model = await images.image(models={"iris": b"heavier"})
    other_driver = await images.image(ECHO + "# changed\n", models={"iris": b"weights"})
    assert first.digest == again.digest
    assert first.directory != again.directory
    assert len({first.digest, other_model.digest, other_driver.digest}) == 3


async def test_a_finished_image_is_found_again_without_fetching_anything(images: ImageFactory) -> None:
    spec = images.spec()
    first = await images.builder.build(spec, images.log.append)
    images.files.requests.clear()
    assert await images.builder.build(spec, images.log.append) == first
    assert images.files.requests == []


async def test_a_removed_image_leaves_the_dependencies_to_others(images: ImageFactory) -> None:
    image = await images.image()
    dependencies = (image.directory / "deps").resolve()
    await images.builder.remove(image)
    assert not image.directory.exists()
    assert dependencies.is_dir()
    await images.builder.remove(image)


async def test_a_failed_build_leaves_nothing_behind(images: ImageFactory, tmp_path: Path) -> None:
    with pytest.raises(JobFailed, match="no function init"):
        await images.image("x = 1")
    assert [path for path in (tmp_path / "data").rglob("*") if path.is_file()] == []


@pytest.mark.security
@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("{server}/none.pkl?{signature}", "/none.pkl answered 404"),
        ("http://127.0.0.1:9/x.pkl?{signature}", "failed: "),
        ("wasb://box@account/x.pkl?{signature}", "wasb://account/x.pkl cannot be fetched"),
        ("file:///etc/passwd", "only http and https"),
        ("http://[bad/x?{signature}", "GET a URL that is none failed"),
    ],
)
async def test_a_file_that_cannot_be_fetched_is_named_without_its_signature(
    images: ImageFactory, url: str, told: str
) -> None:
    server = images.files.put("x", "").partition("/x?")[0]
    spec = images.spec()
    broken = SourceFile("m", url.format(server=server, signature=SIGNATURE), name="iris", version=1)
    with pytest.raises(JobFailed) as failed:
        await images.builder.build(replace(spec, models=(broken,)), images.log.append)
    assert told in failed.value.message
    assert "sas-secret" not in "\n".join([failed.value.message, str(failed.value.details), *images.log])


async def test_requirements_that_clash_with_the_runtime_fail_with_what_the_resolver_says(images: ImageFactory) -> None:
    with pytest.raises(JobFailed) as failed:
        await images.image(requirements="pydantic==1.10.2\n")
    assert failed.value.status == 400
    assert failed.value.details[0][0] == "RequirementsNotResolved"
    assert "pydantic==1.10.2" in failed.value.message
    assert "azureml-inference-server-http" in failed.value.message


@pytest.mark.security
async def test_an_installer_shows_no_password_and_no_signature_of_a_package_url(
    images: ImageFactory, tmp_path: Path
) -> None:
    images.builder = ImageBuilder(tmp_path / "open", policy=Policy(allow_direct_urls=True))
    server = images.files.put("x", "").removeprefix("http://").partition("/")[0]
    with pytest.raises(JobFailed) as failed:
        await images.image(requirements=f"none @ http://me:url-secret@{server}/none-1-py3-none-any.whl?{SIGNATURE}\n")
    told = "\n".join([failed.value.message, *images.log])
    assert "none-1-py3-none-any.whl" in told
    assert "secret" not in told


async def test_a_conda_file_counts_like_a_pip_file(images: ImageFactory) -> None:
    spec = images.spec()
    url = images.files.put("conda.yml", "dependencies:\n- {other: [x]}\n")
    with pytest.raises(JobFailed, match=r"conda\.yml has entries that cannot be had here\. (.|\n)*'other'"):
        await images.builder.build(replace(spec, conda_file=url), images.log.append)


async def test_two_builds_at_once_install_their_dependencies_once(
    files: FileServer, tmp_path: Path, dependency_cache: Path
) -> None:
    images = ImageFactory(files, ImageBuilder(tmp_path / "data", dependencies=dependency_cache))
    one, two = await asyncio.gather(images.image(), images.image())
    assert (one.directory / "deps").resolve() == (two.directory / "deps").resolve()


def test_a_killed_build_ends_pip_and_leaves_no_half_made_folder(tmp_path: Path) -> None:
    program = """
import asyncio, sys
from pathlib import Path
from mms_local.images.dependencies import DependencyCache
from mms_local.images.index import Index
from mms_local.images.installers import Installer
from mms_local.images.notes import Notes
from mms_local.images.pythons import Interpreter
from mms_local.images.requirements import Policy, Wanted
def log(line): print(line, flush=True)
installer = Installer(Index({}, {}), allow_sdists=False, uv=None)
cache = DependencyCache(Path(sys.argv[1]), installer, Policy())
asyncio.run(cache.folder([Wanted.of("six")], Interpreter.at(sys.executable), Notes(log)))
"""
    builder = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert builder.stdout is not None
    for line in builder.stdout:
        if line.startswith(("Collecting", "Processing", "Using cached")):
            break
    started = _in_folder(tmp_path)
    builder.kill()
    builder.wait()
    builder.stdout.close()
    assert started, "pip was to be caught at work"
    wait_until(lambda: not _in_folder(tmp_path))
    assert [path.name[:12] for path in tmp_path.iterdir()] == [".unfinished-"]


def test_a_builder_sweeps_up_after_a_killed_one(tmp_path: Path) -> None:
    rubbish = tmp_path / "build" / "dependencies" / ".unfinished-1" / "site"
    rubbish.mkdir(parents=True)
    kept = tmp_path / "build" / "dependencies" / "0a1b"
    kept.mkdir()
    ImageBuilder(tmp_path)
    assert kept.is_dir()
    assert not rubbish.parent.exists()


def test_the_interpreter_tells_its_version_and_platform() -> None:
    found = Interpreter.at(sys.executable)
    assert found.minor == f"{sys.version_info.major}.{sys.version_info.minor}"
    assert found.platform.startswith(("linux-", "macosx-"))


def _in_folder(folder: Path) -> list[str]:
    """Processes that work in a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                directory = os.readlink(entry / "cwd")
            except OSError:
                continue
            if directory.startswith(str(folder)):
                found.append(entry.name)
    return found


async def test_a_constraint_says_which_version_and_installs_nothing(images: ImageFactory) -> None:
    asked = "six\n# constraint: markupsafe==2.1.5\n# constraint: tomli==2.0.1\n"
    image = await images.image(requirements=asked)
    installed = {path.name for path in (image.directory / "deps").glob("*.dist-info")}
    assert "six" in {name.partition("-")[0] for name in installed}
    assert {name.lower() for name in installed} >= {"markupsafe-2.1.5.dist-info"}
    assert not any(name.startswith("tomli-") for name in installed)


@pytest.mark.slow
async def test_a_pin_of_what_serves_holds_when_the_user_makes_it(
    images: ImageFactory,
) -> None:
    image = await images.image(requirements="gunicorn==23.0.0\n")
    assert [path.name for path in (image.directory / "deps").glob("gunicorn-*")] == ["gunicorn-23.0.0.dist-info"]

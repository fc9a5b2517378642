# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real servers for the tests: one per module that is reset between tests, or one of a test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from api_client import ACCOUNT, HOSTING, Api
from image_factory import FileServer, ImageFactory

from mms_local.images import ImageBuilder
from mms_local.testing import ServerProcess


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server with `--compute none`, started once for a module."""
    with ServerProcess(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def server(shared_server: ServerProcess) -> ServerProcess:
    """The module's server, knowing nothing."""
    shared_server.reset()
    return shared_server


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[..., ServerProcess]]:
    """Starts servers with flags of one's own; they are stopped when the test ends."""
    started: list[ServerProcess] = []

    def start(*flags: str, data_dir: Path | None = None) -> ServerProcess:
        started.append(ServerProcess(data_dir or tmp_path / f"server-{len(started)}", *flags))
        return started[-1].start()

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def account(server: ServerProcess) -> Api:
    """A client of an account of generation account."""
    return Api(server.url, ACCOUNT)


@pytest.fixture
def hosting(server: ServerProcess) -> Api:
    """A client of an account of generation hosting-account."""
    return Api(server.url, HOSTING)


@pytest.fixture(scope="session")
def dependency_cache() -> Path:
    """Installed packages, kept between runs: resolving them is most of the time of a build."""
    return Path(__file__).resolve().parents[2] / ".cache" / "dependencies"


@pytest.fixture
def files(tmp_path: Path) -> Iterator[FileServer]:
    """A web server for drivers and models."""
    with FileServer(tmp_path / "files") as server:
        yield server


@pytest.fixture
def images(files: FileServer, tmp_path: Path, dependency_cache: Path) -> ImageFactory:
    """Builds real images."""
    return ImageFactory(files, ImageBuilder(tmp_path / "data", dependencies=dependency_cache))

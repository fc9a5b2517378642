# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real servers, accounts in them, and images."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from api_client import ACCOUNT, HOSTING, Api
from image_factory import FileServer, ImageFactory
from server_fixtures import server, shared_server, start_server

from mms_local.images import ImageBuilder
from mms_local.testing import ServerProcess

__all__ = ["server", "shared_server", "start_server"]


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

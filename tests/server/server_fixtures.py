# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real servers for the tests of several folders: one per module that is reset between tests, or one of a test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

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

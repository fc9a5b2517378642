# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many plays, and the server that they are about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mms_local.testing import ServerProcess


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--plays", type=int, default=24, help="how many seeded plays (default 24)")
    parser.addoption("--first-seed", type=int, default=1, help="the seed of the first one (default 1)")
    parser.addoption("--at-a-time", type=int, default=4, help="plays at the same time (default 4)")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A local MMS that is told what runs, and runs nothing."""
    with ServerProcess(tmp_path_factory.mktemp("server")) as running:
        yield running

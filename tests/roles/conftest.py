# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles and playbooks against a local MMS that really runs what is deployed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playing import ROOT, Bench

from mms_local.testing import ServerProcess


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A local MMS with process compute; what it installs for images is kept between test runs."""
    cache = ROOT / ".cache" / "dependencies"
    data = tmp_path_factory.mktemp("mms")
    with ServerProcess(data, "--compute", "process", "--oci", "never", "--dependency-cache", str(cache)) as running:
        yield running


@pytest.fixture
def bench(server: ServerProcess, tmp_path: Path) -> Bench:
    server.reset()
    return Bench(server, tmp_path)

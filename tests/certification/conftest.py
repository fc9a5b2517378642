# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection as it is published: its tarball, and a folder in which that is installed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import COLLECTION_FOLDER, ROOT, output_of


@pytest.fixture(scope="session", autouse=True)
def tools_on_path() -> Iterator[None]:
    """The commands of the environment that the tests run in, also when it is not activated."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        yield


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository below the path that Ansible's tools demand."""
    copy = tmp_path_factory.mktemp("tree") / COLLECTION_FOLDER
    output_of(sys.executable, ROOT / ".ci/copy_tree.py", copy)
    return copy


@pytest.fixture(scope="session")
def tarball(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collection as it is published."""
    out = tmp_path_factory.mktemp("dist")
    output_of("ansible-galaxy", "collection", "build", "--output-path", out, tree)
    (built,) = out.glob("*.tar.gz")
    return built


@pytest.fixture(scope="session")
def collections(tarball: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the tarball is installed as a collection."""
    folder = tmp_path_factory.mktemp("collections")
    output_of("ansible-galaxy", "collection", "install", "--offline", "-p", folder, tarball)
    return folder

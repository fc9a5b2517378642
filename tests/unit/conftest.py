# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unit tests hold no locks of this machine: others that run beside them would wait, and their clocks do not."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def locks_of_its_own() -> Iterator[None]:
    """Where locks are kept, which is the folder for temporary files, for this process of tests alone."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        os.chmod(folder, 0o755)  # as open as /tmp: some tests are somebody else for a while
        patch.setattr(tempfile, "tempdir", folder)
        yield

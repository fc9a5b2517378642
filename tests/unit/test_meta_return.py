# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What modules return is documented by what is said about the fields of resources."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

COMMAND = Path(__file__).resolve().parents[2] / ".ci/return_blocks.py"


def test_no_return_block_is_out_of_date() -> None:
    run = subprocess.run([sys.executable, str(COMMAND), "--check"], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr

# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command mms-local as somebody types it, and the secrets that may be in the environment then."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SECRETS = {
    "MMS_LOCAL_TOKEN": "token-of-the-server",
    "MMS_LOCAL_CONTROL_TOKEN": "token-of-the-owner",
    "AZUREML_MMS_ACCESS_TOKEN": "token-of-a-client",
    "AZURE_STORAGE_CONNECTION_STRING": "AccountKey=key-of-a-store",
    "AZURE_CLIENT_SECRET": "secret-of-a-client",
}


def command(data_dir: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("MMS_LOCAL_")}
    own |= {"MMS_LOCAL_DATA_DIR": str(data_dir), "MMS_LOCAL_PORT": "0", **environment}
    program = [sys.executable, "-m", "mms_local", *arguments]
    return subprocess.run(program, env=own, capture_output=True, text=True, timeout=60, check=False)

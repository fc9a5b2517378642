# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Run a program as a child, so that the lifeline of this process holds it too: `python -m mms_local.run_program ...`.

A program that took this process's place would take the thread away that waits for the end of the server.
"""

from __future__ import annotations

import subprocess
import sys

if __name__ == "__main__":
    sys.exit(subprocess.call(sys.argv[1:]))

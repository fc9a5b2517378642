# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes ``ansible_collections.azureml.model_management`` importable from a plain clone.

Under ansible-test the clone already lies below a folder of that name, and there is nothing to do.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

if ROOT.parent.parent.name != "ansible_collections":
    tree = ROOT / ".cache" / "link"
    link = tree / "ansible_collections" / "azureml" / "model_management"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(ROOT, target_is_directory=True)
    sys.path.insert(0, str(tree))

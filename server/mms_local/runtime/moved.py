# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Names that packages of the time had for what is elsewhere today: `from sklearn.externals import joblib`."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
from types import ModuleType
from typing import Any

MOVED = {"sklearn.externals.joblib": "joblib", "sklearn.externals.six": "six"}


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Asked last, so only for names that are not there any more."""

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(fullname, self) if fullname in MOVED else None

    def exec_module(self, module: ModuleType) -> None:
        there = importlib.import_module(MOVED[module.__name__])
        vars(module).update({name: value for name, value in vars(there).items() if not name.startswith("__")})


def find_moved() -> None:
    """From now on, imports of this process find them."""
    sys.meta_path.append(_Finder())

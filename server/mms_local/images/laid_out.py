# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""What is known about a laid-out image folder besides its files."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

_FILE = "image.json"
ENTRY_SCRIPT = "mms_runtime/entry.py"
"""What the server loads in the place of the driver, relative to the runtime's folder."""


@dataclass(frozen=True)
class LaidOut:
    """How to run what is in an image folder.

    Attributes:
        entry_script: the driver, relative to `app/`.
        model_dir: what AZUREML_MODEL_DIR shall name, relative to `app/`.
        dependencies: key of the dependency folder.
        python: the interpreter that it is built for, where it was built.
        python_version: of that interpreter.
        schema: the schema file that describes the driver's input, relative to `app/`; empty when there is none, or
            when the driver reads it itself.
        warnings: what was done differently from what was asked for.
        digest: of the image manifest where one was written, else of the laid-out content.
    """

    entry_script: str
    model_dir: str
    dependencies: str
    python: str = ""
    python_version: str = ""
    schema: str = ""
    warnings: tuple[str, ...] = ()
    digest: str = ""

    def save(self, directory: Path) -> None:
        """Write it into the image folder."""
        (directory / _FILE).write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path) -> LaidOut:
        """Read it from the image folder.

        Raises:
            FileNotFoundError: the image is not there (any more).
        """
        kept = json.loads((directory / _FILE).read_text(encoding="utf-8"))
        return cls(**{**kept, "warnings": tuple(kept.get("warnings", ()))})

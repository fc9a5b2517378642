# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known about a laid-out image folder besides its files."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

_FILE = "image.json"


@dataclass(frozen=True)
class LaidOut:
    """How to run what is in an image folder.

    Attributes:
        entry_script: the driver, relative to `app/`.
        model_dir: what AZUREML_MODEL_DIR shall name, relative to `app/`.
        dependencies: key of the dependency folder.
        digest: of the image manifest where one was written, else of the laid-out content.
    """

    entry_script: str
    model_dir: str
    dependencies: str
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
        return cls(**json.loads((directory / _FILE).read_text(encoding="utf-8")))

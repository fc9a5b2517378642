# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Where registered models lie in an image."""

from __future__ import annotations

import os


class ModelNotFoundException(Exception):
    """The image holds no such model."""


class Model:
    """Stands for the registry, of which a container knows only the models that it was built with."""

    @staticmethod
    def get_model_path(model_name: str, version: int | None = None, _workspace: object = None) -> str:
        """The file or folder of a registered model: the newest version that the image holds, or the one named.

        Raises:
            ModelNotFoundException: there is none; names those that are there.
        """
        name, _colon, named = model_name.partition(":")
        root = os.path.join(os.environ.get("AML_APP_ROOT") or os.getcwd(), "azureml-models")
        home = os.path.join(root, name)
        wanted = str(version or named)
        versions = sorted(filter(str.isdecimal, os.listdir(home)), key=int) if os.path.isdir(home) else []
        if not versions or (wanted and wanted not in versions):
            there = [f"{one}:{each}" for one in _listed(root) for each in _listed(os.path.join(root, one))]
            raise ModelNotFoundException(
                f"Model {model_name!r}{f' version {version}' if version else ''} is not in this image. "
                f"It holds: {', '.join(there) or 'no models'}."
            )
        folder = os.path.join(home, wanted or versions[-1])
        members = os.listdir(folder)
        return os.path.join(folder, members[0]) if len(members) == 1 else folder


def _listed(folder: str) -> list[str]:
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []

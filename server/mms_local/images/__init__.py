# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a manifest to an image: see docs/images.md."""

from mms_local.images.builder import ImageBuilder
from mms_local.images.packing import OciMode, OciSettings

__all__ = ["ImageBuilder", "OciMode", "OciSettings"]

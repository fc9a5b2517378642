# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""From a manifest to an image: see docs/images.md."""

from mms_local.images.builder import ImageBuilder
from mms_local.images.outside import Limits
from mms_local.images.packing import OciMode, OciSettings
from mms_local.images.pythons import Places
from mms_local.images.requirements import Policy

__all__ = ["ImageBuilder", "Limits", "OciMode", "OciSettings", "Places", "Policy"]

# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Local files and folders in blob storage, under names made from their content (uploads: protocol 2.1.7, 2.2.4, 6)."""

from __future__ import annotations

from .content import Content, content_of
from .target import Progress, StorageTarget, storage_from

__all__ = ["Content", "Progress", "StorageTarget", "content_of", "storage_from"]

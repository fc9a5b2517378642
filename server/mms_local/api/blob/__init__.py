# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Blob storage for local files on their way into models and images, spoken to with the unmodified Azure SDKs."""

from mms_local.api.blob.key import account_key
from mms_local.api.blob.service import ACCOUNT, ARTIFACTS, BlobService

__all__ = ["ACCOUNT", "ARTIFACTS", "BlobService", "account_key"]

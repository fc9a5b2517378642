# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a caller stands: what answers of any generation are made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from mms_local.api.errors import error_body
from mms_local.api.logs import BuildLogs
from mms_local.core.accounts import Account
from mms_local.core.mms import Mms
from mms_local.core.resources import Failure, Image

Json = dict[str, Any]


def timestamp(moment: datetime) -> str:
    """UTC in ISO 8601 with microseconds, as `2018-03-11T12:39:09.060982Z` (protocol chapter 3)."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True)
class Scene:
    """One caller's view of one account.

    Args:
        base: path of the account without a trailing slash.
        origin: scheme, host and port that the caller used.
        front: scheme, host and port of the account's services.
    """

    mms: Mms
    account: Account
    logs: BuildLogs
    base: str
    origin: str
    front: str

    def error(self, failure: Failure, image: Image | None = None) -> Json:
        """For an image that failed with 4xx, the location of its build log comes first (protocol chapter 3)."""
        details = failure.details or ((failure.code, failure.message),)
        if image is not None and failure.status < 500:
            details = (("ImageBuildLog", self.log_uri(image)), *details)
        return error_body(failure.status, failure.code, failure.message, details)

    def log_uri(self, image: Image) -> str:
        return self.origin + self.logs.path(image)

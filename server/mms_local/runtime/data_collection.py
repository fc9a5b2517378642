# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""What `azureml.datacollector` did in a container: keep inputs and predictions, where that is switched on."""

from __future__ import annotations

import csv
import datetime
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any


class ModelDataCollector:
    """Collects what is given to :meth:`collect`, if `AML_MODEL_DC_STORAGE_ENABLED` says so; else it does nothing.

    Files: `azureml-data-collection/<service>/<model>/<designation>/<year>/<month>/<day>/data.csv` below the folder
    for temporary files.

    Args:
        model_name: whose data it is.
        designation: which data: `inputs`, `prediction`.
        feature_names: names of the columns.
    """

    def __init__(
        self,
        model_name: str,
        designation: str = "default",
        feature_names: Sequence[str] | None = None,
        identifier: str | None = None,
        **_others: Any,
    ) -> None:
        self._names = list(feature_names or ())
        self._on = os.environ.get("AML_MODEL_DC_STORAGE_ENABLED", "").lower() == "true"
        service = os.environ.get("SERVICE_NAME", "service")
        parts = [one.replace(os.sep, "-").strip(".") or "-" for one in (service, model_name, identifier or designation)]
        self._folder = Path(tempfile.gettempdir(), "azureml-data-collection", *parts)

    def collect(self, input_data: Any, user_correlation_id: str = "", **_others: Any) -> None:
        """Keep one request's data: a list, an array or a frame."""
        if not self._on:
            return
        folder = self._folder / datetime.datetime.now(datetime.timezone.utc).strftime("%Y/%m/%d")
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "data.csv"
        with path.open("a", newline="", encoding="utf-8") as file:
            lines = csv.writer(file)
            if self._names and not path.stat().st_size:
                lines.writerow([*self._names, "$CorrelationId"])
            lines.writerows([*row, user_correlation_id] for row in _rows(input_data))


def _rows(data: Any) -> list[list[Any]]:
    values = data.values if hasattr(data, "columns") else data
    plain = values.tolist() if hasattr(values, "tolist") else values
    rows = plain if isinstance(plain, (list, tuple)) else [plain]
    return [list(row) if isinstance(row, (list, tuple)) else [row] for row in rows]

# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""What a driver returns, as an HTTP response with JSON.

Beyond what the json module knows: numpy's scalars and arrays, frames (a list of records), series and indexes of pandas,
dates and times (ISO 8601), bytes (base64, as schemas describe them), sets and other iterables of plain values.
"""

from __future__ import annotations

import base64
import datetime
import importlib
import json
import math
from typing import Any


class NotJson(Exception):
    """The value cannot be written as JSON; the text says what and where: "NaN at [0]['x'], ..."."""


def answer(value: Any) -> Any:
    """A response with the value; one that the driver made itself is passed on.

    Raises:
        NotJson: it cannot be written as JSON.
    """
    if isinstance(value, importlib.import_module("flask").Response):
        return value
    return _response(200, text_of(value), failed=False)


def error(status: int, body: dict[str, Any]) -> Any:
    """A response that says what went wrong."""
    return _response(status, json.dumps(body), failed=status >= 500)


def text_of(value: Any) -> str:
    """The JSON of a value.

    Raises:
        NotJson: it cannot be written.
    """
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        pass
    try:
        return json.dumps(_plain(value, ""), allow_nan=False)
    except RecursionError:
        raise NotJson("something that is nested too deeply, or holds itself, for JSON") from None


def _plain(value: Any, where: str) -> Any:
    """The value in types that the json module knows."""
    if value is None or (isinstance(value, (str, bool, int)) and type(value) in (str, bool, int)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NotJson(f"{_name(value)}{_at(where)}, which JSON does not have. Return null or a text in its place.")
        return float(value)
    if isinstance(value, dict):
        return {_key(key, where): _plain(item, f"{where}[{key!r}]") for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value, key=repr) if isinstance(value, (set, frozenset)) else value
        return [_plain(item, f"{where}[{number}]") for number, item in enumerate(items)]
    if isinstance(value, (str, int)):
        return str(value) if isinstance(value, str) else int(value)
    if isinstance(value, (datetime.date, datetime.time)):
        text = value.isoformat()
        if text == "NaT":  # of pandas
            raise NotJson(f"NaT{_at(where)}, which JSON does not have. Return null or a text in its place.")
        return text
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    return _foreign(value, where)


def _foreign(value: Any, where: str) -> Any:
    """Types of numpy and pandas, known by how they behave, so that neither has to be installed."""
    kind = type(value).__module__.partition(".")[0]
    if kind == "pandas" and hasattr(value, "to_dict") and hasattr(value, "columns"):
        return _plain(value.to_dict(orient="records"), where)
    if kind == "numpy" and type(value).__name__ in ("datetime64", "timedelta64"):
        return str(value)
    if kind in ("numpy", "pandas") and hasattr(value, "tolist"):
        return _plain(value.tolist(), where)
    if hasattr(value, "tolist") and hasattr(value, "dtype"):  # tensors and arrays of other libraries
        return _plain(value.tolist(), where)
    raise NotJson(
        f"{type(value).__module__}.{type(value).__qualname__}{_at(where)}, which cannot be written as JSON. "
        "Return numbers, texts, lists, dicts, or arrays and frames of numpy and pandas."
    )


def _key(key: Any, where: str) -> Any:
    if key is None or isinstance(key, (str, bool, int)):
        return key
    plain = _plain(key, where)
    if isinstance(plain, (str, bool, int, float)):
        return plain
    raise NotJson(f"a dict with a key of type {type(key).__name__}{_at(where)}; JSON has texts as keys.")


def _name(value: float) -> str:
    return "NaN" if math.isnan(value) else "infinity" if value > 0 else "-infinity"


def _at(where: str) -> str:
    return f" at {where}" if where else ""


def _response(status: int, text: str, *, failed: bool) -> Any:
    flask = importlib.import_module("flask")
    response = flask.Response(text, status=status, mimetype="application/json")
    response.headers["x-ms-run-function-failed"] = str(failed)
    return response

# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Load a driver, and stand between it and azureml-inference-server-http (protocol chapter 6).

What goes in: the raw body, or the arguments that a schema file or a decorator describes. What comes out: JSON, of more
types than the json module knows. What goes wrong: an answer that says what, besides the traceback in the log.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import importlib.util
import inspect
import io
import json
import logging
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import IO, Any, NamedTuple

from . import answers
from .moved import find_moved
from .service_schema import (
    ApiException,
    ServiceSchema,
    generate_service_swagger,
    load_service_schema,
    parse_service_input,
)

_HEADERS = "request_headers"
_logger = logging.getLogger("azmlinfsrv.driver")


class Driver(NamedTuple):
    """The two functions of a driver, as the server is to call them."""

    init: Callable[[], Any]
    run: Callable[..., Any]


def load(environment: dict[str, str] | None = None) -> Driver:
    """Run the driver's file and wrap its functions.

    Args:
        environment: where `AML_APP_ROOT`, `MMS_DRIVER` and `MMS_SCHEMA_FILE` are looked up.

    Raises:
        Exception: whatever the driver raises.
    """
    settings = dict(os.environ) if environment is None else environment
    root = Path(settings["AML_APP_ROOT"])
    module = _module(root / settings["MMS_DRIVER"])
    missing = [f"{name}()" for name in ("init", "run") if not callable(getattr(module, name, None))]
    if missing:
        raise ImportError(f"The driver program {settings['MMS_DRIVER']} has no {' and no '.join(missing)}.")
    run = _run_of(module)
    schema_file = settings.get("MMS_SCHEMA_FILE")
    if schema_file:
        run = _with_schema(run, load_service_schema(str(root / schema_file)))
    return Driver(module.init, _answering(run, settings["MMS_DRIVER"]))


def _module(path: Path) -> ModuleType:
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    specification = importlib.util.spec_from_file_location("entry_module", path)
    if specification is None or specification.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(specification)
    vars(module)["open"] = _open
    find_moved()
    specification.loader.exec_module(module)
    return module


class _Written(io.StringIO):
    """The swagger.json that a driver writes: its folder may be read-only, and several workers share it."""

    text = ""

    def close(self) -> None:
        _Written.text = self.getvalue()
        super().close()


def _open(file: Any, mode: str = "r", *arguments: Any, **options: Any) -> IO[Any]:
    """`open` for the driver's own file."""
    if file == "swagger.json" and "w" in mode and "b" not in mode:
        return _Written()
    return open(file, mode, *arguments, **options)


def swagger() -> str:
    """The description of the service, from its schema file or from the driver's own hand; empty when there is none."""
    schema_file = os.environ.get("MMS_SCHEMA_FILE")
    if not schema_file:
        return _Written.text
    return json.dumps(
        generate_service_swagger(
            os.environ.get("SERVICE_NAME", "ML service"),
            os.path.join(os.environ["AML_APP_ROOT"], schema_file),
            os.environ.get("SERVICE_VERSION", "1.0"),
            os.environ.get("SERVICE_PATH_PREFIX", ""),
        )
    )


def _run_of(module: ModuleType) -> Callable[..., Any]:
    """The driver's `run`; of a main around a decorated one, that one: only it tells the names of its arguments."""
    inner = getattr(module, "driver_module", None)
    inner_run = getattr(inner, "run", None)
    if inner_run is not None and _is_decorated(inner_run):
        found: Callable[..., Any] = inner_run
        return found
    own: Callable[..., Any] = module.run
    return own


def _is_decorated(run: Callable[..., Any]) -> bool:
    """Whether a decorator of inference-schema is on it, or @rawhttp."""
    requests = importlib.import_module("azureml_inference_server_http.api.aml_request")
    if requests._rawHttpRequested:
        return True
    return bool(importlib.import_module("inference_schema.schema_util").is_schema_decorated(run))


def _with_schema(run: Callable[..., Any], schema: ServiceSchema) -> Callable[..., Any]:
    """A `run` that takes the raw body and passes its members on as the schema says."""
    parameters = inspect.signature(run).parameters
    optional = {name for name, parameter in parameters.items() if parameter.default is not parameter.empty}

    def call(body: str, headers: dict[str, str]) -> Any:
        arguments = parse_service_input(body, schema.input, optional)
        if _HEADERS in parameters:
            arguments[_HEADERS] = headers
        return run(**arguments)

    def with_headers(raw_data: str, request_headers: dict[str, str]) -> Any:
        return call(raw_data, request_headers)

    return with_headers


def _answering(run: Callable[..., Any], name: str) -> Callable[..., Any]:
    """A `run` with the same signature that never raises, but for the time limit, and returns a response."""

    @functools.wraps(run)
    def answering(*arguments: Any, **options: Any) -> Any:
        try:
            answer = run(*arguments, **options)
            if inspect.iscoroutine(answer):
                answer = asyncio.run(answer)
        except TimeoutError:  # the server's own, by a signal
            raise
        except ApiException as error:
            return answers.error(error.status_code, error.to_dict())
        except Exception as error:
            _logger.exception("Encountered Exception")
            status = _status_of(error)
            if status is not None:
                return answers.error(status, {"errorCode": status, "message": getattr(error, "message", str(error))})
            return answers.error(500, {"message": f"The scoring script raised {_described(error, name)}"})
        try:
            return answers.answer(answer)
        except answers.NotJson as error:
            _logger.error("The answer of run() is no JSON: %s", error)
            return answers.error(500, {"message": f"The scoring script returned {error}"})

    return answering


def _status_of(error: Exception) -> int | None:
    """The status of an exception that a package of the image brings, with the same names as the runtime's own."""
    status = getattr(error, "status_code", None)
    known = any(base.__name__ == "ApiException" for base in type(error).__mro__)
    return status if known and isinstance(status, int) else None


def _described(error: Exception, name: str) -> str:
    """`ValueError: could not convert ... (score.py, line 12). The service's log has the traceback.`"""
    last = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in last if "mms_runtime" not in frame.filename]
    own = [frame for frame in inside if os.path.basename(frame.filename) == os.path.basename(name)] or inside
    where = f" ({os.path.basename(own[-1].filename)}, line {own[-1].lineno})" if own else ""
    text = str(error)
    what = f"{type(error).__name__}: {text[:500]}" if text else type(error).__name__
    return f"{what}{where}. The log of the service has the traceback."

# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Schema files of 2017: read them, make arguments from a request, describe them in swagger (protocol chapter 6).

A schema file is JSON, `{"input": {"<argument>": {"internal", "swagger", "type", "version"}}, "output": {...}}`.
`internal` is a pickle of the publishing SDK: from it come the types of numpy and pandas that swagger cannot express. It
is read by an unpickler that knows a handful of harmless types; where it is empty or holds others, swagger has to do.
"""

from __future__ import annotations

import base64
import collections
import datetime
import importlib
import io
import json
import os
import pickle
from collections.abc import Collection
from typing import Any, NamedTuple

from . import answers

_SAMPLES = 3  # records of an example


class DataTypes:
    """The types of inputs."""

    STANDARD = 0
    NUMPY = 1
    SPARK = 2
    PANDAS = 3


class ApiException(Exception):
    """What a driver may raise to answer with a status of its own; `message` is the text of the answer."""

    status_code: int = 500

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message

    def to_dict(self) -> dict[str, Any]:
        """The body of the answer."""
        return {"errorCode": self.status_code, "message": self.message}


class ClientSideException(ApiException):
    """The request is to blame."""

    status_code = 400


class ServerSideException(ApiException):
    """The service is to blame."""


class BadRequestException(ClientSideException):
    """400"""


class UnauthorizedException(ClientSideException):
    """401"""

    status_code = 401


class NotFoundException(ClientSideException):
    """404"""

    status_code = 404


class UnsupportedMediaTypeException(ClientSideException):
    """415"""

    status_code = 415


class TooManyRequestsException(ClientSideException):
    """429"""

    status_code = 429


class InternalServerException(ServerSideException):
    """500"""


class ServiceUnavailableException(ServerSideException):
    """503"""

    status_code = 503


class Internal:
    """What the publishing SDK kept of a sample: of Python its type, of numpy shape and dtype, of pandas the columns."""

    data_type: Any = None
    shape: tuple[int, ...] | None = None
    column_names: list[str] | None = None
    column_types: list[Any] | None = None


class Schema(NamedTuple):
    """One argument."""

    type: int
    internal: Internal
    swagger: dict[str, Any]
    version: str = "1.0"


class ServiceSchema(NamedTuple):
    """The arguments of `run`, and what it returns; None where the file does not say."""

    input: dict[str, Schema] | None
    output: dict[str, Schema] | None


def load_service_schema(filename: str) -> ServiceSchema:
    """Read a schema file.

    Raises:
        ValueError: it is not there, or no schema file.
    """
    if not os.path.isfile(filename):
        raise ValueError(f"The schema file {filename} is not there.")
    with open(filename, encoding="utf-8-sig") as file:
        document = json.load(file)
    return ServiceSchema(_arguments(document.get("input")), _arguments(document.get("output")))


def _arguments(members: dict[str, Any] | None) -> dict[str, Schema] | None:
    if members is None:
        return None
    found = {}
    for name, member in members.items():
        if not isinstance(member, dict) or "type" not in member or not isinstance(member.get("swagger"), dict):
            raise ValueError(f"The schema of {name!r} needs `type` and `swagger`.")
        internal = _internal(member.get("internal") or "")
        found[name] = Schema(member["type"], internal, member["swagger"], str(member.get("version", "1.0")))
    return found


def parse_service_input(
    http_body: Any, service_input_schema: dict[str, Schema] | None, optional: Collection[str] = ()
) -> dict[str, Any]:
    """The arguments that a request body holds.

    Args:
        optional: arguments that may be left out.

    Raises:
        BadRequestException: no JSON object, names that are not declared or missing, values of other types.
    """
    if service_input_schema is None:
        raise InternalServerException("The schema file describes no input.")
    try:
        body = json.loads(http_body, parse_constant=_no_constant)
    except (TypeError, ValueError, RecursionError) as error:
        raise BadRequestException(f"The body is no JSON: {error}") from None
    names = ", ".join(service_input_schema) or "none"
    if not isinstance(body, dict):
        raise BadRequestException(f"The body must be a JSON object with the members: {names}.")
    unknown = sorted(set(body) - set(service_input_schema))
    missing = sorted(set(service_input_schema) - set(body) - set(optional))
    if unknown or missing:
        problems = [f"unknown: {', '.join(unknown)}"] if unknown else []
        problems += [f"missing: {', '.join(missing)}"] if missing else []
        raise BadRequestException(
            f"The members of the body are not those of the service ({names}); {'; '.join(problems)}."
        )
    return {name: _value(value, service_input_schema[name], name) for name, value in body.items()}


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _value(value: Any, schema: Schema, name: str) -> Any:
    try:
        if schema.type == DataTypes.NUMPY:
            return _numpy(value, schema)
        if schema.type == DataTypes.PANDAS:
            return _pandas(value, schema)
        return _standard(value, schema)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise BadRequestException(f"{name!r} is not what the schema describes: {error}") from None


def _standard(value: Any, schema: Schema) -> Any:
    kind = schema.internal.data_type
    shape = schema.swagger.get("format") if kind is None else None
    if kind is datetime.datetime or shape == "date-time":
        return importlib.import_module("dateutil.parser").parse(_text(value))
    if kind is datetime.date or shape == "date":
        return datetime.datetime.strptime(_text(value), "%Y-%m-%d").date()
    if kind is datetime.time or shape == "time":
        return importlib.import_module("dateutil.parser").parse(_text(value)).timetz()
    if kind in (bytes, bytearray) or shape in ("binary", "byte"):
        decoded = base64.b64decode(_text(value), validate=True)
        return bytearray(decoded) if kind is bytearray else decoded
    expected = kind or _PYTHON_TYPES.get(schema.swagger.get("type", ""), object)
    if expected is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is int):
        raise ValueError(f"expected {expected.__name__}, got {type(value).__name__}")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected a text, got {type(value).__name__}")
    return value


_PYTHON_TYPES = {"integer": int, "number": float, "string": str, "boolean": bool, "array": list, "object": dict}


def _numpy(value: Any, schema: Schema) -> Any:
    numpy = importlib.import_module("numpy")
    if not isinstance(value, list):
        raise ValueError("expected an array")
    dtype = schema.internal.data_type
    dtype = numpy.dtype(_dtype_of(schema.swagger)) if dtype is None else dtype
    array = numpy.array([_item(numpy, one, dtype) for one in value], dtype=dtype)
    wanted = schema.internal.shape or (None,) * _dimensions(schema.swagger)
    if array.ndim != len(wanted) and value:
        raise ValueError(f"expected {len(wanted)} dimensions, got {array.ndim}")
    for number in range(1, min(len(wanted), array.ndim)):
        if wanted[number] not in (None, array.shape[number]):
            raise ValueError(f"expected {wanted[number]} items in dimension {number}, got {array.shape[number]}")
    return array


def _item(numpy: Any, value: Any, dtype: Any) -> Any:
    """One item of an array; records come as objects, dates and durations as texts."""
    if dtype.names:
        return tuple(_item(numpy, value[name], dtype[name]) for name in dtype.names)
    if isinstance(value, list):
        return [_item(numpy, one, dtype) for one in value]
    if dtype.kind == "M":
        return numpy.datetime64(value)
    if dtype.kind == "m":
        return numpy.timedelta64(importlib.import_module("pandas").Timedelta(value))
    return value


def _dtype_of(swagger: dict[str, Any]) -> Any:
    """The numpy type that swagger describes, of the innermost items."""
    while swagger.get("type") == "array" and isinstance(swagger.get("items"), dict):
        swagger = swagger["items"]
    if swagger.get("type") == "object" and swagger.get("properties"):
        return [(name, _dtype_of(member)) for name, member in swagger["properties"].items()]
    kind, shape = swagger.get("type"), swagger.get("format", "")
    if kind == "integer":
        return {"int8": "i1", "int16": "i2", "int32": "i4"}.get(shape, "i8")
    if kind == "number":
        return {"float": "f4"}.get(shape, "f8")
    return {"boolean": "?", "string": "M8[s]" if shape.startswith("date") else "U"}.get(str(kind), "O")


def _dimensions(swagger: dict[str, Any]) -> int:
    count = 0
    while swagger.get("type") == "array":
        count, swagger = count + 1, swagger.get("items") or {}
    return max(count, 1)


def _pandas(value: Any, schema: Schema) -> Any:
    pandas = importlib.import_module("pandas")
    if not isinstance(value, list):
        raise ValueError("expected an array of records")
    items = schema.swagger.get("items") or {}
    columns = schema.internal.column_names or list(items.get("properties") or ()) or None
    for number, record in enumerate(value):
        if not isinstance(record, dict):
            raise ValueError(f"expected records, got {type(record).__name__} at [{number}]")
        if columns is not None and set(record) != set(columns):
            raise ValueError(f"the record at [{number}] has the columns {sorted(record)}, expected {sorted(columns)}")
    frame = pandas.DataFrame(value, columns=columns)
    types = schema.internal.column_types
    described = {name: str(types[number]) for number, name in enumerate(columns)} if columns and types else {}
    kinds = described or _formats(items)
    for column, kind in kinds.items():
        if kind.startswith(("datetime", "date")):
            frame[column] = pandas.to_datetime(frame[column])
        elif kind.startswith("timedelta"):
            frame[column] = pandas.to_timedelta(frame[column])
        elif kind.startswith(("int", "uint", "float", "bool")) and len(frame):
            frame[column] = frame[column].astype(kind)
    return frame


def _formats(items: dict[str, Any]) -> dict[str, str]:
    return {
        name: str(member.get("format", ""))
        for name, member in (items.get("properties") or {}).items()
        if str(member.get("format", "")).startswith("date")
    }


_BROKEN = (pickle.UnpicklingError, ValueError, TypeError, LookupError, AttributeError, EOFError, ImportError)
"""What reading a pickle of another making may raise."""


class _Unpickler(pickle.Unpickler):
    """Knows the types of schemas, and nothing that does anything."""

    def find_class(self, module: str, name: str) -> Any:
        if module.startswith(("azureml.api.schema.", "azure.ml.api.schema.")) and name.endswith("Schema"):
            return Internal
        if module == "numpy" and name == "dtype":
            return importlib.import_module("numpy").dtype
        if module in ("builtins", "__builtin__") and name in _BUILTINS:
            return _BUILTINS[name]
        if module == "datetime" and name in ("date", "datetime", "time", "timedelta"):
            return getattr(datetime, name)
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) in (("copyreg", "_reconstructor"), ("copy_reg", "_reconstructor")):
            return _reconstructed
        raise pickle.UnpicklingError(f"{module}.{name} is not of a schema")


def _reconstructed(kind: Any, base: Any, state: Any) -> Any:
    """How protocols 0 and 1 make plain objects; of nothing else."""
    if kind is not Internal or base is not object:
        raise pickle.UnpicklingError("only schemas are made here")
    return Internal()


_BUILTINS = {
    one.__name__: one for one in (bool, bytearray, bytes, complex, dict, float, int, list, object, set, str, tuple)
}
_BUILTINS.update({"long": int, "unicode": str})


def _internal(text: str) -> Internal:
    try:
        found = _Unpickler(io.BytesIO(base64.b64decode(text)), encoding="latin-1").load() if text else None
    except _BROKEN:  # swagger has to do
        found = None
    return found if isinstance(found, Internal) else Internal()


class SampleDefinition:
    """An input of a driver, described by an example of it.

    Raises:
        ValueError: the type is not one of :class:`DataTypes`, or is Spark.
    """

    def __init__(self, input_type: int, sample_data: Any) -> None:
        if input_type not in (DataTypes.STANDARD, DataTypes.NUMPY, DataTypes.PANDAS):
            raise ValueError(f"samples of type {input_type!r} cannot be described here; use standard, numpy or pandas")
        self.type = input_type
        self.schema = Schema(input_type, _internal_of(input_type, sample_data), swagger_of(sample_data))

    def serialize(self) -> dict[str, Any]:
        """Its member of a schema file."""
        return {"internal": "", "swagger": self.schema.swagger, "type": self.type, "version": self.schema.version}


def _internal_of(input_type: int, sample: Any) -> Internal:
    internal = Internal()
    if input_type == DataTypes.PANDAS:
        internal.column_names, internal.column_types = list(sample.columns), list(sample.dtypes)
    elif input_type == DataTypes.NUMPY:
        internal.shape, internal.data_type = sample.shape, sample.dtype
    else:
        internal.data_type = type(sample)
    return internal


def swagger_of(sample: Any) -> dict[str, Any]:
    """What swagger says of a value like this one, with the value as its example."""
    plain = json.loads(answers.text_of(_first(sample)))
    return {**_described(plain, sample), "example": plain}


def _first(sample: Any) -> Any:
    return sample[:_SAMPLES] if hasattr(sample, "dtype") or hasattr(sample, "columns") else sample


def _described(plain: Any, sample: Any) -> dict[str, Any]:
    if isinstance(plain, bool):
        return {"type": "boolean"}
    if isinstance(plain, int):
        return {"type": "integer", "format": "int64"}
    if isinstance(plain, float):
        return {"type": "number", "format": "double"}
    if isinstance(plain, list):
        return {"type": "array", "items": _described(plain[0], None) if plain else {"type": "object"}}
    if isinstance(plain, dict):
        return {"type": "object", "properties": {name: _described(one, None) for name, one in plain.items()}}
    formats = ((datetime.datetime, "date-time"), (datetime.date, "date"), (datetime.time, "time"), (bytes, "binary"))
    found = next((name for kind, name in formats if isinstance(sample, kind)), None)
    return {"type": "string", "format": found} if found else {"type": "string"}


def save_service_schema(
    file_path: str,
    input_schema_sample: dict[str, SampleDefinition] | None = None,
    output_schema_sample: dict[str, SampleDefinition] | None = None,
) -> dict[str, Any]:
    """Write a schema file; returns its content."""
    parts = (("input", input_schema_sample), ("output", output_schema_sample))
    document = {part: {name: one.serialize() for name, one in samples.items()} for part, samples in parts if samples}
    if file_path:
        os.makedirs(os.path.dirname(os.path.abspath(file_path)), exist_ok=True)
        with open(file_path, "w", encoding="utf-8") as file:
            json.dump(document, file)
    return document


def generate_service_swagger(
    service_name: str,
    service_schema_file_path: str | None = None,
    service_version: str = "1.0",
    service_path_prefix: str = "",
) -> dict[str, Any]:
    """The description of a service in swagger 2.0 (protocol chapter 6).

    Raises:
        ValueError: the schema file is not there, or none.
    """
    schema = load_service_schema(service_schema_file_path) if service_schema_file_path else ServiceSchema(None, None)
    prefix = f"/{service_path_prefix.strip('/')}" if service_path_prefix.strip("/") else ""
    failure = {"default": {"description": "what went wrong", "schema": {"$ref": "#/definitions/ErrorResponse"}}}
    done = {"description": "the answer of the model", "schema": {"$ref": "#/definitions/ServiceOutput"}}
    body = {"name": "serviceInputPayload", "in": "body", "schema": {"$ref": "#/definitions/ServiceInput"}}
    return {
        "swagger": "2.0",
        "info": {"title": service_name, "version": service_version},
        "schemes": ["https", "http"],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "securityDefinitions": {"Bearer": {"type": "apiKey", "name": "Authorization", "in": "header"}},
        "paths": {
            f"{prefix}/": {
                "get": {
                    "operationId": "ServiceHealthCheck",
                    "produces": ["text/plain"],
                    "responses": {"200": {"description": "healthy", "schema": {"type": "string"}}, **failure},
                }
            },
            f"{prefix}/score": {
                "post": {
                    "operationId": "RunMLService",
                    "security": [{"Bearer": []}],
                    "parameters": [{**body, "required": True}],
                    "responses": {"200": done, **failure},
                }
            },
        },
        "definitions": {
            "ServiceInput": _definition(schema.input),
            "ServiceOutput": _definition(schema.output),
            "ErrorResponse": {
                "type": "object",
                "properties": {"status_code": {"type": "integer", "format": "int32"}, "message": {"type": "string"}},
            },
        },
    }


def _definition(arguments: dict[str, Schema] | None) -> dict[str, Any]:
    members = {name: dict(schema.swagger) for name, schema in (arguments or {}).items()}
    example = {name: member.pop("example") for name, member in members.items() if "example" in member}
    definition: dict[str, Any] = {"type": "object", "example": example}
    return {**definition, "properties": members} if members else definition

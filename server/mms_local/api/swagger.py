# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Descriptions of the data plane, made from the same table and input shapes that answer requests."""

from __future__ import annotations

from typing import Any

from mms_local.api.mms.generations import WIRES, Wire
from mms_local.api.mms.operations import OPERATIONS, ApiOperation

Json = dict[str, Any]


def account_swagger(wire: Wire, base: str, scheme: str, host: str) -> Json:
    """Swagger 2.0 of one account; `host` and `basePath` are what older clients build their URLs from (protocol 4.2)."""
    paths: Json = {}
    for operation in OPERATIONS:
        if wire.generation in operation.generations:
            paths.setdefault(f"/{operation.path}", {})[operation.method.lower()] = _swagger_operation(operation, wire)
    return {
        "swagger": "2.0",
        "info": {"title": "Model Management Service", "version": wire.versions[0]},
        "host": host,
        "basePath": base,
        "schemes": [scheme],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "securityDefinitions": {"bearer": {"type": "apiKey", "name": "Authorization", "in": "header"}},
        "security": [{"bearer": []}],
        "paths": paths,
        "definitions": {"ErrorResponse": _ERROR},
    }


def openapi(origin: str) -> Json:
    """OpenAPI 3.0 of the data plane of all accounts, both generations."""
    paths: Json = {}
    for wire in WIRES:
        base = f"/api/subscriptions/{{subscriptionId}}/resourceGroups/{{resourceGroup}}/{wire.marker}/{{accountName}}"
        for operation in OPERATIONS:
            if wire.generation in operation.generations:
                path = f"{base}/{operation.path}"
                paths.setdefault(path, {})[operation.method.lower()] = _openapi_operation(operation, wire)
    return {
        "openapi": "3.0.3",
        "info": {"title": "Model Management Service, local", "version": "1"},
        "servers": [{"url": origin}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": {"ErrorResponse": _ERROR},
        },
    }


_ERROR: Json = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {
        "code": {"type": "string"},
        "message": {"type": "string"},
        "statusCode": {"type": "integer"},
        "details": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "message"],
                "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def _parameters(operation: ApiOperation, wire: Wire) -> list[tuple[str, str, bool]]:
    """Name, place and necessity of each parameter below the account."""
    found = [("id", "path", True)] if "{id}" in operation.path else []
    found += [(name, "query", False) for name in operation.filters]
    if operation.path in wire.paged and operation.method == "GET":
        found += [("count", "query", False), ("$skipToken", "query", False)]
    return [*found, ("api-version", "query", wire.version_required)]


def _swagger_operation(operation: ApiOperation, wire: Wire) -> Json:
    parameters: list[Json] = [
        {"name": name, "in": place, "required": needed, "type": "string"}
        for name, place, needed in _parameters(operation, wire)
    ]
    if operation.body:
        schema = operation.body[wire.generation].schema()
        parameters.append({"name": "body", "in": "body", "schema": _without_any_of(schema)})
    statuses = (wire.model_post_status,) if operation.name == "models.create" else operation.statuses
    responses: Json = {str(status): {"description": "Success"} for status in statuses}
    responses["default"] = {"description": "Error", "schema": {"$ref": "#/definitions/ErrorResponse"}}
    return {"operationId": operation.name, "parameters": parameters, "responses": responses}


def _openapi_operation(operation: ApiOperation, wire: Wire) -> Json:
    account = [(name, "path", True) for name in ("subscriptionId", "resourceGroup", "accountName")]
    versions = {"type": "string", "enum": list(wire.versions)}
    parameters = [
        {
            "name": name,
            "in": place,
            "required": needed,
            "schema": versions if name == "api-version" else {"type": "string"},
        }
        for name, place, needed in [*account, *_parameters(operation, wire)]
    ]
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorResponse"}}}
    responses: Json = {str(status): {"description": "Success"} for status in operation.statuses}
    responses["default"] = {"description": "Error", "content": error}
    described: Json = {
        "operationId": f"{wire.marker}.{operation.name}",
        "tags": [wire.marker],
        "parameters": parameters,
        "responses": responses,
    }
    if operation.body:
        schema = operation.body[wire.generation].schema()
        described["requestBody"] = {"content": {"application/json": {"schema": schema}}}
    return described


def _without_any_of(schema: Any) -> Any:
    """Swagger 2.0 has no `anyOf`; of a flag that is read in two forms the boolean is the one to write."""
    if isinstance(schema, dict):
        if "anyOf" in schema:
            return schema["anyOf"][0]
        return {key: _without_any_of(value) for key, value in schema.items()}
    return [_without_any_of(item) for item in schema] if isinstance(schema, list) else schema

# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Descriptions of the data plane, made from the same table and input shapes that answer requests."""

from __future__ import annotations

from typing import Any

from mms_local.api.mms.generation import ApiOperation, GenerationApi
from mms_local.api.mms.registry import GENERATIONS

Json = dict[str, Any]


def account_swagger(generation: GenerationApi, base: str, scheme: str, host: str) -> Json:
    """Swagger 2.0 of one account; `host` and `basePath` are what older clients build their URLs from (protocol 4.2)."""
    paths: Json = {}
    for operation in generation.operations:
        described = _swagger_operation(operation, generation)
        paths.setdefault(f"/{operation.path}", {})[operation.method.lower()] = described
    return {
        "swagger": "2.0",
        "info": {
            "title": "Model Management Service",
            "version": generation.versions[0] if generation.versions else "1.0",
        },
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
    """OpenAPI 3.0 of the data plane of all accounts, all generations."""
    paths: Json = {}
    for generation in GENERATIONS.values():
        marker = "/".join(generation.marker)
        group = f"{generation.roots[0]}/subscriptions/{{subscriptionId}}/resourceGroups/{{resourceGroup}}"
        for operation in generation.operations:
            path = f"{group}/{marker}/{{accountName}}/{operation.path}"
            paths.setdefault(path, {})[operation.method.lower()] = _openapi_operation(operation, generation)
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


def _parameters(operation: ApiOperation, generation: GenerationApi) -> list[tuple[str, str, bool]]:
    """Name, place and necessity of each parameter below the account."""
    found = [("id", "path", True)] if "{id}" in operation.path else []
    found += [(name, "query", False) for name in operation.filters]
    if operation.path in generation.paged and operation.method == "GET":
        found += [("count", "query", False), ("$skipToken", "query", False)]
    return [*found, ("api-version", "query", generation.version_required)] if generation.versions else found


def _swagger_operation(operation: ApiOperation, generation: GenerationApi) -> Json:
    parameters: list[Json] = [
        {"name": name, "in": place, "required": needed, "type": "string"}
        for name, place, needed in _parameters(operation, generation)
    ]
    if operation.body:
        schema = operation.body.schema()
        parameters.append({"name": "body", "in": "body", "schema": _without_any_of(schema)})
    responses: Json = {str(status): {"description": "Success"} for status in operation.statuses}
    responses["default"] = {"description": "Error", "schema": {"$ref": "#/definitions/ErrorResponse"}}
    return {"operationId": operation.name, "parameters": parameters, "responses": responses}


def _openapi_operation(operation: ApiOperation, generation: GenerationApi) -> Json:
    account = [(name, "path", True) for name in ("subscriptionId", "resourceGroup", "accountName")]
    versions = {"type": "string", "enum": list(generation.versions)}
    parameters = [
        {
            "name": name,
            "in": place,
            "required": needed,
            "schema": versions if name == "api-version" else {"type": "string"},
        }
        for name, place, needed in [*account, *_parameters(operation, generation)]
    ]
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorResponse"}}}
    responses: Json = {str(status): {"description": "Success"} for status in operation.statuses}
    responses["default"] = {"description": "Error", "content": error}
    described: Json = {
        "operationId": f"{generation.marker[-1]}.{operation.name}",
        "tags": [generation.marker[-1]],
        "parameters": parameters,
        "responses": responses,
    }
    if operation.body:
        schema = operation.body.schema()
        described["requestBody"] = {"content": {"application/json": {"schema": schema}}}
    return described


def _without_any_of(schema: Any) -> Any:
    """Swagger 2.0 has no `anyOf`; of a flag that is read in two forms the boolean is the one to write."""
    if isinstance(schema, dict):
        if "anyOf" in schema and "type" not in schema:
            return schema["anyOf"][0]
        return {key: _without_any_of(value) for key, value in schema.items() if key != "anyOf"}
    return [_without_any_of(item) for item in schema] if isinstance(schema, list) else schema

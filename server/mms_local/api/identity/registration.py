# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Registering applications and users over the control API. Secrets go in and never come out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from mms_local.api.errors import ApiError
from mms_local.api.identity.applications import (
    TOKEN_EXCHANGE_AUDIENCE,
    Application,
    Directory,
    FederatedCredential,
    User,
)
from mms_local.api.identity.errors import IdentityUnavailable
from mms_local.api.reading import json_body

_APPLICATION_FIELDS = {"tenant", "secrets", "certificates", "federated"}
_FEDERATED_FIELDS = {"issuer", "subject", "audience", "keys"}


class _Unusable(Exception):
    """A body that cannot be used; the text names the field and what it must be."""


class Registration:
    """The control API of the directory.

    - `GET /_mms/identity/applications`: what is registered, without secrets.
    - `PUT /_mms/identity/applications/{client id}`: `tenant` (default: that of the default application), `secrets`,
      `certificates` (PEM), `federated` (list of `issuer`, `subject`, `keys` (JWKS), `audience`).
    - `DELETE /_mms/identity/applications/{client id}`.
    - `PUT /_mms/identity/users/{name}`: `password`, `tenant`.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def routes(self) -> list[web.RouteDef]:
        """The routes for an aiohttp application."""
        return [
            web.get("/_mms/identity/applications", self._list),
            web.put("/_mms/identity/applications/{client_id}", self._register),
            web.delete("/_mms/identity/applications/{client_id}", self._unregister),
            web.put("/_mms/identity/users/{name}", self._register_user),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        return web.json_response({"value": [_shown(application) for application in self._directory.applications()]})

    async def _register(self, request: web.Request) -> web.Response:
        try:
            body = await _object(request, _APPLICATION_FIELDS)
            application = Application(
                tenant=_text(body, "tenant", self._directory.default.tenant),
                client_id=request.match_info["client_id"],
                secrets=_texts(body, "secrets"),
                certificates=tuple(_checked_certificate(pem) for pem in _texts(body, "certificates")),
                federated=_federated(body.get("federated", [])),
            )
        except _Unusable as error:
            return _bad_request(str(error))
        self._directory.register(application)
        return web.json_response(_shown(application))

    async def _unregister(self, request: web.Request) -> web.Response:
        removed = self._directory.unregister(request.match_info["client_id"])
        return web.Response(status=200 if removed else 204)

    async def _register_user(self, request: web.Request) -> web.Response:
        try:
            body = await _object(request, {"tenant", "password"})
            tenant = _text(body, "tenant", self._directory.default.tenant)
            user = User(tenant, request.match_info["name"], _text(body, "password", None))
        except _Unusable as error:
            return _bad_request(str(error))
        self._directory.register_user(user)
        return web.json_response({"name": user.name, "tenant": user.tenant, "objectId": user.object_id})


def _shown(application: Application) -> dict[str, Any]:
    return {
        "clientId": application.client_id,
        "tenant": application.tenant,
        "objectId": application.object_id,
        "secrets": len(application.secrets),
        "certificates": list(application.certificates),
        "federated": [
            {"issuer": one.issuer, "subject": one.subject, "audience": one.audience} for one in application.federated
        ],
    }


def _bad_request(message: str) -> web.Response:
    return web.json_response({"code": "BadRequest", "message": message}, status=400)


async def _object(request: web.Request, known: set[str]) -> Mapping[str, Any]:
    try:
        body = await json_body(request)
    except ApiError as error:
        raise _Unusable(error.message) from None
    return _checked_object(body, known, "the body")


def _checked_object(value: Any, known: set[str], what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict) or not value.keys() <= known:
        raise _Unusable(f"{what} must be an object with no other fields than {', '.join(sorted(known))}")
    return value


def _text(body: Mapping[str, Any], name: str, default: str | None) -> str:
    value = body.get(name, default)
    if not isinstance(value, str) or not value:
        raise _Unusable(f"{name} must be a text that is not empty")
    return value


def _texts(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = body.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise _Unusable(f"{name} must be a list of texts")
    return tuple(values)


def _checked_certificate(pem: str) -> str:
    try:
        from mms_local.api.identity.assertions import certificate_of
    except ModuleNotFoundError as error:
        raise _Unusable(str(IdentityUnavailable(error.name))) from error
    try:
        certificate_of(pem)
    except ValueError:
        raise _Unusable("certificates must be certificates in PEM form") from None
    return pem


def _federated(value: Any) -> tuple[FederatedCredential, ...]:
    if not isinstance(value, list):
        raise _Unusable("federated must be a list")
    credentials = []
    for entry in value:
        body = _checked_object(entry, _FEDERATED_FIELDS, "each entry of federated")
        keys = body.get("keys")
        if not isinstance(keys, dict) or not isinstance(keys.get("keys"), list):
            raise _Unusable('keys must be a JSON Web Key Set: {"keys": [...]}')
        credentials.append(
            FederatedCredential(
                _text(body, "issuer", None),
                _text(body, "subject", None),
                keys,
                _text(body, "audience", TOKEN_EXCHANGE_AUDIENCE),
            )
        )
    return tuple(credentials)

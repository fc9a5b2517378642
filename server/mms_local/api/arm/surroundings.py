# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""What lies around the resources: subscriptions, resource groups, providers. None of them has to be made first."""

from __future__ import annotations

from aiohttp import web

from mms_local.api.arm import documents
from mms_local.api.arm.errors import ArmError
from mms_local.api.arm.kinds import NAMESPACES
from mms_local.api.arm.path import ArmPath


def only(request: web.Request, *methods: str) -> None:
    """Pass when the method is one of these; GET includes HEAD.

    Raises:
        ArmError: 405.
    """
    method = "GET" if request.method == "HEAD" else request.method
    if method not in methods:
        allowed = ", ".join(methods)
        raise ArmError(
            405,
            "MethodNotAllowed",
            f"{request.method} is not possible here; use {allowed}.",
            headers={"Allow": allowed},
        )


def namespace_of(path: ArmPath) -> str:
    """The path's provider namespace, in its own letter case.

    Raises:
        ArmError: 404, there is no such provider here.
    """
    namespace = NAMESPACES.get(path.namespace.lower())
    if namespace is None:
        raise ArmError(404, "InvalidResourceNamespace", f"The resource namespace '{path.namespace}' is invalid.")
    return namespace


def surroundings(request: web.Request, path: ArmPath) -> web.Response | None:
    """The answer when the path is about something around the resources; None otherwise.

    Raises:
        ArmError: 404 for an unknown provider, 405 for a method that is not possible.
    """
    if not path.subscription:
        return _provider_operations(request, path)
    if not path.namespace:
        only(request, "GET")
        if path.group:
            return web.json_response(documents.resource_group(path.subscription, path.group))
        return web.json_response(documents.subscription(path.subscription))
    if not path.group and path.type.lower() in ("", "register") and not path.name:
        only(request, "POST" if path.type else "GET")
        return web.json_response(documents.provider(path.subscription, namespace_of(path)))
    return None


def _provider_operations(request: web.Request, path: ArmPath) -> web.Response:
    if path.type.lower() != "operations" or path.name:
        raise ArmError(404, "NotFound", "There is nothing at this path.")
    only(request, "GET")
    return web.json_response(documents.provider_operations(namespace_of(path)))

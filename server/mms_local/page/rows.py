# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""One resource in a few words: what lists and the lineage show. Holds no secret, so URLs lose their queries."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from mms_local.api.mms.scene import timestamp
from mms_local.core.resources import Deployment, Failure, Image, Job, Manifest, Model, Operation, Service

Json = dict[str, Any]
Row = Callable[[Any], Json]


def bare_url(url: str) -> str:
    """The URL without what may be secret: user, password, query and fragment. Never fails, whatever the text is."""
    return re.sub(r"(?<=://)[^/]*@", "", re.split(r"[?#]", url, maxsplit=1)[0])


def failure_row(failure: Failure | None) -> Json | None:
    """Why something failed."""
    if failure is None:
        return None
    details = [{"code": code, "message": message} for code, message in failure.details]
    return {"code": failure.code, "message": failure.message, "status": failure.status, "details": details}


def model_row(model: Model) -> Json:
    """A model."""
    return _row("models", model, name=model.name, version=model.version, tags=list(model.tags))


def manifest_row(manifest: Manifest) -> Json:
    """A manifest; one without a name is called by its id."""
    return _row(
        "manifests",
        manifest,
        name=manifest.name or manifest.id,
        version=manifest.version,
        driver=manifest.driver,
        models=len(manifest.model_ids),
    )


def image_row(image: Image) -> Json:
    """An image."""
    location = image.built and image.built.location
    return _row("images", image, name=image.name, version=image.version, state=image.state.value, location=location)


def service_row(service: Service) -> Json:
    """A service, without whether it answers: only the compute knows."""
    return _row(
        "services",
        service,
        name=service.name,
        state=service.state.value,
        replicas=service.wanted.replicas,
        updated=timestamp(service.updated),
    )


def operation_row(operation: Operation) -> Json:
    """An operation."""
    failure = operation.failure
    return _row(
        "operations",
        operation,
        job=operation.job.value,
        state=operation.state.value,
        resource={"kind": "images" if operation.job is Job.BUILD else "services", "id": operation.resource_id},
        phase=None if operation.state.finished else operation.phase,
        error=failure and {"code": failure.code, "message": failure.message},
        ended=operation.ended and timestamp(operation.ended),
    )


def deployment_row(deployment: Deployment) -> Json:
    """A line of a service's history."""
    return {
        "state": deployment.status.value,
        "created": timestamp(deployment.created),
        "expired": deployment.expired and timestamp(deployment.expired),
    }


ROWS: Mapping[str, Row] = MappingProxyType(
    {
        "models": model_row,
        "manifests": manifest_row,
        "images": image_row,
        "services": service_row,
        "operations": operation_row,
    }
)
"""How each kind of resource is shown in a list."""


def _row(kind: str, item: Any, /, **fields: Any) -> Json:
    return {"kind": kind, "id": item.id, "created": timestamp(item.created), **fields}

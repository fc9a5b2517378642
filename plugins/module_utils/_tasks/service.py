# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mms_service does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .._client.client import Started
from .._errors import InputError
from .._generations.registry import refuse_unknown
from .._kubernetes.kubeconfig import flat_kubeconfig
from .._plan import Plan, plan_absence, plan_service
from .._resources._common import RUNNING_STATES
from .._resources.operation import Operation
from .._resources.service import Service
from .._runner import Done
from .._session import Session
from ._rules import check_service_name, forbid, require
from ._waits import failure, follow, join, settled
from .lookup import not_found, referred


class ServiceSteps:
    """Creates a service, updates it in place, or deletes it."""

    key = "service"
    extras = ("operation",)

    def __init__(self, session: Session) -> None:
        options = session.options
        self._session = session
        self._wanted = Service(name=options["name"])
        if options["state"] == "present":
            require(options, "name")
            forbid(options, ("id",))
            self._wanted = _described(options)
            generation = session.connection.generation
            refuse_unknown(generation, generation.services, self._wanted.wanted())
        elif not (options["name"] or options["id"]):
            raise InputError("One of id, name must be set when state is absent.")

    @property
    def _what(self) -> str:
        return f"Deploying service {self._wanted.name!r}"

    @property
    def wanted(self) -> Service | None:
        return self._wanted if self._session.options["state"] == "present" else None

    def plan(self) -> Plan[Service]:
        current = self._existing()
        if self._session.options["state"] == "absent":
            return plan_absence([current] if current else [])
        client = self._session.client
        missing: tuple[str, ...] = ()
        reference = self._session.options["image"]
        if reference:
            image = referred(client.images, reference)
            missing = () if image else (not_found(client.images, reference),)
            self._wanted = replace(self._wanted, image_id=image.id if image else reference)
        if current is None:
            check_service_name(self._wanted.name or "")
            client.generation.refuse_incomplete(client.services.kind, self._wanted.wanted())
        return plan_service(self._wanted, current, client.services.kind.update, missing)

    def _existing(self) -> Service | None:
        services, name, service_id = (
            self._session.client.services,
            self._session.options["name"],
            self._session.options["id"],
        )
        if service_id:
            return services.get(service_id)
        return next((one for one in services.list(name=name) if one.name == name), None)

    def apply(self, plan: Plan[Service]) -> Done[Service]:
        services = self._session.client.services
        if plan.action == "delete":
            started = services.delete(plan.current_id)
            return Done(None, self._ended(started, f"Deleting service {plan.current_id}") if started else None)
        if plan.action == "create":
            created = services.create(self._wanted.wanted())
            return self._deployed(created) if isinstance(created, Started) else Done(created)
        if plan.action == "update":
            if plan.current and plan.current.state in RUNNING_STATES and self._session.options["wait"]:
                join(self._session, services, plan.current_id, f"Another change of service {self._wanted.name!r}")
            # The older generation wants image and pull secret in every update.
            request = replace(
                self._wanted,
                image_id=plan.after.image_id if plan.after else None,
                pull_secret=plan.after.pull_secret if plan.after else None,
            )
            started = services.update(plan.current_id, request.wanted())
            return self._deployed(started) if started else Done(services.get(plan.current_id))
        service = plan.after
        if plan.action == "join" and self._session.options["wait"]:
            service = join(self._session, services, plan.current_id, self._what)
            if service.state != "Succeeded":
                raise failure(
                    self._what, service.state, service.error, session=self._session, operation_id=service.operation_id
                )
        return Done(service)

    def _deployed(self, started: Started) -> Done[Service]:
        session, services = self._session, self._session.client.services
        operation = self._ended(started, self._what)
        if operation.ended:
            return Done(settled(session, services, operation.resource_id or ""), operation)
        found = services.get(operation.resource_id) if operation.resource_id else None
        return Done(found or replace(self._wanted, id=operation.resource_id), operation)

    def _ended(self, started: Started, what: str) -> Operation:
        """Return the operation, ended well if the user waits.

        Raises:
            OperationFailed: it ended badly.
        """
        session = self._session
        if not session.options["wait"]:
            return session.client.operation(started.operation_id) or Operation(started.operation_id, "Service")
        operation = follow(session, started, what)
        if operation.failed:
            raise failure(what, operation.state, operation.error, session=session, operation_id=operation.id)
        return operation


def _described(options: Mapping[str, Any]) -> Service:
    """Return the service that the options describe.

    Raises:
        InputError: options that exclude each other.
    """
    described = Service.from_options(options)
    scaler = described.autoscaler
    if scaler.enabled and described.replicas is not None:
        raise InputError(
            "replicas and autoscaler.enabled exclude each other: set how many, or let the autoscaler choose."
        )
    if (
        scaler.min_replicas is not None
        and scaler.max_replicas is not None
        and scaler.max_replicas < scaler.min_replicas
    ):
        raise InputError(
            f"autoscaler.max_replicas ({scaler.max_replicas}) is lower than "
            f"autoscaler.min_replicas ({scaler.min_replicas})."
        )
    if described.kubeconfig is None:
        return described
    return replace(described, kubeconfig=flat_kubeconfig(described.kubeconfig))

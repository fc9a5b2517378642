# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mms_service does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .._errors import InputError
from .._kubernetes.kubeconfig import credentials_in, flat_kubeconfig
from .._plan import Plan, plan_absence, plan_service
from .._resources.service import Service
from ._engine import Engine
from ._rules import forbid, require
from .lookup import not_found, referred


class ServiceSteps(Engine[Service]):
    """Creates a service, updates it in place, or deletes it."""

    key = "service"
    extras = ("operation",)

    def nothing(self) -> Service:
        return Service(name=self.options["name"])

    def check(self) -> None:
        if self.options["state"] == "present":
            require(self.options, "name")
            forbid(self.options, ("id",))
        elif not (self.options["name"] or self.options["id"]):
            raise InputError("One of id, name must be set when state is absent.")

    def described(self) -> Service:
        described = Service.from_options(self.options)
        _check_scaling(described)
        described = self.generation.service_of(described)
        if described.kubeconfig is None:
            return described
        flat = flat_kubeconfig(described.kubeconfig)
        self.session.hide(*credentials_in(flat))
        return replace(described, kubeconfig=flat)

    @property
    def what(self) -> str:
        return f"Deploying service {self.desired.name!r}"

    @property
    def advice(self) -> str:
        name = self.desired.name or self.options["id"]
        return f"Run the task again when that is mended; mms_service_logs with service: {name} reads the whole log."

    def resolved(self) -> tuple[Service, tuple[str, ...]]:
        images, reference = self.session.client.images, self.options["image"]
        if not reference:
            return self.desired, ()
        image = referred(images, reference)
        missing = () if image else (not_found(images, reference),)
        return replace(self.desired, image_id=image.id if image else reference), missing

    def plan_presence(self, missing: tuple[str, ...]) -> Plan[Service]:
        current = self._existing()
        if current is None:
            self.collection.kind.check_name(self.desired.name or "")
            self.generation.refuse_incomplete(self.collection.kind, self.desired.wanted())
            self.collection.kind.create_body(self.desired.wanted())  # what cannot travel is refused in check mode, too
        return plan_service(self.desired, current, self.collection.kind.update, missing)

    def plan_absence(self) -> Plan[Service]:
        current = self._existing()
        return plan_absence([current] if current else [])

    def _existing(self) -> Service | None:
        name, service_id = self.options["name"], self.options["id"]
        if service_id:
            return self.collection.get(service_id)
        return next((one for one in self.collection.list(name=name) if one.name == name), None)

    def for_update(self, plan: Plan[Service]) -> dict[str, Any]:
        # As it is to be afterwards: what counts as equal stays as it is written there, and tags, which are replaced as
        # a whole, keep those that nobody named. The oldest generation wants image and pull secret in every update.
        asked, after = self.desired.wanted(), (plan.after or self.desired).wanted()
        held = {name: after[name] for name in (*asked, "image", "pull_secret") if name in after}
        if "properties" in asked:
            held["properties"] = asked["properties"]  # they are added one by one
        return held


def _check_scaling(described: Service) -> None:
    """Refuse numbers of replicas that contradict each other.

    Raises:
        InputError: says which.
    """
    scaler = described.autoscaler
    if scaler.enabled and described.replicas is not None:
        raise InputError(
            "replicas and autoscaler.enabled exclude each other: set how many, or let the autoscaler choose."
        )
    least, most = scaler.min_replicas, scaler.max_replicas
    if least is not None and most is not None and most < least:
        raise InputError(f"autoscaler.max_replicas ({most}) is lower than autoscaler.min_replicas ({least}).")

# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mms_model does."""

from __future__ import annotations

from dataclasses import replace

from .._plan import Plan, label, plan_version
from .._resources.model import Model
from .._runner import Done
from .._session import Session
from ._rules import check_versions, require
from ._versions import delete, kept_once, plan_deletion, users_of, with_surplus
from .sources import Source, source_from

_ANY_CONTENT = "application/octet-stream"


class ModelSteps:
    """Registers a model unless an equal version exists, or deletes versions."""

    key = "model"
    extras = ("removed", "kept", "reference")

    def __init__(self, session: Session) -> None:
        options = session.options
        check_versions(options, session.connection.generation, session.connection.generation.models)
        self._session = session
        self._wanted = Model()
        self._source = Source("", "")
        if options["state"] == "present":
            require(options, "name")
            option = "path" if options["path"] else "url"
            self._source = source_from(option, options[option] or "", session)
            described = Model.from_options(options)
            unpack = self._source.unpack if described.unpack is None else described.unpack
            self._wanted = replace(described, url=self._source.url, unpack=unpack)

    @property
    def wanted(self) -> Model | None:
        return self._wanted if self._session.options["state"] == "present" else None

    def plan(self) -> Plan[Model]:
        options, client = self._session.options, self._session.client
        if options["state"] == "absent":
            return plan_deletion(client.models, options, client.generation, self._users)
        versions = [model for model in client.models.list(name=options["name"]) if model.name == options["name"]]
        plan = plan_version(self._wanted, versions)
        return with_surplus(plan, versions, options["keep_last"], self._users)

    def _users(self) -> dict[str, list[str]]:
        return users_of(
            (model_id, f"manifest {label(manifest)}")
            for manifest in self._session.client.manifests.list()
            for model_id in manifest.model_ids or ()
        )

    def apply(self, plan: Plan[Model]) -> Done[Model]:
        models = self._session.client.models
        model = plan.after
        if plan.action == "create":
            wanted = replace(
                self._wanted,
                url=self._source.uploaded(self._session),
                mime_type=self._wanted.mime_type
                or (self._source.content.mime_type if self._source.content else _ANY_CONTENT),
            )
            model = kept_once(models, self._wanted, models.create_at_once(wanted.wanted()))
        removed, kept = delete(models, plan.removed, spare=self._session.options["keep_last"] is not None)
        return Done(model, removed=removed, kept=kept)

# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The secrets of a service: its two scoring keys, and the kubeconfig that it was created with."""

from __future__ import annotations

import secrets

from mms_local.core.ports import Keys
from mms_local.core.resources import Service
from mms_local.core.storage import Storage


class ServiceSecrets:
    """Keeps them apart from the service itself, so that no answer, dump or log can hold one by accident."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def create(
        self, service: Service, kubeconfig: str | None, primary: str | None = None, secondary: str | None = None
    ) -> None:
        """Keep the keys of a new service, made where none are given, and its kubeconfig, which comes but once."""
        values = {
            "primaryKey": primary or secrets.token_hex(20),
            "secondaryKey": secondary or secrets.token_hex(20),
        }
        if kubeconfig is not None:
            values["kubeConfig"] = kubeconfig
        self._storage.set_secrets(_owner(service), values)

    def keys(self, service: Service) -> Keys:
        """The keys; made anew for a service that came from a state dump, which holds none."""
        kept = self._storage.secrets(_owner(service))
        if "primaryKey" not in kept:
            self.create(service, kept.get("kubeConfig"))
            kept = self._storage.secrets(_owner(service))
        return Keys(kept["primaryKey"], kept["secondaryKey"])

    def set_keys(self, service: Service, keys: Keys) -> None:
        """Replace both keys."""
        kept = self._storage.secrets(_owner(service))
        kept.update(primaryKey=keys.primary, secondaryKey=keys.secondary)
        self._storage.set_secrets(_owner(service), kept)

    def kubeconfig(self, service: Service) -> str | None:
        """The kubeconfig that the create call brought."""
        return self._storage.secrets(_owner(service)).get("kubeConfig")

    def forget(self, service: Service) -> None:
        """Remove them all."""
        self._storage.set_secrets(_owner(service), {})


def image_owner(image_id: str) -> str:
    """Under which name the registry password of an image is kept."""
    return f"image/{image_id}"


def _owner(service: Service) -> str:
    return f"service/{service.id}"

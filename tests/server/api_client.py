# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A thin client for tests: says what goes over the wire, and nothing else."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import requests

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
KUBECONFIG = (
    '{"apiVersion":"v1","kind":"Config","current-context":"c",'
    '"clusters":[{"name":"k","cluster":{"server":"https://k.invalid"}}],'
    '"users":[{"name":"u","user":{"token":"kube-secret"}}],'
    '"contexts":[{"name":"c","context":{"cluster":"k","user":"u"}}]}'
)


@dataclass(frozen=True)
class Generation:
    """Path marker, api-version and request bodies of one generation."""

    marker: str
    version: str

    def model(self, **changes: Any) -> dict[str, Any]:
        return {"name": "iris", "url": "https://files.invalid/iris.pkl", "mimeType": "application/json", **changes}

    def manifest(self, model_ids: list[str], **changes: Any) -> dict[str, Any]:
        asset = {"id": "driver", "url": "https://files.invalid/score.py", "mimeType": "application/x-python"}
        body = {
            "name": "iris",
            "assets": [asset],
            "driverProgram": "driver",
            "modelIds": model_ids,
            "modelType": "Registered",
            "targetRuntime": {"runtimeType": "SparkPython", "properties": {}},
        }
        return {**body, **changes}

    def image(self, manifest_id: str, **changes: Any) -> dict[str, Any]:
        body: dict[str, Any] = {"manifestId": manifest_id, "imageType": "Docker"}
        if self is HOSTING:
            body["registryInfo"] = {"user": "u", "location": "registry.invalid", "password": "registry-secret"}
        else:
            body.update(name="iris", computeResourceId=CLUSTER)
        return {**body, **changes}

    def service(self, image_id: str, **changes: Any) -> dict[str, Any]:
        body: dict[str, Any] = {"name": "iris", "imageId": image_id}
        if self is HOSTING:
            body.update(kubeConfig=KUBECONFIG, acrImagePullSecret="pull")
        else:
            body["computeResource"] = {"id": CLUSTER, "type": "Cluster"}
        return {**body, **changes}


HOSTING = Generation("hostingAccounts", "2017-06-01-privatepreview")
ACCOUNT = Generation("accounts", "2017-09-01-preview")
GENERATIONS = (HOSTING, ACCOUNT)
CLUSTER = (
    f"/subscriptions/{SUBSCRIPTION}/resourcegroups/demo-rg/providers/"
    "Microsoft.MachineLearningCompute/operationalizationClusters/demo-env"
)


class Api:
    """Calls the data plane of one account."""

    def __init__(self, url: str, generation: Generation, name: str = "demo", token: str = "some-token") -> None:
        self.generation = generation
        self.origin = url
        self.path = f"/api/subscriptions/{SUBSCRIPTION}/resourceGroups/demo-rg/{generation.marker}/{name}"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {token}"
        self.session.params = {"api-version": generation.version}

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        """One request, below the account unless the path is absolute (`/...`)."""
        url = self.origin + (path if path.startswith("/") else f"{self.path}/{path}")
        return self.session.request(method, url, json=body, timeout=30, **options)

    def get(self, path: str, **query: Any) -> Any:
        """The JSON behind a GET that must go well."""
        answer = self.call("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any, status: int) -> Any:
        """The JSON behind a POST that must answer so."""
        answer = self.call("POST", path, body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def items(self, kind: str, **query: Any) -> list[Any]:
        """The first page, or the bare array."""
        found = self.get(kind, **query)
        return found if isinstance(found, list) else found["value"]

    def finish(self, answer: requests.Response, wait: float = 30) -> Any:
        """The end of the operation that a 202 told of."""
        assert answer.status_code == 202, answer.text
        deadline = time.monotonic() + wait
        while True:
            operation = self.get(answer.headers["Operation-Location"])
            if operation["state"] not in ("NotStarted", "Running"):
                return operation
            assert time.monotonic() < deadline, operation
            time.sleep(0.01)

    def made(self, kind: str, body: Any) -> Any:
        """The resource that an asynchronous POST makes, after success."""
        operation = self.finish(self.call("POST", kind, body))
        assert operation["state"] == "Succeeded", operation
        return self.get(operation["resourceLocation"])

    def new_model(self, **changes: Any) -> Any:
        return self.post("models", self.generation.model(**changes), 200)

    def new_manifest(self, *model_ids: str, **changes: Any) -> Any:
        return self.post("manifests", self.generation.manifest(list(model_ids), **changes), 200)

    def new_image(self, manifest_id: str | None = None, **changes: Any) -> Any:
        manifest_id = manifest_id or self.new_manifest(self.new_model()["id"])["id"]
        return self.made("images", self.generation.image(manifest_id, **changes))

    def new_service(self, image_id: str | None = None, **changes: Any) -> Any:
        return self.made("services", self.generation.service(image_id or self.new_image()["id"], **changes))

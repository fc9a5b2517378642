# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 at any moment: nothing that was accepted is lost, and no operation runs for ever."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from api_client import ACCOUNT, GENERATIONS, HOSTING, Api, Generation

from mms_local.testing import ServerProcess

CRASHES = 50
SLOW_SERVER = (str(Path(__file__).with_name("slow_server.py")),)
ENDED = ("Succeeded", "Failed", "Cancelled")


@dataclass
class Accepted:
    """What the server said yes to: the answer to a POST, or the location of an operation."""

    resources: list[tuple[str, Any]] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)


class Flow(threading.Thread):
    """Walks the deploy flow over and over, until the server is gone."""

    def __init__(self, url: str, generation: Generation, accepted: Accepted, dice: random.Random) -> None:
        super().__init__()
        self.api = Api(url, generation)
        self.accepted = accepted
        self.dice = dice

    def run(self) -> None:
        try:
            while True:
                self.one_round()
        except requests.ConnectionError:
            return

    def one_round(self) -> None:
        model = self.api.new_model()
        self.accepted.resources.append(("models", model))
        manifest = self.api.new_manifest(model["id"])
        self.accepted.resources.append(("manifests", manifest))
        image = self.made("images", self.api.generation.image(manifest["id"]))
        service = self.made("services", self.api.generation.service(image, name=f"s{self.dice.getrandbits(64):x}"))
        self.noted(self.api.call("PUT", f"services/{service}", {"imageId": image}))
        if self.api.generation is ACCOUNT and self.dice.random() < 0.3:
            version = {"api-version": "2018-04-01-preview"}
            self.noted(self.api.call("DELETE", f"services/{service}", params=version))
            self.accepted.deleted.append(service)
        elif self.dice.random() < 0.5:
            assert self.api.call("DELETE", f"services/{service}").status_code == 200
            self.accepted.deleted.append(service)

    def noted(self, answer: requests.Response) -> requests.Response:
        assert answer.status_code == 202, answer.text
        self.accepted.operations.append(answer.headers["Operation-Location"])
        return answer

    def made(self, kind: str, body: Any) -> str:
        operation = self.api.finish(self.noted(self.api.call("POST", kind, body)))
        assert operation["state"] == "Succeeded", operation
        resource: str = operation["resourceLocation"].rpartition("/")[2]
        return resource


def assert_all_operations_end(api: Api, locations: list[str]) -> None:
    deadline = time.monotonic() + 20
    for location in locations:
        while (operation := api.get(location))["state"] not in ENDED:
            assert time.monotonic() < deadline, f"still {operation['state']} after the restart: {operation}"
            time.sleep(0.01)
        assert operation["endTime"]
        assert operation["state"] != "Failed", operation
        resource = api.call("GET", operation["resourceLocation"])
        if operation["operationType"] == "Image":
            assert resource.json()["creationState"] == operation["state"]
        else:
            assert resource.status_code in (200, 404)


@pytest.mark.slow
def test_nothing_accepted_is_lost_and_no_operation_runs_for_ever(tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")  # shown when the test fails
    dice = random.Random(seed)
    accepted = {generation: Accepted() for generation in GENERATIONS}
    server = ServerProcess(tmp_path / "data", command=SLOW_SERVER).start()
    try:
        for number in range(CRASHES):
            generation = GENERATIONS[number % 2]
            flow = Flow(server.url, generation, accepted[generation], dice)
            before = len(accepted[generation].operations)
            flow.start()
            time.sleep(dice.uniform(0.0, 0.6))
            server.kill()
            flow.join()
            api = Api(server.start().url, generation)
            assert_all_operations_end(api, accepted[generation].operations[before:])
        for generation in GENERATIONS:
            api, kept = Api(server.url, generation), accepted[generation]
            for kind, resource in kept.resources:
                assert api.get(f"{kind}/{resource['id']}") == resource
            assert_all_operations_end(api, kept.operations)
            for service in kept.deleted:
                assert api.call("GET", f"services/{service}").status_code == 404
        assert sum(len(kept.operations) for kept in accepted.values()) > CRASHES, "hardly anything was going on"
        assert_only_live_services_run(server)
    finally:
        server.kill()


def assert_only_live_services_run(server: ServerProcess) -> None:
    """What runs is what the API shows: no service was forgotten, and none goes on behind its back."""
    shown = {}
    for generation in GENERATIONS:
        for service in Api(server.url, generation).items("services", count="1000"):
            shown[service["id"]] = service["imageId"] if generation is HOSTING else service["image"]["id"]
    running = {path.name: path.read_text() for path in (server.data_dir / "running").iterdir()}
    assert running == shown

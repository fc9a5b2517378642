# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a folder to an answer in the way of the clients of 2017, against a server with default flags.

The requests are of our own making, in the shape of theirs: each upload is a tar.gz in blob storage, the links to it are
C(http://) with a signature, the bodies name what they name, and only the statuses count that they accept.
"""

from __future__ import annotations

import io
import json
import tarfile
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import requests
from api_client import ACCOUNT, CLUSTER, Api
from azure.storage.blob import BlobSasPermissions, BlobServiceClient, generate_blob_sas

from mms_local.testing import ServerProcess

pytestmark = pytest.mark.slow

DRIVER = """
import json, os

def init():
    global words
    with open(os.path.join('model', 'words.txt')) as file:
        words = file.read().split()

def run(input_df):
    import helper
    return json.dumps([helper.chosen(words, number) for number in json.loads(input_df)['input_df']])
"""
HELPER = "def chosen(words, number):\n    return words[number]\n"


def archive(**files: str) -> bytes:
    """A tar.gz of texts, by name, with C(_dot_) for a dot."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as made:
        for name, text in files.items():
            member = tarfile.TarInfo(name.replace("_dot_", "."))
            member.size = len(text.encode())
            made.addfile(member, io.BytesIO(text.encode()))
    return stream.getvalue()


class Client:
    """A client of that time: one session, status codes to the letter."""

    def __init__(self, server: ServerProcess) -> None:
        self.base = f"{server.url}{Api('', ACCOUNT).path}"
        self.session = requests.Session()
        self.session.headers.update({"Authorization": "Bearer token", "Content-Type": "application/json"})
        self.session.params = {"api-version": ACCOUNT.version}
        self._blobs = BlobServiceClient.from_connection_string(server.environment["AZURE_STORAGE_CONNECTION_STRING"])

    def upload(self, name: str, content: bytes) -> str:
        """Upload to the container of the client and return a link that can be read for a year, by http."""
        container = self._blobs.get_container_client("azureml")
        if not container.exists():
            container.create_container()
        blob = container.upload_blob(name, content)
        account = str(self._blobs.account_name)
        signature = generate_blob_sas(
            account,
            "azureml",
            name,
            account_key=self._blobs.credential.account_key,
            permission=BlobSasPermissions(read=True),
            expiry=datetime.now(timezone.utc) + timedelta(days=365),
        )
        assert blob.url.startswith("http://")
        return f"{blob.url}?{signature}"

    def post(self, kind: str, status: int, **body: Any) -> requests.Response:
        answer = self.session.post(f"{self.base}/{kind}", data=json.dumps(body), timeout=60)
        assert answer.status_code == status, answer.text
        return answer

    def finished(self, answer: requests.Response) -> str:
        """Poll as these clients do: the id of the operation is what follows the last slash."""
        operation_id = answer.headers["Operation-Location"].rsplit("/", 1)[1]
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline:
            operation = self.session.get(f"{self.base}/operations/{operation_id}", timeout=60).json()
            if operation["state"] not in ("NotStarted", "Running"):
                assert operation["state"] == "Succeeded", json.dumps(operation)
                return str(operation["resourceLocation"].rsplit("/", 1)[1])
            time.sleep(0.1)
        raise AssertionError(operation)


@pytest.mark.case("from a folder to an answer with a client of 2017", "published clients")
def test_a_folder_becomes_a_service_that_answers(server: ServerProcess) -> None:
    client = Client(server)
    model = client.post(
        "models",
        200,
        name="model",
        tags=[],
        description="",
        url=client.upload("model.tar.gz", archive(words_dot_txt="zero one two", about_dot_txt="numbers")),
        mimeType="application/json",
        unpack=True,
    ).json()
    assets = [
        {
            "id": "driver",
            "url": client.upload("score.py", DRIVER.encode()),
            "mimeType": "application/x-python",
            "unpack": False,
        },
        {
            "id": "0b0f4b5e-6b38-4b34-9d0f-1f6b8a7c2d3e.tar.gz",
            "url": client.upload("helper.tar.gz", archive(helper_dot_py=HELPER)),
            "mimeType": "application/octet-stream",
            "unpack": True,
        },
    ]
    asked = b"azureml-model-management-sdk==1.0.1b6.post1\nazure-ml-api-sdk==0.1.0a11\n"
    requirements = client.upload("requirements.txt", asked)
    manifest = client.post(
        "manifests",
        200,
        name="words",
        description=None,
        driverProgram="driver",
        assets=assets,
        modelIds=[model["id"]],
        modelType="Registered",
        targetRuntime={"runtimeType": "Python", "properties": {"pipRequirements": requirements}},
    ).json()
    assert manifest["webserviceType"] == "Realtime"
    image = client.post(
        "images",
        202,
        name="words",
        manifestId=manifest["id"],
        imageType="Docker",
        computeResourceId=CLUSTER,
        description="",
    )
    service = client.post(
        "services",
        202,
        name="words",
        imageId=client.finished(image),
        computeResource={"id": CLUSTER, "type": "Cluster"},
        numReplicas=None,
    )
    service_id = client.finished(service)
    shown = client.session.get(f"{client.base}/services/{service_id}", timeout=60).json()
    key = client.session.get(f"{client.base}/services/{service_id}/keys", timeout=60).json()["primaryKey"]
    answer = requests.post(
        shown["scoringUri"],
        data=json.dumps({"input_df": [2, 0]}),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        timeout=60,
    )
    assert answer.status_code == 200, answer.text
    assert json.loads(answer.json()) == ["two", "zero"]

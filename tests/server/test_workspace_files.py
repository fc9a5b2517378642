# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies around a workspace: discovery, artifacts, and its part of Resource Manager (protocol 2.3.1, 2.3.3, 4.5)."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from api_client import SUBSCRIPTION, Api
from core_world import CoreWorld
from test_workspace_api import PATH, new_model, workspace

from mms_local.api.artifacts import Artifacts
from mms_local.api.blob import BlobService, account_key
from mms_local.core.accounts import AccountName
from mms_local.core.generation import Generation
from mms_local.core.ports import JobFailed
from mms_local.store.blob_store import BlobStore
from mms_local.testing import ServerProcess

STORE = PATH.replace("/modelmanagement/v1.0", "/artifact/v2.0") + "/artifacts"
ARM = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/demo-ws"
VERSION = {"api-version": "2019-11-01"}
VAULT = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/v"


@pytest.fixture
def api(server: ServerProcess) -> Api:
    return workspace(server.url)


def test_the_discovery_document_is_open_and_leads_here(server: ServerProcess) -> None:
    found = requests.get(f"{server.url}/discovery/workspaces/1", timeout=30).json()
    assert {"api", "experimentation", "history", "hyperdrive", "modelmanagement", "studio"} <= set(found)
    assert set(found.values()) == {server.url}


def test_files_go_to_the_store_by_signed_urls_and_come_back(api: Api) -> None:
    names = ["folder/a.txt", "folder/sub/b.txt"]
    body = {"paths": [{"path": name} for name in names]}
    places = api.post(f"{STORE}/batch/metadata/LocalUpload/c1", body, 200)
    assert places["errors"] == {}
    assert list(places["artifacts"]) == list(places["artifactContentInformation"]) == names
    for name in names:
        uri = places["artifactContentInformation"][name]["contentUri"]
        headers = {"x-ms-blob-type": "BlockBlob", "x-ms-version": "2021-08-06", "If-None-Match": "*"}
        sent = requests.put(uri, name.encode(), headers=headers, timeout=30)
        assert sent.status_code == 201, sent.text
        assert requests.head(uri, timeout=30).headers["Content-Length"] == str(len(name))
    listed = api.get(f"{STORE}/prefix/contentinfo/LocalUpload/c1/folder")["value"]
    assert [requests.get(one["contentUri"], timeout=30).text for one in listed] == names
    assert api.call("GET", f"{STORE}/content/LocalUpload/c1/folder/a.txt").text == "folder/a.txt"
    assert requests.get(listed[0]["contentUri"].replace("a.txt", "x.txt"), timeout=30).status_code == 403


def test_a_file_goes_through_the_service_too(api: Api) -> None:
    sent = api.session.post(f"{api.origin}{STORE}/content/LocalUpload/c2/m.bin", b"abc", timeout=30)
    assert sent.json()["artifactId"] == "LocalUpload/c2/m.bin"
    uri = api.get(f"{STORE}/contentinfo/LocalUpload/c2/m.bin")["contentUri"]
    assert requests.get(uri, timeout=30).content == b"abc"
    assert api.call("GET", f"{STORE}/contentinfo/LocalUpload/c2/none").status_code == 404


@pytest.mark.security
@pytest.mark.parametrize("path", ["../up", "/root", "a//b", ""])
def test_a_path_that_leaves_its_container_is_refused(api: Api, path: str) -> None:
    refused = api.call("POST", f"{STORE}/batch/metadata/LocalUpload/c1", {"paths": [{"path": path}]})
    assert refused.status_code == 400


@pytest.mark.security
def test_the_store_wants_a_token(server: ServerProcess) -> None:
    assert requests.get(f"{server.url}{STORE}/contentinfo/a/b/c", timeout=30).status_code == 401


def test_uploads_are_sent_to_a_storage_name_over_tls(start_server: Callable[..., ServerProcess]) -> None:
    pytest.importorskip("cryptography")
    server = start_server("--tls-port", "0", "--storage-suffix", "mms.test")
    api = workspace(server.url)
    places = api.post(f"{STORE}/batch/metadata/LocalUpload/c", {"paths": [{"path": "a"}]}, 200)
    uri = places["artifactContentInformation"]["a"]["contentUri"]
    assert uri.startswith("https://mmslocal.blob.mms.test:")


def test_a_workspace_is_made_and_leads_to_its_data_plane(api: Api) -> None:
    assert api.call("GET", ARM, params=VERSION).status_code == 404
    properties = {"keyVault": VAULT, "storageAccount": "/s", "applicationInsights": "/i"}
    body = {"location": "westus", "identity": {"type": "SystemAssigned"}, "properties": properties}
    assert api.call("PUT", ARM, body, params=VERSION).status_code == 201
    shown = api.get(ARM, **VERSION)
    assert shown["properties"]["keyVault"] == VAULT
    assert shown["properties"]["provisioningState"] == "Succeeded"
    assert "modelmanagement" in requests.get(shown["properties"]["discoveryUrl"], timeout=30).json()
    assert [one["name"] for one in api.get(ARM.rpartition("/")[0], **VERSION)["value"]] == ["demo-ws"]
    keys = api.call("POST", f"{ARM}/listKeys", params={"api-version": "2019-06-01"}).json()
    assert keys["userStorageKey"]
    assert keys["userStorageResourceId"] == "/s"


def test_computes_are_attached_read_and_detached(api: Api) -> None:
    api.call("PUT", ARM, {"location": "westus"}, params=VERSION)
    version = {"api-version": "2020-02-02"}
    tls = {"status": "Enabled", "cert": "public", "key": "private-key"}
    cluster = {"clusterPurpose": "FastProd", "sslConfiguration": tls}
    body = {"location": "westus", "properties": {"computeType": "AKS", "resourceId": "/aks", "properties": cluster}}
    put = api.call("PUT", f"{ARM}/computes/cl", body, params=version)
    assert put.status_code == 201
    outcome = put.headers["Azure-AsyncOperation"].removeprefix(api.origin)
    assert api.call("GET", outcome).json()["status"] == "Succeeded"
    shown: Any = api.get(f"/rp/workspaces{ARM}/computes/cl", **version)
    assert shown["id"] == f"{ARM}/computes/cl"
    assert shown["properties"]["isAttachedCompute"] is True
    assert shown["properties"]["properties"]["agentVmSize"] is None  # clients read all members, or no object
    assert "private-key" not in str(shown) + str(put.json())
    assert [one["name"] for one in api.get(f"{ARM}/computes", **version)["value"]] == ["cl"]
    codes = [api.call("DELETE", f"{ARM}/computes/cl", params=version).status_code for _round in range(2)]
    assert codes == [202, 204]
    assert api.call("GET", f"{ARM}/computes/cl", params=version).status_code == 404


def test_builders_find_the_files_behind_assets(api: Api) -> None:
    for name in ("one.txt", "folder/a.txt", "folder/sub/b.txt"):
        api.session.post(f"{api.origin}{STORE}/content/LocalUpload/c/{name}", name.encode(), timeout=30)
    asset = api.post("assets", {"name": "m", "artifacts": [{"prefix": "LocalUpload/c/folder"}]}, 200)
    assert new_model(api, url=f"aml://asset/{asset['id']}")["url"] == f"aml://asset/{asset['id']}"


async def test_a_folder_is_an_archive_and_a_file_is_itself(tmp_path: Path) -> None:
    core, store = CoreWorld(tmp_path, Generation.WORKSPACE), BlobStore(tmp_path / "blob")
    account = core.mms.accounts.open(AccountName(Generation.WORKSPACE, "s", "g", "w"))
    store.create_container("azureml-artifacts", {})

    async def content(text: str) -> Any:
        yield text.encode()

    for name in ("one.txt", "folder/a.txt"):
        async with store.content.receive(content(name)) as upload:
            part = store.content.keep(upload)
            store.commit("azureml-artifacts", f"{account.number}/LocalUpload/c/{name}", [part], {}, {})
    blobs = BlobService(store, account_key(tmp_path / "blob"))
    artifacts = Artifacts(core.mms, store, blobs, None, str, lambda: "http://here")
    whole, single = (
        core.mms.assets.create(account, "x", {"artifacts": [{"prefix": f"LocalUpload/c/{name}"}]})
        for name in ("folder", "one.txt")
    )
    url, packed = artifacts.locate(account.number, f"aml://asset/{single.id}")
    assert (url.partition("?")[0], packed) == ("http://here/azureml-artifacts/1/LocalUpload/c/one.txt", False)
    url, packed = artifacts.locate(account.number, f"aml://asset/{whole.id}")
    assert packed
    assert url.startswith(f"http://here/artifact/bundles/{account.number}/")
    assert artifacts.locate(account.number, "https://x.invalid/a") == ("https://x.invalid/a", False)
    for missing in ("aml://asset/none", "aml://artifact/LocalUpload/c/none", "aml://dataset/1"):
        with pytest.raises(JobFailed):
            artifacts.locate(account.number, missing)
    store.close()


def test_bundles_are_for_builders_alone(server: ServerProcess) -> None:
    answer = requests.get(f"{server.url}/artifact/bundles/1/{'0' * 64}.tar?part=LocalUpload/c", timeout=30)
    assert answer.status_code == 404
    assert "0" * 64 not in str(server.control("GET", "requests"))
    assert not tarfile.is_tarfile(io.BytesIO(answer.content))

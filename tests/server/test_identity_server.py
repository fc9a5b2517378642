# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens in a whole server: checked on the data plane and on blobs, TLS, managed identity, missing libraries."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import requests
from api_client import ACCOUNT, Api
from azure.identity import EnvironmentCredential, ManagedIdentityCredential
from azure.storage.blob import BlobSasPermissions, BlobServiceClient, generate_blob_sas

from mms_local.testing import ServerProcess

pytestmark = pytest.mark.security

SCOPE = "https://management.azure.com/.default"


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that takes its own tokens only, with a TLS port."""
    with ServerProcess(tmp_path_factory.mktemp("checked"), "--auth", "checked", "--tls-port", "0") as server:
        yield server


@pytest.fixture
def credential(checked: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[EnvironmentCredential]:
    """What azure-identity makes of the variables that the server exports."""
    for name, value in checked.environment.items():
        monkeypatch.setenv(name, value)
    ca = checked.environment["MMS_LOCAL_CA_FILE"]
    with EnvironmentCredential(disable_instance_discovery=True, connection_verify=ca) as credential:
        yield credential


def test_the_data_plane_takes_tokens_of_its_own_endpoint_only(
    checked: ServerProcess, credential: EnvironmentCredential
) -> None:
    token = credential.get_token(SCOPE).token
    elsewhere = credential.get_token("https://graph.microsoft.com/.default").token
    assert Api(checked.url, ACCOUNT, token=token).call("GET", "models").status_code == 200
    for wrong in (elsewhere, "made-up", token[:-4] + "AAAA"):
        answer = Api(checked.url, ACCOUNT, token=wrong).call("GET", "models")
        assert (answer.status_code, answer.json()["code"]) == (401, "Unauthorized")
        assert wrong not in answer.text


def test_blobs_are_reached_with_a_token_and_shared_by_a_delegated_signature(
    checked: ServerProcess, credential: EnvironmentCredential
) -> None:
    ca, endpoint = checked.environment["MMS_LOCAL_CA_FILE"], f"{checked.environment['AZURE_AUTHORITY_HOST']}/mmslocal"
    now = datetime.now(timezone.utc)
    with BlobServiceClient(endpoint, credential=credential, connection_verify=ca, retry_total=0) as client:
        blob = client.create_container("mms-assets").upload_blob("ab/model.pkl", b"model")
        assert blob.download_blob().readall() == b"model"
        key = client.get_user_delegation_key(now - timedelta(minutes=5), now + timedelta(minutes=5))
    plain = f"{checked.url}/mmslocal/mms-assets/ab/model.pkl"

    def status(**changes: object) -> int:
        sas = generate_blob_sas(
            "mmslocal",
            "mms-assets",
            "ab/model.pkl",
            user_delegation_key=key,
            permission=BlobSasPermissions(read=True),
            expiry=now + timedelta(minutes=2),
        )
        for name, value in changes.items():
            sas = sas.replace(f"{name}=", f"{name}={value}")
        return requests.get(f"{plain}?{sas}", timeout=10).status_code

    assert status() == 200
    assert status(sp="w") == status(skv="1") == status(ske="2030-01-01&x=") == 403
    assert requests.get(plain, timeout=10).status_code == 401
    assert requests.get(plain, headers={"Authorization": "Bearer made-up"}, timeout=10).status_code == 401


def test_a_wrong_token_for_blobs_is_refused_by_the_storage_error(checked: ServerProcess) -> None:
    answer = requests.get(f"{checked.url}/mmslocal?comp=list", headers={"Authorization": "Bearer made-up"}, timeout=10)
    assert (answer.status_code, answer.headers["x-ms-error-code"]) == (401, "InvalidAuthenticationInfo")
    assert answer.headers["WWW-Authenticate"].startswith(f"Bearer authorization_uri={checked.url}/common/oauth2")
    assert "made-up" not in answer.text


def test_the_ready_file_tells_where_managed_identities_get_tokens(
    checked: ServerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = json.loads((checked.data_dir / "ready.json").read_text("utf-8"))
    for name, value in ready["managedIdentityEnv"].items():
        monkeypatch.setenv(name, value)
    with ManagedIdentityCredential() as credential:
        token = credential.get_token(SCOPE).token
    assert Api(checked.url, ACCOUNT, token=token).call("GET", "models").status_code == 200


def test_a_web_page_that_rebinds_its_name_gets_no_token_of_the_machine(checked: ServerProcess) -> None:
    ready = json.loads((checked.data_dir / "ready.json").read_text("utf-8"))
    place = ready["virtualMachineEnv"]["AZURE_POD_IDENTITY_AUTHORITY_HOST"]
    url = f"{place}/metadata/identity/oauth2/token?resource=https://management.azure.com/"
    headers = {"Metadata": "true"}
    assert requests.get(url, headers=headers, timeout=10).status_code == 200
    assert requests.get(url, headers={**headers, "Host": "rebound.example:8780"}, timeout=10).status_code == 403
    assert requests.get(url, headers={**headers, "Origin": "https://rebound.example"}, timeout=10).status_code == 403


def test_tokens_outlive_the_server(start_server: Callable[..., ServerProcess], tmp_path: Path) -> None:
    def token_from(server: ServerProcess) -> str:
        known = server.environment
        form = {
            "grant_type": "client_credentials",
            "client_id": known["AZURE_CLIENT_ID"],
            "client_secret": known["AZURE_CLIENT_SECRET"],
            "resource": "https://management.azure.com/",
        }
        answer = requests.post(f"{server.url}/{known['AZURE_TENANT_ID']}/oauth2/token", data=form, timeout=10)
        return str(answer.json()["access_token"])

    flags = ("--auth", "checked", "--tls-port", "0")
    first = start_server(*flags, data_dir=tmp_path / "kept")
    token, known = token_from(first), first.environment
    first.kill()
    second = start_server(*flags, data_dir=tmp_path / "kept")
    assert second.environment["AZURE_CLIENT_SECRET"] == known["AZURE_CLIENT_SECRET"]
    assert Api(second.url, ACCOUNT, token=token).call("GET", "models").status_code == 200


def test_lifetime_and_audiences_of_tokens_can_be_chosen(start_server: Callable[..., ServerProcess]) -> None:
    flags = ("--auth", "checked", "--token", "fixed", "--token-lifetime", "90", "--token-audiences", "a:x,a:y")
    server = start_server(*flags)
    ready = json.loads((server.data_dir / "ready.json").read_text("utf-8"))["managedIdentityEnv"]
    statuses = []
    for resource in ("a:x", "a:y", "https://management.azure.com/"):
        answer = requests.get(
            ready["IDENTITY_ENDPOINT"],
            params={"resource": resource},
            headers={"X-IDENTITY-HEADER": ready["IDENTITY_HEADER"]},
            timeout=10,
        ).json()
        assert answer["expires_in"] == "90"
        statuses.append(Api(server.url, ACCOUNT, token=answer["access_token"]).call("GET", "models").status_code)
    assert statuses == [200, 200, 401]
    assert Api(server.url, ACCOUNT, token="fixed").call("GET", "models").status_code == 200


def test_a_reset_forgets_blobs_and_registered_applications(start_server: Callable[..., ServerProcess]) -> None:
    server = start_server()
    server.control("PUT", "identity/applications/app-1", {"secrets": ["s"]})
    with BlobServiceClient.from_connection_string(server.environment["AZURE_STORAGE_CONNECTION_STRING"]) as client:
        client.create_container("mms-assets").upload_blob("a", b"x")
        server.reset()
        assert list(client.list_containers()) == []
    assert len(server.control("GET", "identity/applications")["value"]) == 1


def test_unreadable_requests_are_refused_without_an_error_of_the_server(checked: ServerProcess) -> None:
    url = f"{checked.url}/tenant/oauth2/v2.0/token"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert requests.post(url, data=b"grant_type=\xff\xfe", headers=form, timeout=10).status_code == 400
    multipart = {"Content-Type": "multipart/form-data; boundary=x"}
    assert requests.post(url, data=b"no part", headers=multipart, timeout=10).status_code == 400
    assert requests.post(url, data=b"x" * (5 << 20), headers=form, timeout=10).status_code == 413
    blob = f"{checked.url}/mmslocal/box/a"
    assert requests.put(blob, headers={"x-ms-meta-a": "\u00e9".encode()}, timeout=10).status_code == 400
    assert requests.get(f"{checked.url}/mmslocal/box/%ff", timeout=10).status_code == 400
    for query in ("sv=2020-02-02&sig=%ff", "sv=%C3%A9&sig=x", "sv=2020-02-02&sr=b&sig=AAAA&se=9999-99-99"):
        assert requests.get(f"{blob}?{query}", timeout=10).status_code in (400, 403)


@pytest.fixture
def without_libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Child processes find neither PyJWT nor cryptography."""
    for name in ("jwt", "cryptography"):
        package = tmp_path / "missing" / name
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(f"raise ModuleNotFoundError({name!r}, name={name!r})\n", "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "missing"))


@pytest.mark.usefixtures("without_libraries")
def test_without_the_libraries_a_server_that_needs_none_starts(start_server: Callable[..., ServerProcess]) -> None:
    server = start_server()
    assert Api(server.url, ACCOUNT).call("GET", "models").status_code == 200
    answer = requests.post(f"{server.url}/tenant/oauth2/token", data={"grant_type": "password"}, timeout=10)
    assert answer.status_code == 501
    assert "pip install 'PyJWT[crypto]'" in answer.json()["error_description"]
    certificate = {"certificates": ["-----BEGIN CERTIFICATE-----"]}
    place = f"{server.url}/_mms/identity/applications/a"
    refused = requests.put(place, json=certificate, headers=server.owner, timeout=10)
    assert "pip install 'PyJWT[crypto]'" in refused.json()["message"]


@pytest.mark.usefixtures("without_libraries")
@pytest.mark.parametrize("flags", [("--auth", "checked"), ("--tls-port", "0")])
def test_without_the_libraries_a_server_that_needs_them_says_what_to_install(
    flags: tuple[str, str], tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "mms_local", "serve", "--data-dir", str(tmp_path / "data"), "--port", "0"]
    ended = subprocess.run(
        [*command, "--compute", "none", *flags], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert "pip install 'PyJWT[crypto]'" in ended.stderr
    assert "Traceback" not in ended.stderr

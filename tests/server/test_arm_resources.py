# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Resource Manager facade over HTTP: accounts of both generations and clusters (protocol 4.1 to 4.3)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from api_client import KUBECONFIG

from mms_local.testing import ServerProcess

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/demo-rg"
HOSTING = "Microsoft.MachineLearningOperationalization/hostingAccounts"
ACCOUNTS = "Microsoft.MachineLearningModelManagement/accounts"
CLUSTERS = "Microsoft.MachineLearningCompute/operationalizationClusters"
VERSIONS = {HOSTING: "2017-06-01-privatepreview", ACCOUNTS: "2017-09-01-preview", CLUSTERS: "2017-08-01-preview"}
ACCOUNT_TYPES = [HOSTING, ACCOUNTS]
SKUS = {HOSTING: {"name": "S1", "tier": "Standard"}, ACCOUNTS: {"name": "S1", "capacity": 2}}


@dataclass(frozen=True)
class Arm:
    """Calls Resource Manager."""

    url: str
    token: str = "some-token"

    def call(self, method: str, path: str, body: Any = None, *, version: str | None = "", **options: Any) -> Any:
        """One request; the api-version is the one of the type in the path unless another one is given."""
        known = (found for kind, found in VERSIONS.items() if kind.lower() in path.lower())
        query = {"api-version": version or next(known, "2016-06-01")} if version is not None else {}
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return requests.request(
            method, self.url + path, params=query, json=body, headers=headers, timeout=30, **options
        )


@pytest.fixture
def arm(server: ServerProcess) -> Arm:
    return Arm(server.url)


def body(kind: str = ACCOUNTS, **changes: Any) -> dict[str, Any]:
    return {"location": "East US 2", "sku": SKUS[kind], "properties": {"description": "for the demo"}, **changes}


def cluster(**properties: Any) -> dict[str, Any]:
    return {"location": "eastus2", "properties": {"clusterType": "ACS", **properties}}


def code_of(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize("kind", ACCOUNT_TYPES)
def test_an_account_is_created_read_replaced_and_deleted(arm: Arm, kind: str) -> None:
    path = f"{GROUP}/providers/{kind}/demo"
    created = arm.call("PUT", path, body(kind, tags={"team": "blue"}))
    assert created.status_code == 201
    shown = created.json()
    assert shown["id"] == path
    assert (shown["name"], shown["type"], shown["location"]) == ("demo", kind, "eastus2")
    assert (shown["sku"], shown["tags"]) == (SKUS[kind], {"team": "blue"})
    assert shown["properties"]["description"] == "for the demo"
    assert shown["properties"]["createdOn"] == shown["properties"]["modifiedOn"]
    assert arm.call("GET", path).json() == shown

    replaced = arm.call("PUT", path, {"location": "eastus2"})
    assert replaced.status_code == 200
    assert "sku" not in replaced.json()
    assert replaced.json()["tags"] == {}
    assert "description" not in replaced.json()["properties"]
    assert replaced.json()["properties"]["createdOn"] == shown["properties"]["createdOn"]
    assert replaced.json()["properties"]["modifiedOn"] > shown["properties"]["modifiedOn"]

    assert [arm.call("DELETE", path).status_code for _round in range(2)] == [200, 204]
    assert code_of(arm.call("GET", path)) == (404, "ResourceNotFound")


@pytest.mark.parametrize(("kind", "marker"), [(HOSTING, "hostingAccounts"), (ACCOUNTS, "accounts")])
def test_the_swagger_location_leads_to_the_data_plane_at_the_callers_host(arm: Arm, kind: str, marker: str) -> None:
    path = f"{GROUP}/providers/{kind}/demo"
    answer = arm.call("PUT", path, body(kind), headers={"Host": "192.0.2.7:8780"}).json()
    location = answer["properties"]["modelManagementSwaggerLocation"]
    base = f"/api/subscriptions/{SUBSCRIPTION}/resourceGroups/demo-rg/{marker}/demo"
    assert location == f"http://192.0.2.7:8780{base}/swagger.json?api-version={VERSIONS[kind]}"
    local = arm.call("GET", path).json()["properties"]["modelManagementSwaggerLocation"]
    assert requests.get(local, timeout=10).json()["basePath"] == base


def test_names_and_words_of_the_path_match_in_any_letter_case(arm: Arm) -> None:
    arm.call("PUT", f"{GROUP}/providers/{ACCOUNTS}/Demo", body())
    other = f"{GROUP}/providers/{ACCOUNTS}/DEMO".replace("resourceGroups", "resourcegroups").replace(
        "accounts", "ACCOUNTS"
    )
    assert arm.call("GET", other).json()["name"] == "Demo"
    again = arm.call("PUT", other, body())
    assert (again.status_code, again.json()["name"]) == (200, "Demo")


def test_a_patch_changes_what_it_names(arm: Arm) -> None:
    path = f"{GROUP}/providers/{ACCOUNTS}/demo"
    arm.call("PUT", path, body(tags={"a": "1"}))
    changed = arm.call("PATCH", path, {"tags": {"b": "2"}, "sku": {"capacity": 3}}).json()
    assert (changed["tags"], changed["sku"]) == ({"b": "2"}, {"name": "S1", "capacity": 3})
    assert changed["properties"]["description"] == "for the demo"
    assert code_of(arm.call("PATCH", path, {"location": "westus"})) == (400, "LocationNotUpdatable")
    assert code_of(arm.call("PATCH", path, {"sku": {"capacity": 99}})) == (400, "InvalidRequestContent")
    assert code_of(arm.call("PATCH", f"{path}-missing", {})) == (404, "ResourceNotFound")


@pytest.mark.parametrize(
    ("change", "target"),
    [
        ({"location": None}, "location"),
        ({"location": "mars/phobos"}, "location"),
        ({"sku": {"name": "S9"}}, "sku.name"),
        ({"sku": {"capacity": 1}}, "sku.name"),
        ({"sku": {"name": "S1", "capacity": 17}}, "sku.capacity"),
        ({"sku": {"name": "S1", "capacity": "two"}}, "sku.capacity"),
        ({"tags": {"a": 1}}, "tags.a"),
        ({"tags": []}, "tags"),
        ({"properties": {"description": 5}}, "properties.description"),
    ],
)
def test_a_bad_body_is_refused_with_the_field_named(arm: Arm, change: dict[str, Any], target: str) -> None:
    answer = arm.call("PUT", f"{GROUP}/providers/{ACCOUNTS}/demo", body(**change))
    assert code_of(answer) == (400, "InvalidRequestContent")
    assert [one["target"] for one in answer.json()["error"]["details"]] == [target]
    assert arm.call("GET", f"{GROUP}/providers/{ACCOUNTS}/demo").status_code == 404


def test_an_account_does_not_move_to_another_region(arm: Arm) -> None:
    path = f"{GROUP}/providers/{ACCOUNTS}/demo"
    arm.call("PUT", path, body())
    assert code_of(arm.call("PUT", path, body(location="westus"))) == (409, "InvalidResourceLocation")


def test_lists_are_by_group_and_by_subscription_and_page(arm: Arm) -> None:
    for number in range(103):
        group = "demo-rg" if number % 2 else "other-rg"
        path = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/{ACCOUNTS}/a{number:03}"
        assert arm.call("PUT", path, body()).status_code == 201
    arm.call("PUT", f"{GROUP}/providers/{HOSTING}/h", body(HOSTING))

    in_group = arm.call("GET", f"{GROUP}/providers/{ACCOUNTS}").json()
    assert [one["name"] for one in in_group["value"]] == [f"a{number:03}" for number in range(1, 103, 2)]
    assert "nextLink" not in in_group

    first = arm.call("GET", f"/subscriptions/{SUBSCRIPTION}/providers/{ACCOUNTS}").json()
    link = first["nextLink"]
    assert link.startswith(arm.url)
    assert "%24skiptoken=" in link or "$skiptoken=" in link
    second = requests.get(link, headers={"Authorization": "Bearer x"}, timeout=10).json()
    assert "nextLink" not in second
    names = [one["name"] for one in [*first["value"], *second["value"]]]
    assert sorted(names) == [f"a{number:03}" for number in range(103)]
    assert arm.call("GET", f"/subscriptions/another/providers/{ACCOUNTS}").json() == {"value": []}


def test_a_page_token_from_elsewhere_is_refused(arm: Arm) -> None:
    answer = arm.call("GET", f"{GROUP}/providers/{ACCOUNTS}?$skiptoken=%C3%A9")
    assert code_of(answer) == (400, "InvalidSkipToken")


@pytest.mark.parametrize(
    ("path", "version", "expected"),
    [
        (f"{GROUP}/providers/{ACCOUNTS}/x", None, (400, "MissingApiVersionParameter")),
        (f"{GROUP}/providers/{ACCOUNTS}/x", "latest", (400, "InvalidApiVersionParameter")),
        (f"{GROUP}/providers/{ACCOUNTS}/x", "2017-06-01-privatepreview", (400, "NoRegisteredProviderFound")),
        (f"{GROUP}/providers/Microsoft.MachineLearningModelManagement/models/x", "", (404, "InvalidResourceType")),
        (f"{GROUP}/providers/Microsoft.Unknown/accounts/x", "", (404, "InvalidResourceNamespace")),
        (f"{GROUP}/providers/{ACCOUNTS}/x", "", (404, "ResourceNotFound")),
        (f"{GROUP}/something/else", "", (404, "NotFound")),
        (f"{GROUP}/providers/{ACCOUNTS}/a%2Fb", "", (400, "InvalidUri")),
        (f"{GROUP}/providers/{ACCOUNTS}/%ff", "", (400, "InvalidUri")),
        (f"/subscriptions/{SUBSCRIPTION}/providers/{ACCOUNTS}/x", "", (404, "NotFound")),
        ("/providers/Microsoft.Unknown/operations", "", (404, "InvalidResourceNamespace")),
    ],
)
def test_a_path_or_version_that_is_not_known_is_refused_in_the_wrapped_form(
    arm: Arm, path: str, version: str | None, expected: tuple[int, str]
) -> None:
    assert code_of(arm.call("GET", path, version=version)) == expected


@pytest.mark.parametrize("sent", ["{", "[]", '"text"', '{"location": "a", "Location": "b"}', ""])
def test_a_body_that_is_no_object_is_refused(arm: Arm, sent: str) -> None:
    url = f"{arm.url}{GROUP}/providers/{ACCOUNTS}/demo?api-version={VERSIONS[ACCOUNTS]}"
    headers = {"Authorization": "Bearer x", "Content-Type": "application/json"}
    assert code_of(requests.put(url, data=sent, headers=headers, timeout=10)) == (400, "InvalidRequestContent")


def test_a_caller_without_a_token_is_sent_away(arm: Arm) -> None:
    answer = requests.get(f"{arm.url}{GROUP}/providers/{ACCOUNTS}/demo", timeout=10)
    assert code_of(answer) == (401, "AuthenticationFailed")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_callers_request_id_comes_back_on_request_only(arm: Arm) -> None:
    path, sent = f"{GROUP}/providers/{ACCOUNTS}", {"x-ms-client-request-id": "mine"}
    silent = arm.call("GET", path, headers=sent)
    asked = arm.call("GET", path, headers={**sent, "x-ms-return-client-request-id": "true"})
    assert "x-ms-client-request-id" not in silent.headers
    assert asked.headers["x-ms-client-request-id"] == "mine"
    assert silent.headers["x-ms-request-id"] != asked.headers["x-ms-request-id"]


def test_methods_that_are_not_possible_are_named(arm: Arm) -> None:
    answer = arm.call("POST", f"{GROUP}/providers/{ACCOUNTS}/demo")
    assert code_of(answer) == (405, "MethodNotAllowed")
    assert answer.headers["Allow"] == "GET, PUT, PATCH, DELETE"


def test_surroundings_need_not_be_made(arm: Arm) -> None:
    assert arm.call("GET", f"/subscriptions/{SUBSCRIPTION}").json()["state"] == "Enabled"
    assert arm.call("GET", GROUP).json()["id"] == GROUP
    assert arm.call("HEAD", GROUP).status_code == 200
    namespace = ACCOUNTS.partition("/")[0]
    for method, end in (("GET", ""), ("POST", "/register")):
        answer = arm.call(method, f"/subscriptions/{SUBSCRIPTION}/providers/{namespace}{end}").json()
        assert answer["registrationState"] == "Registered"
        assert answer["resourceTypes"][0]["apiVersions"][0] == VERSIONS[ACCOUNTS]


def test_provider_operations_are_listed(arm: Arm) -> None:
    namespace = HOSTING.partition("/")[0]
    names = [one["name"] for one in arm.call("GET", f"/providers/{namespace}/operations").json()["value"]]
    assert names == [f"{HOSTING}/{verb}" for verb in ("read", "write", "delete", "listTokens/action")]


def test_deleting_an_account_leaves_its_models(arm: Arm) -> None:
    path = f"{GROUP}/providers/{ACCOUNTS}/demo"
    arm.call("PUT", path, body())
    models = f"/api{GROUP}/accounts/demo/models"
    model = {"name": "iris", "url": "https://files.invalid/iris.pkl", "mimeType": "application/json"}
    assert arm.call("POST", models, model, version=VERSIONS[ACCOUNTS]).status_code == 200
    arm.call("DELETE", path)
    found = arm.call("GET", models, version=VERSIONS[ACCOUNTS]).json()
    assert [one["name"] for one in found["value"]] == ["iris"]


# Tokens


def test_the_token_of_a_hosting_account_opens_the_data_plane(start_server: Callable[..., ServerProcess]) -> None:
    server = start_server("--auth", "checked", "--tls-port", "0")
    form = {
        "grant_type": "client_credentials",
        "client_id": server.environment["AZURE_CLIENT_ID"],
        "client_secret": server.environment["AZURE_CLIENT_SECRET"],
        "resource": "https://management.core.windows.net/",
    }
    tenant = server.environment["AZURE_TENANT_ID"]
    granted = requests.post(f"{server.url}/{tenant}/oauth2/token", data=form, timeout=10).json()
    arm = Arm(server.url, granted["access_token"])
    path = f"{GROUP}/providers/{HOSTING}/demo"
    assert code_of(arm.call("POST", f"{path}/listTokens")) == (404, "ResourceNotFound")
    arm.call("PUT", path, body(HOSTING))
    token = arm.call("POST", f"{path}/listTokens").json()["accessToken"]
    models = f"{server.url}/api{GROUP}/hostingAccounts/demo/models"
    statuses = [
        requests.get(models, headers={"Authorization": f"Bearer {one}"}, timeout=10).status_code
        for one in (token, "made-up")
    ]
    assert statuses == [200, 401]


# Clusters


def test_a_cluster_shows_its_secrets_in_list_keys_only(arm: Arm, server: ServerProcess) -> None:
    path = f"{GROUP}/providers/{CLUSTERS}/demo-env"
    secret = {
        "storageAccount": {"resourceId": "/storage", "primaryKey": "storage-secret"},
        "containerRegistry": {"loginServer": "registry.test", "username": "u", "password": "registry-secret"},
        "containerService": {
            "orchestratorType": "Kubernetes",
            "agentCount": 3,
            "acsKubeConfig": base64.b64encode(KUBECONFIG.encode()).decode(),
            "imagePullSecretName": "pull",
        },
    }
    created = arm.call("PUT", path, cluster(**secret))
    assert created.status_code == 201
    assert created.json()["properties"]["provisioningState"] == "Succeeded"
    shown = created.text + arm.call("GET", path).text + arm.call("GET", f"{GROUP}/providers/{CLUSTERS}").text
    shown += str(server.control("GET", "state"))
    assert "secret" not in shown.replace("imagePullSecretName", "")

    keys = arm.call("POST", f"{path}/listKeys").json()
    assert keys["containerService"]["acsKubeConfig"] == KUBECONFIG
    assert keys["containerService"]["imagePullSecretName"] == "pull"
    assert keys["storageAccount"] == {
        "resourceId": "/storage",
        "primaryKey": "storage-secret",
        "secondaryKey": None,
    }
    assert keys["containerRegistry"]["password"] == keys["containerRegistry"]["password2"] == "registry-secret"

    arm.call("PUT", path, arm.call("GET", path).json())
    assert arm.call("POST", f"{path}/listKeys").json() == keys
    moved = cluster(containerRegistry={"loginServer": "other.test"})
    arm.call("PUT", path, moved)
    assert arm.call("POST", f"{path}/listKeys").json()["containerRegistry"]["password"] == ""


def test_a_cluster_is_deleted_with_an_operation_to_watch(arm: Arm) -> None:
    path = f"{GROUP}/providers/{CLUSTERS}/demo-env"
    arm.call("PUT", path, cluster(containerService={"acsKubeConfig": KUBECONFIG}))
    deleted = arm.call("DELETE", path)
    assert deleted.status_code == 202
    status = requests.get(deleted.headers["Azure-AsyncOperation"], headers={"Authorization": "Bearer x"}, timeout=10)
    assert status.json()["status"] == "Succeeded"
    unknown = deleted.headers["Azure-AsyncOperation"].replace("operationsStatus/", "operationsStatus/0")
    assert requests.get(unknown, headers={"Authorization": "Bearer x"}, timeout=10).status_code == 404
    assert arm.call("DELETE", path).status_code == 204
    arm.call("PUT", path, cluster())
    assert arm.call("POST", f"{path}/listKeys").json()["containerService"]["acsKubeConfig"] is None


@pytest.mark.parametrize(
    ("properties", "field"),
    [
        ({"clusterType": "Mainframe"}, "properties.clusterType"),
        ({"containerService": {"agentCount": 101}}, "properties.containerService.agentCount"),
        ({"containerService": {"acsKubeConfig": "a: b c: d"}}, "kubeConfig"),
        ({"containerRegistry": {"password": "p"}}, "properties.containerRegistry.loginServer"),
        ({"storageAccount": {"secondaryKey": "k"}}, "properties.storageAccount.primaryKey"),
    ],
)
def test_a_cluster_that_cannot_be_is_refused(arm: Arm, properties: dict[str, Any], field: str) -> None:
    answer = arm.call("PUT", f"{GROUP}/providers/{CLUSTERS}/demo-env", cluster(**properties))
    assert code_of(answer) == (400, "InvalidRequestContent")
    assert answer.json()["error"]["details"][0]["target"] == field


@pytest.mark.parametrize("name", ["1st", "c", "ends-", "b\u00e9ta", "x" * 91])
def test_a_cluster_has_a_name_that_the_published_client_takes(arm: Arm, name: str) -> None:
    answer = arm.call("PUT", f"{GROUP}/providers/{CLUSTERS}/{name}", cluster())
    assert code_of(answer) == (400, "InvalidRequestContent")
    assert answer.json()["error"]["details"][0]["target"] == "name"


def test_system_services_are_up_to_date(arm: Arm) -> None:
    path = f"{GROUP}/providers/{CLUSTERS}/demo-env"
    arm.call("PUT", path, cluster())
    assert arm.call("POST", f"{path}/checkSystemServicesUpdatesAvailable").json() == {"updatesAvailable": "No"}
    assert arm.call("POST", f"{path}/updateSystemServices").json()["updateStatus"] == "Succeeded"
    assert code_of(arm.call("POST", f"{path}/explode")) == (404, "NotFound")


# Secrets over the control API


def test_cluster_secrets_come_over_the_control_api_too(arm: Arm, server: ServerProcess) -> None:
    path = f"{GROUP}/providers/{CLUSTERS}/demo-env"
    server.control("PUT", f"arm{path}", {"kubeConfig": KUBECONFIG, "imagePullSecretName": "pull"})
    arm.call("PUT", path, cluster())
    assert arm.call("POST", f"{path}/listKeys").json()["containerService"]["acsKubeConfig"] == KUBECONFIG
    server.control("DELETE", f"arm{path}")
    assert arm.call("POST", f"{path}/listKeys").json()["containerService"]["acsKubeConfig"] is None


def test_an_aks_cluster_gives_the_kubeconfig_that_was_configured(arm: Arm, server: ServerProcess) -> None:
    path = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/aks"
    assert code_of(arm.call("POST", f"{path}/listClusterUserCredential")) == (404, "ResourceNotFound")
    server.control("PUT", f"arm{path}", {"kubeConfig": KUBECONFIG})
    for action, name in (("listClusterUserCredential", "clusterUser"), ("listClusterAdminCredential", "clusterAdmin")):
        answer = arm.call("POST", f"{path}/{action}".replace("demo-rg", "DEMO-RG")).json()
        assert [one["name"] for one in answer["kubeconfigs"]] == [name]
        assert base64.b64decode(answer["kubeconfigs"][0]["value"]).decode() == KUBECONFIG
    assert code_of(arm.call("GET", path)) == (404, "NotFound")


@pytest.mark.parametrize(
    ("path", "sent", "status"),
    [
        (f"{GROUP}/providers/{ACCOUNTS}/demo", {}, 404),
        (f"{GROUP}/providers/{CLUSTERS}/demo-env", {"kubeconfig_": "x"}, 400),
        (f"{GROUP}/providers/{CLUSTERS}/demo-env", {"kubeConfig": "not a kubeconfig"}, 400),
        (f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/aks", {}, 400),
    ],
)
def test_secrets_that_cannot_be_used_are_refused(
    server: ServerProcess, path: str, sent: dict[str, Any], status: int
) -> None:
    answer = requests.put(f"{server.url}/_mms/arm{path}", json=sent, headers=server.owner, timeout=10)
    assert answer.status_code == status


def test_accounts_survive_a_restart(start_server: Callable[..., ServerProcess], tmp_path: Path) -> None:
    first = start_server(data_dir=tmp_path / "kept")
    path = f"{GROUP}/providers/{ACCOUNTS}/demo"
    shown = Arm(first.url).call("PUT", path, body()).json()
    first.kill()
    second = start_server(data_dir=tmp_path / "kept")
    again = Arm(second.url).call("GET", path).json()
    for answer in (shown, again):
        del answer["properties"]["modelManagementSwaggerLocation"]  # has the port
    assert again == shown


def test_the_server_describes_itself_as_a_cloud(server: ServerProcess) -> None:
    answer = requests.get(f"{server.url}/metadata/endpoints", params={"api-version": "2019-05-01"}, timeout=30)
    (cloud,) = answer.json()
    assert (cloud["name"], cloud["resourceManager"]) == ("LocalMMS", server.url)
    assert cloud["authentication"]["loginEndpoint"] == server.url
    assert "https://management.core.windows.net/" in cloud["authentication"]["audiences"]


def test_subscriptions_are_listed_in_which_something_is(arm: Arm) -> None:
    default = "00000000-0000-0000-0000-000000000000"
    assert [one["subscriptionId"] for one in arm.call("GET", "/subscriptions").json()["value"]] == [default]
    arm.call("PUT", f"{GROUP}/providers/{ACCOUNTS}/demo", body())
    assert [one["subscriptionId"] for one in arm.call("GET", "/Subscriptions").json()["value"]] == [
        default,
        SUBSCRIPTION,
    ]
    assert requests.get(f"{arm.url}/subscriptions", timeout=30).status_code == 401

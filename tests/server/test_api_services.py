# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services, keys, deployments (protocol 2.1.5, 2.2.2; 7.1 rows 8, 13, 16, 17, 20)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from api_client import ACCOUNT, CLUSTER, GENERATIONS, HOSTING, KUBECONFIG, Api, Generation

from mms_local.testing import ServerProcess


@pytest.fixture(params=GENERATIONS, ids=lambda one: one.marker)
def api(server: ServerProcess, request: pytest.FixtureRequest) -> Api:
    generation: Generation = request.param
    return Api(server.url, generation)


def refused(api: Api, method: str, path: str, body: Any) -> list[str]:
    """The messages of a 400."""
    answer = api.call(method, path, body)
    assert answer.status_code == 400, answer.text
    return [detail["message"] for detail in answer.json()["details"]]


def test_a_service_of_generation_account_shows_all_that_it_is_made_of(account: Api) -> None:
    model = account.new_model()
    manifest = account.new_manifest(model["id"])
    image = account.new_image(manifest["id"])
    scaler = {"autoscaleEnabled": True, "minReplicas": 1, "maxReplicas": 3}
    service = account.new_service(
        image["id"],
        autoScaler=scaler,
        containerResourceReservation={"cpu": "100m", "memory": "1G"},
        maxConcurrentRequestsPerContainer=5,
        appInsightsEnabled=False,
        dataCollection={"storageEnabled": True},
    )
    assert service["createdAt"] == service["updatedAt"]
    known = {name: value for name, value in service.items() if name not in ("id", "createdAt", "updatedAt")}
    assert known == {
        "name": "iris",
        "state": "Succeeded",
        "scoringUri": f"{account.origin}/api/v1/service/iris/score",
        "image": image,
        "manifest": manifest,
        "models": [model],
        "computeResource": {"id": CLUSTER, "type": "Cluster"},
        "numReplicas": None,
        "autoScaler": {**scaler, "targetUtilization": None, "refreshPeriodInSeconds": None},
        "containerResourceReservation": {"cpu": "100m", "memory": "1G"},
        "maxConcurrentRequestsPerContainer": 5,
        "appInsightsEnabled": False,
        "dataCollection": {"storageEnabled": True},
    }


def test_a_service_of_generation_hosting_account_has_both_forms_of_the_image(hosting: Api) -> None:
    image = hosting.new_image()
    service = hosting.new_service(image["id"])
    assert service["imageId"] == service["image"]["id"] == image["id"]
    assert service["acrImagePullSecret"] == "pull"
    for name in ("name", "id", "createdAt", "updatedAt", "scoringUri", "state"):
        assert service[name]


def test_a_second_service_of_a_name_is_a_conflict(api: Api) -> None:
    service = api.new_service()
    image_id = service["image"]["id"]
    answer = api.call("POST", "services", api.generation.service(image_id))
    assert (answer.status_code, answer.json()["code"]) == (409, "Conflict")
    assert len(api.items("services")) == 1


def test_a_name_is_free_again_when_its_service_is_deleted(api: Api) -> None:
    service = api.new_service()
    api.call("DELETE", f"services/{service['id']}")
    again = api.new_service(service["image"]["id"])
    assert again["id"] != service["id"]


def test_an_update_of_a_missing_service_is_not_found(api: Api) -> None:
    assert api.call("PUT", f"services/{uuid.uuid4()}", {"imageId": "x"}).status_code == 404


def test_a_service_is_deleted_once(api: Api) -> None:
    service = api.new_service()
    answers = [api.call("DELETE", f"services/{service['id']}") for _round in range(2)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(200, b""), (204, b"")]
    assert api.call("GET", f"services/{service['id']}").status_code == 404


def test_a_service_can_be_deleted_by_its_name(api: Api) -> None:
    service = api.new_service()
    assert api.call("DELETE", "services/iris").status_code == 200
    assert api.call("GET", f"services/{service['id']}").status_code == 404


@pytest.mark.parametrize("name", ["ab", "a" * 33, "Iris", "a_b", "-ab", "ab-", "abc.", "a b", "äbc"])
def test_a_bad_service_name_is_refused(api: Api, name: str) -> None:
    (message,) = refused(api, "POST", "services", api.generation.service(api.new_image()["id"], name=name))
    assert message.startswith("name: ")


@pytest.mark.parametrize("name", ["abc", "a" * 32, "a.b-c", "0-0"])
def test_a_good_service_name_is_taken(api: Api, name: str) -> None:
    assert api.new_service(name=name)["name"] == name


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"computeResource": None}, "computeResource"),
        ({"computeResource": {"id": CLUSTER}}, "computeResource.type"),
        ({"computeResource": {"id": CLUSTER, "type": "Toaster"}}, "computeResource.type"),
        ({"numReplicas": -1}, "numReplicas"),
        ({"numReplicas": 1.5}, "numReplicas"),
        ({"numReplicas": "1"}, "numReplicas"),
        ({"numReplicas": True}, "numReplicas"),
        ({"numReplicas": 2, "autoScaler": {"autoscaleEnabled": True}}, "numReplicas"),
        ({"autoScaler": {"maxReplicas": 0}}, "autoScaler.maxReplicas"),
        ({"autoScaler": {"minReplicas": -1}}, "autoScaler.minReplicas"),
        ({"autoScaler": {"targetUtilization": 101}}, "autoScaler.targetUtilization"),
        ({"autoScaler": {"refreshPeriodInSeconds": 0}}, "autoScaler.refreshPeriodInSeconds"),
        ({"autoScaler": []}, "autoScaler"),
        ({"containerResourceReservation": {"cpu": "much"}}, "containerResourceReservation.cpu"),
        ({"containerResourceReservation": {"memory": 5}}, "containerResourceReservation.memory"),
        ({"maxConcurrentRequestsPerContainer": 0}, "maxConcurrentRequestsPerContainer"),
        ({"appInsightsEnabled": "maybe"}, "appInsightsEnabled"),
        ({"dataCollection": {"storageEnabled": 2}}, "dataCollection.storageEnabled"),
    ],
)
def test_a_bad_field_of_a_service_is_named(account: Api, changes: dict[str, Any], field: str) -> None:
    (message,) = refused(account, "POST", "services", ACCOUNT.service(account.new_image()["id"], **changes))
    assert message.startswith(f"{field}: ")


@pytest.mark.parametrize("empty", [{"autoScaler": {}, "containerResourceReservation": {}}, {"numReplicas": 0}, {}])
def test_empty_parts_are_as_good_as_none(account: Api, empty: dict[str, Any]) -> None:
    service = account.new_service(**empty)
    assert service["autoScaler"] is None
    assert service["containerResourceReservation"] == {"cpu": None, "memory": None}


def test_an_update_changes_what_it_names_and_nothing_else(account: Api) -> None:
    service = account.new_service(numReplicas=2, containerResourceReservation={"cpu": "1"}, appInsightsEnabled=True)
    path = f"services/{service['id']}"
    body = {"containerResourceReservation": {"memory": "1G"}, "autoScaler": {}}
    operation = account.finish(account.call("PUT", path, body))
    assert operation["operationType"] == "Service"
    assert operation["resourceLocation"].endswith(service["id"])
    changed = account.get(path)
    assert changed.pop("updatedAt") > service.pop("updatedAt")
    expected = {**service, "containerResourceReservation": {"cpu": "1", "memory": "1G"}}
    assert changed == expected


def test_replicas_and_an_enabled_autoscaler_exclude_each_other_over_updates(account: Api) -> None:
    service = account.new_service(autoScaler={"autoscaleEnabled": True})
    path = f"services/{service['id']}"
    assert refused(account, "PUT", path, {"numReplicas": 2})[0].startswith("numReplicas: ")
    account.finish(account.call("PUT", path, {"numReplicas": 2, "autoScaler": {"autoscaleEnabled": False}}))
    assert account.get(path)["numReplicas"] == 2
    account.finish(account.call("PUT", path, {"autoScaler": {"autoscaleEnabled": True}}))
    assert account.get(path)["numReplicas"] is None


def test_an_update_to_another_image_is_history(account: Api) -> None:
    service = account.new_service()
    image = account.new_image()
    account.finish(account.call("PUT", f"services/{service['id']}", {"imageId": image["id"]}))
    first, second = account.get("deployments", serviceId=service["id"])
    assert first["imageId"] == service["image"]["id"]
    assert second["imageId"] == image["id"]
    assert first["expiredAt"] is not None
    assert second["expiredAt"] is None
    assert {one["serviceName"] for one in (first, second)} == {"iris"}
    assert second["status"] == "Succeeded"
    assert account.get(f"deployments/{first['id']}") == first
    assert account.call("GET", f"deployments/{uuid.uuid4()}").status_code == 404
    assert account.get("deployments", serviceId=str(uuid.uuid4())) == []


def test_a_failed_update_leaves_the_old_deployment_live(server: ServerProcess, account: Api) -> None:
    service = account.new_service()
    server.control("POST", "faults", {"operation": "services.update", "kind": "failed"})
    operation = account.finish(account.call("PUT", f"services/{service['id']}", {"numReplicas": 2}))
    assert operation["state"] == "Failed"
    first, second = account.get("deployments")
    assert (first["status"], first["expiredAt"]) == ("Succeeded", None)
    assert second["status"] == "Failed"
    assert second["expiredAt"] is not None


def test_deleting_a_service_expires_its_deployment_and_keeps_the_history(account: Api) -> None:
    service = account.new_service()
    account.call("DELETE", f"services/{service['id']}")
    (deployment,) = account.get("deployments", serviceId=service["id"])
    assert deployment["expiredAt"] is not None


def test_updates_run_in_the_order_they_were_accepted(account: Api) -> None:
    service = account.new_service()
    path = f"services/{service['id']}"
    answers = [account.call("PUT", path, {"numReplicas": number}) for number in (2, 3, 4)]
    ends = [account.finish(answer)["endTime"] for answer in answers]
    assert ends == sorted(ends)
    assert account.get(path)["numReplicas"] == 4


def test_deleting_a_service_cancels_what_it_still_had_to_do(server: ServerProcess, account: Api) -> None:
    service = account.new_service()
    server.control("POST", "faults", {"operation": "services.update", "kind": "stuck"})
    answer = account.call("PUT", f"services/{service['id']}", {"numReplicas": 2})
    assert account.call("DELETE", f"services/{service['id']}").status_code == 200
    assert account.finish(answer)["state"] == "Cancelled"


def test_version_2018_deletes_asynchronously(account: Api) -> None:
    service = account.new_service()
    account.session.params = {"api-version": "2018-04-01-preview"}
    answer = account.call("DELETE", f"services/{service['id']}")
    operation = account.finish(answer)
    assert (operation["operationType"], operation["state"]) == ("Service", "Succeeded")
    assert operation["resourceLocation"].endswith(service["id"])
    assert account.call("GET", operation["resourceLocation"]).status_code == 404
    assert account.call("DELETE", f"services/{service['id']}").status_code == 204


def test_generation_hosting_account_updates_by_image_or_manifest(hosting: Api) -> None:
    service = hosting.new_service()
    path = f"services/{service['id']}"
    manifest = hosting.new_manifest()
    assert refused(hosting, "PUT", path, {"manifestId": manifest["id"]})[0].startswith("manifestId: ")
    image = hosting.new_image(manifest["id"])
    body = {"manifestId": manifest["id"], "acrImagePullSecret": "other"}
    assert hosting.finish(hosting.call("PUT", path, body))["state"] == "Succeeded"
    assert hosting.get(path)["imageId"] == image["id"]
    assert hosting.get(path)["acrImagePullSecret"] == "other"
    old = {"imageId": service["imageId"]}
    hosting.finish(hosting.call("PUT", path, old))
    assert hosting.get(path)["imageId"] == service["imageId"]
    assert refused(hosting, "PUT", path, {"acrImagePullSecret": "x"})[0].startswith("imageId: ")


@pytest.mark.parametrize("body", [None, {}, {"keyType": None}, {"keyType": "Primary"}, {"keyType": "primary"}])
def test_a_new_primary_key_is_made(api: Api, body: Any) -> None:
    path = f"services/{api.new_service()['id']}"
    before = api.get(f"{path}/keys")
    after = api.post(f"{path}/regenerateKeys", body, 200)
    assert after["primaryKey"] != before["primaryKey"]
    assert after["secondaryKey"] == before["secondaryKey"]
    assert api.get(f"{path}/keys") == after


def test_a_new_secondary_key_is_made_on_request(api: Api) -> None:
    path = f"services/{api.new_service()['id']}"
    before = api.get(f"{path}/keys")
    after = api.post(f"{path}/regenerateKeys", {"keyType": "Secondary"}, 200)
    assert after["primaryKey"] == before["primaryKey"]
    assert after["secondaryKey"] != before["secondaryKey"]


def test_json_null_is_a_body_too(api: Api) -> None:
    path = f"services/{api.new_service()['id']}/regenerateKeys"
    answer = api.call("POST", path, data="null", headers={"Content-Type": "application/json"})
    assert answer.status_code == 200


def test_keys_of_a_missing_service_and_of_a_bad_type_are_refused(api: Api) -> None:
    path = f"services/{api.new_service()['id']}"
    assert refused(api, "POST", f"{path}/regenerateKeys", {"keyType": "Third"})[0].startswith("keyType: ")
    for method, missing in (("GET", "keys"), ("POST", "regenerateKeys")):
        assert api.call(method, f"services/{uuid.uuid4()}/{missing}").status_code == 404


def test_updates_keep_the_keys(account: Api) -> None:
    path = f"services/{account.new_service()['id']}"
    keys = account.get(f"{path}/keys")
    account.finish(account.call("PUT", path, {"numReplicas": 2}))
    assert account.get(f"{path}/keys") == keys


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{key}: &{key} [{','.join([f'*{before}'] * 9)}]\n" for before, key in zip("abcdefgh", "bcdefghi", strict=True)
)
BLOCK = """\
apiVersion: v1
kind: Config
clusters:
- name: k
  cluster: {server: https://k.invalid}
users:
- name: u
  user:
    token: kube-secret
contexts:
- name: c
  context: {cluster: k, user: u}
current-context: c
"""


@pytest.mark.parametrize("text", [BLOCK, KUBECONFIG, json.dumps(json.loads(KUBECONFIG), indent=1)])
def test_kubeconfigs_of_every_style_are_accepted(hosting: Api, text: str) -> None:
    hosting.new_service(kubeConfig=text)


@pytest.mark.security
@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (BLOCK.replace("\n", ""), "line breaks"),
        ("- a\n- b", "clusters, users and contexts"),
        ("just text", "line breaks"),
        ("{}", "clusters"),
        (KUBECONFIG.replace('"current-context":"c",', ""), "current-context"),
        (KUBECONFIG.replace('"current-context":"c"', '"current-context":"d"'), "current-context"),
        (KUBECONFIG.replace('"user":"u"', '"user":"v"'), "user"),
        (KUBECONFIG.replace('"cluster":"k"', '"cluster":"l"'), "cluster"),
        ("{" * 2000, "nested"),
        ("!!python/object/apply:os.system [id]", "tag"),
        ("clusters: [1]", "clusters"),
        (BLOCK.replace("cluster: k", "cluster: [1]"), "cluster of the current context"),
        (BLOCK.replace("user: u", 'user: !!int ""'), "tag"),
        (BLOCK.replace("user: u", "user: {a: 1}"), "user of the current context"),
        (BLOCK.replace("cluster: {server: https://k.invalid}", "cluster: [1]"), "cluster of the current context"),
        (BLOCK.replace("token: kube-secret", "token: 2020-99-99"), "date"),
        (BOMB, "alias"),
        ("\u0000", "YAML"),
    ],
)
def test_a_broken_kubeconfig_is_refused_with_a_hint(hosting: Api, text: str, hint: str) -> None:
    (message,) = refused(hosting, "POST", "services", HOSTING.service(hosting.new_image()["id"], kubeConfig=text))
    assert message.startswith("kubeConfig: ")
    assert hint in message
    assert "kube-secret" not in message


@pytest.mark.security
def test_secrets_come_out_nowhere(server: ServerProcess, hosting: Api) -> None:
    service = hosting.new_service()
    keys = hosting.get(f"services/{service['id']}/keys")
    seen = [
        hosting.call("GET", path).text
        for path in ("services", f"services/{service['id']}", "images", "manifests", "swagger.json")
    ]
    seen += [json.dumps(server.control("GET", path)) for path in ("state", "requests", "health")]
    seen.append(server.log.read_text())
    for secret in ("kube-secret", "registry-secret", "some-token", keys["primaryKey"], keys["secondaryKey"]):
        assert not [text for text in seen if secret in text]


def test_refused_services_and_mere_looks_leave_no_account_behind(server: ServerProcess, account: Api) -> None:
    assert account.items("services") == []
    assert account.call("DELETE", "services/none").status_code == 204
    assert account.call("PUT", "services/none", {}).status_code == 404
    assert server.control("GET", "state")["tables"]["account"]["rows"] == []
    assert account.call("POST", "services", {}).status_code == 400
    front_ports = [row[-1] for row in server.control("GET", "state")["tables"]["account"]["rows"]]
    assert front_ports == [None]


def test_each_account_that_deploys_has_a_front_of_its_own(
    start_server: Callable[..., ServerProcess], tmp_path_factory: pytest.TempPathFactory
) -> None:
    data_dir = tmp_path_factory.mktemp("fronts")
    server = start_server(data_dir=data_dir)
    first, second = (Api(server.url, ACCOUNT, name=name).new_service() for name in ("first", "second"))
    assert first["scoringUri"] == f"{server.url}/api/v1/service/iris/score"
    assert second["scoringUri"] != first["scoringUri"]
    assert second["scoringUri"].endswith("/api/v1/service/iris/score")
    server.stop()
    again = start_server(data_dir=data_dir)
    api = Api(again.url, ACCOUNT, name="second")
    assert api.get(f"services/{second['id']}")["scoringUri"] == second["scoringUri"]
    assert api.call("GET", "/api/v1/service/iris/").status_code == 502
    assert api.call("GET", "/api/v1/service/none/").status_code == 503
    assert api.session.get(second["scoringUri"], timeout=30).status_code == 502

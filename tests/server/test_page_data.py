# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page reads: complete, cheap to ask for again, free of secrets, and closed to the pages of others."""

from __future__ import annotations

import json
import re
from importlib import resources
from typing import Any

import pytest
import requests
from api_client import ACCOUNT, SUBSCRIPTION, Api

from mms_local.page.rows import bare_url
from mms_local.testing import ServerProcess

FILES = resources.files("mms_local.page").joinpath("assets")
KINDS = ("models", "manifests", "images", "services", "operations")


class PageClient:
    """Asks as a browser that shows the page would."""

    def __init__(self, server: ServerProcess) -> None:
        self.url = server.url
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update(server.owner)

    def call(self, path: str, method: str = "GET", **options: Any) -> requests.Response:
        return self._session.request(method, self.url + path, timeout=30, **options)

    def get(self, path: str, **query: Any) -> Any:
        answer = self.call(f"/_mms/page/{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def page(server: ServerProcess) -> PageClient:
    return PageClient(server)


def only_account(page: PageClient) -> str:
    """The path of the one account there is."""
    (account,) = page.get("summary")["accounts"]
    return f"accounts/{account['number']}"


@pytest.mark.security
@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://store.invalid/models/iris.pkl?sv=2017&sig=secret", "https://store.invalid/models/iris.pkl"),
        ("https://user:secret@store.invalid/iris.pkl#secret", "https://store.invalid/iris.pkl"),
        ("wasb://box@store.invalid/iris.pkl", "wasb://store.invalid/iris.pkl"),
        ("https://[bad/iris?sig=secret", "https://[bad/iris"),
        ("no url at all", "no url at all"),
    ],
)
def test_urls_lose_what_may_be_secret(url: str, shown: str) -> None:
    assert bare_url(url) == shown


@pytest.mark.security
def test_the_page_forbids_frames_and_everything_from_elsewhere(page: PageClient) -> None:
    answer = page.call("/")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = {part.strip().partition(" ")[0]: part for part in answer.headers["Content-Security-Policy"].split(";")}
    assert policy["default-src"] == "default-src 'none'"
    assert policy["frame-ancestors"].endswith("'none'")
    assert policy["script-src"].endswith("'self'")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", sorted(file.name for file in FILES.iterdir()))
def test_each_file_is_served_and_refers_to_nothing_elsewhere(page: PageClient, name: str) -> None:
    answer = page.call(f"/_mms/page/files/{name}")
    assert answer.status_code == 200
    elsewhere = set(re.findall(r"https?://[^\"'\s)]+", answer.text)) - {"http://www.w3.org/2000/svg"}
    assert elsewhere == set()
    for other in re.findall(r'(?:from "\./|"/_mms/page/files/)([^"]+)"', answer.text):
        assert FILES.joinpath(other).is_file()


def test_a_summary_that_did_not_change_is_not_sent_again(page: PageClient, account: Api) -> None:
    account.new_model()
    first = page.call("/_mms/page/summary")
    again = page.call("/_mms/page/summary", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    account.new_model()
    changed = page.call("/_mms/page/summary", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.json()["accounts"][0]["counts"]["models"] == 2


def test_the_summary_names_each_account_and_counts_what_it_has(page: PageClient, account: Api, hosting: Api) -> None:
    account.new_service()
    hosting.new_model()
    first, second = page.get("summary")["accounts"]
    assert (first["name"], first["generation"], first["subscription"]) == ("demo", "account", SUBSCRIPTION)
    assert first["counts"] == {"models": 1, "manifests": 1, "images": 1, "services": 1, "operations": 2}
    assert (second["generation"], second["counts"]["models"]) == ("hosting-account", 1)


def test_the_lineage_leads_from_models_to_services(page: PageClient, account: Api) -> None:
    models = [account.new_model(name=name)["id"] for name in ("iris", "spam")]
    manifest = account.new_manifest(*models)["id"]
    image = account.new_image(manifest)["id"]
    service = account.new_service(image)["id"]
    lineage = page.get(f"{only_account(page)}/lineage")
    edges = {(tuple(edge["from"]), tuple(edge["to"])) for edge in lineage["edges"]}
    assert edges == {
        (("models", models[0]), ("manifests", manifest)),
        (("models", models[1]), ("manifests", manifest)),
        (("manifests", manifest), ("images", image)),
        (("images", image), ("services", service)),
    }
    assert {(node["kind"], node["id"]) for node in lineage["nodes"]} == {end for edge in edges for end in edge}


def test_the_lineage_of_one_model_leaves_out_what_has_nothing_to_do_with_it(page: PageClient, account: Api) -> None:
    mine = account.new_model(name="mine")["id"]
    account.new_service(account.new_image(account.new_manifest(mine)["id"])["id"])
    account.new_manifest(account.new_model(name="other")["id"])
    lineage = page.get(f"{only_account(page)}/lineage", kind="models", id=mine)
    assert sorted(node["kind"] for node in lineage["nodes"]) == ["images", "manifests", "models", "services"]


def test_the_image_that_a_service_still_runs_is_told_from_the_one_it_was_asked_to_run(
    server: ServerProcess, page: PageClient, account: Api
) -> None:
    service = account.new_service()["id"]
    other = account.new_image()["id"]
    server.control("POST", "faults", {"operation": "services.update", "kind": "failed"})
    operation = account.finish(account.call("PUT", f"services/{service}", {"imageId": other}))
    assert operation["state"] == "Failed"
    edges = page.get(f"{only_account(page)}/lineage", kind="services", id=service)["edges"]
    to_service = {edge["from"][1]: edge["current"] for edge in edges if edge["to"] == ["services", service]}
    assert to_service[other] is True
    assert list(to_service.values()).count(False) == 1


def test_lists_are_newest_first_and_found_by_a_part_of_the_name(page: PageClient, account: Api) -> None:
    for name in ("Iris-small", "spam", "iris-large"):
        account.new_model(name=name)
    path = f"{only_account(page)}/models"
    assert [row["name"] for row in page.get(path)["items"]] == ["iris-large", "spam", "Iris-small"]
    assert [row["name"] for row in page.get(path, search="IRIS")["items"]] == ["iris-large", "Iris-small"]
    cut = page.get(path, count=2)
    assert ([row["name"] for row in cut["items"]], cut["more"]) == (["iris-large", "spam"], True)
    assert page.get(path, count=3)["more"] is False


@pytest.mark.parametrize("kind", ["manifests", "images", "services"])
def test_every_kind_is_found_by_a_part_of_the_name(page: PageClient, account: Api, kind: str) -> None:
    account.new_service()
    path = f"{only_account(page)}/{kind}"
    assert [row["name"] for row in page.get(path, search="RI")["items"]] == ["iris"]
    assert page.get(path, search="spam")["items"] == []


def test_a_thousand_models_do_not_make_the_first_sight_longer(server: ServerProcess, page: PageClient) -> None:
    name = {"generation": "account", "subscription": "s", "resourceGroup": "g", "name": "big"}
    server.control("POST", "seed", {"account": name, "models": [ACCOUNT.model()], "copies": 1000})
    path = only_account(page)
    assert page.get("summary")["accounts"][0]["counts"]["models"] == 1000
    assert len(page.get(f"{path}/lineage")["nodes"]) == 10
    assert len(page.get(f"{path}/models")["items"]) == 100


def test_a_model_tells_its_versions_and_who_uses_it(page: PageClient, account: Api) -> None:
    first = account.new_model()
    second = account.new_model()
    manifest = account.new_manifest(first["id"])
    model = page.get(f"{only_account(page)}/models/{first['id']}")
    assert [row["version"] for row in model["versions"]] == [2, 1]
    assert model["versions"][0]["id"] == second["id"]
    assert [row["id"] for row in model["usedBy"]] == [manifest["id"]]


def test_a_failed_operation_tells_why(server: ServerProcess, page: PageClient, account: Api) -> None:
    manifest = account.new_manifest(account.new_model()["id"])
    server.control("POST", "faults", {"operation": "images.create", "kind": "failed"})
    operation = account.finish(account.call("POST", "images", ACCOUNT.image(manifest["id"])))
    path = only_account(page)
    (row,) = page.get(f"{path}/operations")["items"]
    assert (row["state"], row["resource"]["name"], row["error"]["code"]) == (
        "Failed",
        "iris",
        operation["error"]["code"],
    )
    (image,) = page.get(f"{path}/images")["items"]
    assert page.get(f"{path}/images/{image['id']}")["error"]["message"] == operation["error"]["message"]


def test_looking_does_not_count_as_reading_an_operation(server: ServerProcess, page: PageClient, account: Api) -> None:
    manifest = account.new_manifest(account.new_model()["id"])
    server.control("PUT", "transitions", {"notStartedReads": 1, "runningReads": 1})
    location = account.call("POST", "images", ACCOUNT.image(manifest["id"])).headers["Operation-Location"]
    path = f"{only_account(page)}/operations"
    assert [page.get(path)["items"][0]["state"] for _round in range(4)] == ["NotStarted"] * 4
    tag = page.call("/_mms/page/summary").headers["ETag"]
    states = []
    for _round in range(3):
        account.get(location)
        states.append(page.get(path)["items"][0]["state"])
    assert states == ["NotStarted", "Running", "Succeeded"]
    assert page.call("/_mms/page/summary").headers["ETag"] != tag


def test_what_was_deleted_is_not_found(page: PageClient, account: Api) -> None:
    model = account.new_model()["id"]
    path = f"/_mms/page/{only_account(page)}/models/{model}"
    assert page.call(path).status_code == 200
    account.call("DELETE", f"models/{model}")
    assert page.call(path).status_code == 404
    assert page.call("/_mms/page/accounts/999/models").status_code == 404


@pytest.mark.security
def test_no_secret_is_ever_shown(page: PageClient, hosting: Api) -> None:
    """Neither given ones (SAS signatures, kubeconfig, registry password) nor made ones (keys, key of the build log)."""
    url = "https://user:password-secret@files.invalid/x?sig=sas-secret"
    model = hosting.new_model(url=url)["id"]
    manifest = hosting.new_manifest(
        model,
        assets=[{"id": "driver", "url": url, "mimeType": "application/x-python"}],
        targetRuntime={"runtimeType": "SparkPython", "properties": {"pipRequirements": url}},
    )["id"]
    image = hosting.new_image(manifest)
    hosting.call("GET", image["imageBuildLogUri"].removeprefix(page.url))
    service = hosting.new_service(image["id"])["id"]
    secrets = {"password-secret", "sas-secret", "kube-secret", "registry-secret"}
    secrets |= set(hosting.get(f"services/{service}/keys").values())
    secrets.add(image["imageBuildLogUri"].rpartition("/")[2].removesuffix(".txt"))
    account = only_account(page)
    paths = ["summary", "requests", f"{account}/lineage"]
    for kind in KINDS:
        paths += [f"{account}/{kind}"]
        paths += [f"{account}/{kind}/{row['id']}" for row in page.get(f"{account}/{kind}")["items"]]
    paths += [f"{account}/services/{service}/{what}" for what in ("log", "deployment-log", "sample")]
    paths += [f"{account}/images/{image['id']}/log"]
    told = "\n".join(page.call(f"/_mms/page/{path}").text for path in paths)
    assert image["id"] in told
    assert [secret for secret in secrets if secret in told] == []


def test_logs_of_builds_and_deployments_are_shown(page: PageClient, account: Api) -> None:
    service = account.new_service()
    path = f"/_mms/page/{only_account(page)}"
    build = page.call(f"{path}/images/{service['image']['id']}/log")
    assert build.text == "Nothing is built: the server runs with --compute none\n"
    assert build.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "Nothing is started" in page.call(f"{path}/services/{service['id']}/deployment-log").text
    assert page.call(f"{path}/services/{service['id']}/log").text == ""


def test_the_journal_does_not_fill_up_with_the_page_itself(page: PageClient, account: Api) -> None:
    account.new_model()
    page.call("/")
    page.call("/_mms/page/files/app.js")
    (entry,) = page.get("requests")["items"]
    assert (entry["operation"], entry["status"]) == ("models.create", 200)


@pytest.mark.security
@pytest.mark.parametrize("path", ["/", "/_mms/page/summary", "/_mms/health"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "rebound.example"}, 403),
        ({"Host": "127.0.0.1.rebound.example:8780"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "localhost:8780"}, 200),
        ({"Host": "mms.localhost"}, 200),
        ({"Host": "[::1]:8780"}, 200),
        ({"Host": "workstation"}, 403),
    ],
)
def test_pages_of_other_sites_are_not_answered(
    page: PageClient, path: str, headers: dict[str, str], status: int
) -> None:
    assert page.call(path, headers=headers).status_code == status


@pytest.mark.security
def test_a_foreign_page_cannot_reset_the_server(page: PageClient, account: Api) -> None:
    model = account.new_model()["id"]
    answer = page.call("/_mms/reset", "POST", headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403
    assert account.call("GET", f"models/{model}").status_code == 200


@pytest.mark.security
def test_only_the_page_itself_may_score(page: PageClient, account: Api) -> None:
    service = account.new_service()["id"]
    path = f"/_mms/page/{only_account(page)}/services/{service}/score"
    own = {"Origin": page.url, "X-MMS-Page": "1"}
    wrong = [{}, {"Origin": page.url}, {"X-MMS-Page": "1"}, {**own, "Origin": "http://localhost:1"}]
    assert [page.call(path, "POST", data="{}", headers=headers).status_code for headers in wrong] == [403] * 4
    assert not any(entry["operation"] == "score.post" for entry in page.get("requests")["items"])
    answer = page.call(path, "POST", data="{}", headers=own)
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["body"]) == (502, "ehostunreach")
    assert page.get("requests")["items"][0]["operation"] == "score.post"
    assert page.call(path, "OPTIONS", headers=own).status_code == 405


def test_a_second_account_scores_on_its_own_port(page: PageClient, account: Api, hosting: Api) -> None:
    account.new_service()
    second = hosting.new_service()
    number = page.get("summary")["accounts"][1]["number"]
    path = f"accounts/{number}/services/{second['id']}"
    assert page.get(path)["scoringUri"] == second["scoringUri"]
    assert not second["scoringUri"].startswith(page.url)
    answer = page.call(f"/_mms/page/{path}/score", "POST", data="{}", headers={"Origin": page.url, "X-MMS-Page": "1"})
    assert answer.json()["status"] == 502


@pytest.mark.security
def test_every_answer_is_json_that_a_browser_will_not_guess_about(page: PageClient, account: Api) -> None:
    account.new_model(description="</script><script>alert(1)</script>")
    answer = page.call("/_mms/page/summary")
    assert json.loads(answer.content)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"

# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists: pages, links, filters (protocol 2.2.3; 7.1 rows 14 and 15)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from api_client import ACCOUNT, CLUSTER, HOSTING, SUBSCRIPTION, Api, Generation

from mms_local.testing import ServerProcess


def seed(server: ServerProcess, generation: Generation, copies: int, **model: Any) -> None:
    kinds = {HOSTING.marker: "hosting-account", ACCOUNT.marker: "account"}
    account = {
        "generation": kinds[generation.marker],
        "subscription": SUBSCRIPTION,
        "resourceGroup": "demo-rg",
        "name": "demo",
    }
    body = {"account": account, "models": [generation.model(**model)], "copies": copies}
    assert server.control("POST", "seed", body) == {"models": copies}


def walk(api: Api, first: dict[str, Any]) -> list[list[Any]]:
    """All pages, following links as clients do: verbatim, with nothing added."""
    pages = [first["value"]]
    while "nextLink" in first:
        answer = api.session.get(first["nextLink"], params={"api-version": None}, timeout=30)
        assert answer.status_code == 200, answer.text
        first = answer.json()
        pages.append(first["value"])
    return pages


def test_lists_of_generation_hosting_account_are_bare_arrays(server: ServerProcess, hosting: Api) -> None:
    assert [hosting.get(kind) for kind in ("models", "manifests", "images", "services")] == [[], [], [], []]
    seed(server, HOSTING, 250)
    assert len(hosting.get("models", count="5")) == 250


def test_lists_of_generation_account_are_pages_and_deployments_an_array(account: Api) -> None:
    for kind in ("models", "manifests", "images", "services"):
        assert account.get(kind) == {"value": []}
    assert account.get("deployments") == []


def test_the_last_page_has_no_link_at_all(server: ServerProcess, account: Api) -> None:
    seed(server, ACCOUNT, 100)
    assert "nextLink" not in account.get("models")
    account.new_model()
    assert "nextLink" in account.get("models")


def test_a_link_is_absolute_and_complete(server: ServerProcess, account: Api) -> None:
    seed(server, ACCOUNT, 3, tags=["t&?=ü"])
    link = account.get("models", tag="t&?=ü", count="2", extra="kept")["nextLink"]
    assert link.startswith(f"{server.url}{account.path}/models?")
    query = parse_qs(urlsplit(link).query)
    assert query.pop("$skipToken")
    assert query == {"api-version": [ACCOUNT.version], "tag": ["t&?=ü"], "count": ["2"], "extra": ["kept"]}


def test_a_link_goes_to_the_host_that_was_asked(server: ServerProcess, account: Api) -> None:
    seed(server, ACCOUNT, 2)
    page = account.call("GET", "models", params={"count": "1"}, headers={"Host": "192.0.2.7:81"}).json()
    assert page["nextLink"].startswith("http://192.0.2.7:81/api/")


def test_pages_hold_everything_once_in_order_while_models_come_and_go(server: ServerProcess, account: Api) -> None:
    seed(server, ACCOUNT, 25)
    first = account.get("models", count="10")
    account.new_model(name="late")
    account.call("DELETE", f"models/{first['value'][0]['id']}")
    pages = walk(account, first)
    assert [len(page) for page in pages] == [10, 10, 6]
    names = [model["name"] for page in pages for model in page]
    assert names == [f"iris-{number}" for number in range(1, 26)] + ["late"]


@pytest.mark.parametrize(
    ("count", "size"), [("1", 1), ("007", 7), ("1000", 1000), ("1001", 1000), ("9" * 40, 1000), ("", 100)]
)
def test_count_is_a_string_and_large_pages_are_cut(server: ServerProcess, account: Api, count: str, size: int) -> None:
    seed(server, ACCOUNT, 1001)
    assert len(account.items("models", count=count)) == size


@pytest.mark.parametrize("count", ["0", "-1", "1.5", "ten", "1e3", "٣", " 1"])
def test_a_senseless_count_is_refused(account: Api, count: str) -> None:
    answer = account.call("GET", "models", params={"count": count})
    assert (answer.status_code, answer.json()["details"][0]["code"]) == (400, "InvalidQueryParameter")


@pytest.mark.parametrize("token", ["x", "5", "YWZ0ZXI6LTE", "YWZ0ZXI6", "b3RoZXI6MQ", "ä", "YWZ0ZXI6" + "OTk5" * 9])
def test_a_skip_token_from_elsewhere_is_refused(account: Api, token: str) -> None:
    answer = account.call("GET", "models", params={"$skipToken": token})
    assert answer.status_code == 400
    assert "skipToken" in answer.json()["message"]


def test_models_are_filtered_by_name_and_tag_together(account: Api) -> None:
    wanted = account.new_model(name="a", tags=["x", "y"])
    account.new_model(name="a", tags=["z"])
    account.new_model(name="b", tags=["x"])
    account.new_model(name="A", tags=["x"])
    assert account.items("models", name="a", tag="x") == [wanted]
    assert len(account.items("models", tag="x")) == 3
    assert len(account.items("models", name="a")) == 2
    assert account.items("models", name="a", tag="q") == []
    assert account.items("models", tag="X") == []
    assert len(account.items("models", name="", unknown="1")) == 4
    assert account.items("models", NAME="a", Tag="x") == [wanted]


def test_filters_go_through_pages(account: Api) -> None:
    for number in range(9):
        account.new_model(name=f"n{number % 2}", tags=["even" if number % 2 == 0 else "odd", "all"])
    pages = walk(account, account.get("models", tag="even", name="n0", count="2"))
    assert [len(page) for page in pages] == [2, 2, 1]
    assert {model["name"] for page in pages for model in page} == {"n0"}


def test_manifests_are_filtered_by_model_and_name(account: Api) -> None:
    one, two = (account.new_model()["id"] for _round in range(2))
    both = account.new_manifest(one, two, name="both")
    first = account.new_manifest(one, name="first")
    assert account.items("manifests", modelId=one) == [both, first]
    assert account.items("manifests", modelId=two.upper()) == [both]
    assert account.items("manifests", modelId=one, manifestName="first") == [first]
    assert account.items("manifests", modelId=two, manifestName="first") == []


def test_images_are_filtered_by_manifest(account: Api, hosting: Api) -> None:
    for api in (account, hosting):
        manifest = api.new_manifest(name="mine")
        image = api.new_image(manifest["id"])
        api.new_image(api.new_manifest(name="other")["id"])
        assert api.items("images", manifestId=manifest["id"]) == [image]
        assert api.items("images", manifestName="mine", manifestId=manifest["id"]) == [image]
        assert api.items("images", manifestName="none", manifestId=manifest["id"]) == []


def test_services_are_filtered_by_all_that_they_are_made_of(account: Api) -> None:
    model = account.new_model(name="m1")
    manifest = account.new_manifest(model["id"], name="f1")
    image = account.new_image(manifest["id"])
    wanted = account.new_service(image["id"], name="wanted")
    other_image = account.new_image(account.new_manifest(account.new_model(name="m2")["id"], name="f2")["id"])
    other = account.new_service(other_image["id"], name="other", computeResource={"id": "/x", "type": "Cluster"})
    filters = {
        "serviceName": "wanted",
        "modelId": model["id"],
        "modelName": "m1",
        "manifestId": manifest["id"],
        "manifestName": "f1",
        "imageId": image["id"],
        "computeResourceId": CLUSTER.upper(),
    }
    for name, value in filters.items():
        assert account.items("services", **{name: value}) == [wanted], name
    assert account.items("services", **filters) == [wanted]
    assert account.items("services", **{**filters, "serviceName": "other"}) == []
    assert account.items("services") == [wanted, other]

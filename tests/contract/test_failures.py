# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users read when something cannot work: the reason, the place, what to do, and a code that playbooks can rely
on."""

from __future__ import annotations

import re
import socket
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import CLUSTER, HOSTING, KUBECONFIG, Workbench, new_account
from scenarios import SCENARIOS, driver, image_options
from shells import as_module

from mms_local.testing import ServerProcess

SCORE = "def init():\n    pass\n\n\ndef run(data):\n    return data\n"


def refused(run: Any, code: str, *words: str) -> None:
    """The task failed for this reason, and says all of these words."""
    assert run.result.get("failed"), run.result
    assert run.result["failure"]["code"] == code, run.result["msg"]
    for word in words:
        assert word in run.result["msg"]
    assert repeated(run.result["msg"]) == [], run.result["msg"]


def repeated(message: str) -> list[str]:
    """The sentences and lines that a message says more than once; those of a word or two may."""
    said = [part.strip() for part in re.split(r"(?<=[.!?])\s|\n", message)]
    return [part for part, times in Counter(said).items() if times > 1 and len(part) > 20]


def written(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


BAD_INPUT: dict[str, tuple[str, Callable[[Path], dict[str, Any]], list[str]]] = {
    "missing file": ("mms_model", lambda tmp: {"name": "m", "path": str(tmp / "gone.pkl")}, ["path", "gone.pkl"]),
    "password in a URL": (
        "mms_model",
        lambda tmp: {"name": "m", "url": "https://u:p@example.com/m"},
        ["url", "password"],
    ),
    "URL that nobody fetches": ("mms_model", lambda tmp: {"name": "m", "url": "ftp://example.com/m"}, ["url", "ftp"]),
    "id of something to be made": ("mms_model", lambda tmp: {"name": "m", "url": "https://e.com/m", "id": "1"}, ["id"]),
    "nothing to keep": (
        "mms_model",
        lambda tmp: {"name": "m", "url": "https://e.com/m", "keep_last": 0},
        ["keep_last"],
    ),
    "nothing named": ("mms_model", lambda tmp: {"state": "absent"}, ["id", "name"]),
    "version of nothing": ("mms_model", lambda tmp: {"state": "absent", "version": 1}, ["version", "name"]),
    "keeping one version": (
        "mms_model",
        lambda tmp: {"state": "absent", "name": "m", "version": 1, "keep_last": 1},
        ["keep_last", "version"],
    ),
    "driver without run": (
        "mms_manifest",
        lambda tmp: {"name": "m", "driver": written(tmp, "score.py", "def init():\n    pass\n")},
        ["driver", "score.py", "run"],
    ),
    "driver that is no Python": (
        "mms_manifest",
        lambda tmp: {"name": "m", "driver": written(tmp, "score.py", "def init(:\n")},
        ["score.py", "line 1"],
    ),
    "driver that is a folder": (
        "mms_manifest",
        lambda tmp: {"name": "m", "driver": str(Path(driver(tmp)).parent)},
        ["driver"],
    ),
    "two assets of one id": (
        "mms_manifest",
        lambda tmp: {
            "name": "m",
            "driver": driver(tmp),
            "assets": [{"source": "https://e.com/a/x"}, {"source": "https://e.com/b/x"}],
        },
        ["assets", "'x'"],
    ),
    "missing requirements": (
        "mms_manifest",
        lambda tmp: {"name": "m", "driver": driver(tmp), "pip_requirements": str(tmp / "r.txt")},
        ["pip_requirements", "r.txt"],
    ),
    "image without a cluster": ("mms_image", lambda tmp: {"name": "m", "manifest": "m"}, ["compute_resource_id"]),
    "image with a registry": (
        "mms_image",
        lambda tmp: {"name": "m", "manifest": "m", "compute_resource_id": CLUSTER, "registry_user": "u"},
        ["registry_user", "2017-06-01-privatepreview"],
    ),
    "service with a kubeconfig": ("mms_service", lambda tmp: {"name": "abc", "kubeconfig": KUBECONFIG}, ["kubeconfig"]),
    "both ways to scale": (
        "mms_service",
        lambda tmp: {"name": "abc", "replicas": 1, "autoscaler": {"enabled": True}},
        ["replicas", "autoscaler"],
    ),
    "too little time": ("mms_image", lambda tmp: {**_image(), "wait_timeout": 0}, ["wait_timeout"]),
    "no account": (
        "mms_model",
        lambda tmp: {"name": "m", "url": "https://e.com/m", "account_name": " "},
        ["account_name"],
    ),
    "account that is a path": ("mms_model_info", lambda tmp: {"account_name": "a/b"}, ["account_name"]),
    "API URL that is none": ("mms_model_info", lambda tmp: {"api_url": "127.0.0.1:8780"}, ["api_url"]),
    "condition without a deed": ("mms_service_keys", lambda tmp: {"service": "s", "if_equals": "x"}, ["regenerate"]),
    "age without a record": (
        "mms_service_keys",
        lambda tmp: {"service": "s", "regenerate": "primary", "older_than": "1d"},
        ["older_than", "record"],
    ),
    "age that is none": (
        "mms_service_keys",
        lambda tmp: {"service": "s", "regenerate": "primary", "older_than": "a month", "record": str(tmp / "r")},
        ["older_than", "30d"],
    ),
    "id and a filter": ("mms_model_info", lambda tmp: {"id": "1", "name": "m"}, ["id", "name"]),
    "operation without an id": ("mms_operation_info", lambda tmp: {"operation_ids": ["/"]}, ["operation_ids"]),
}


def _image() -> dict[str, Any]:
    return {"name": "m", "manifest": "m", "compute_resource_id": CLUSTER}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_what_cannot_work_is_refused_by_name_before_anything_is_sent(
    case: str, account: Workbench, tmp_path: Path
) -> None:
    module, options, words = BAD_INPUT[case]
    run = account.run(module, **options(tmp_path))
    refused(run, "InvalidInput", *words)
    assert run.requests == []


def test_a_kubeconfig_that_is_not_there_is_told_although_its_path_is_a_secret(
    server: ServerProcess, tmp_path: Path
) -> None:
    bench = Workbench(server, as_module, HOSTING, new_account())
    options = {"name": "abc", "image": "m", "pull_secret": "p", "kubeconfig": str(tmp_path / "admin.conf")}
    run = bench.run("mms_service", **options)
    refused(run, "InvalidKubeconfig", "admin.conf", str(tmp_path))
    assert run.requests == []


HOSTING_ONLY = [
    ("mms_image", {"manifest": "m", "compute_resource_id": CLUSTER}, ["compute_resource_id", "2017-09-01-preview"]),
    ("mms_image", {"manifest": "m", "registry_user": "u"}, ["registry_location", "registry_password"]),
    ("mms_service", {"name": "abc", "replicas": 2}, ["replicas", "2017-09-01-preview"]),
    ("mms_service", {"name": "abc", "resources": {"cpu": "1"}}, ["resources.cpu"]),
    ("mms_model", {"name": "m", "url": "https://e.com/m", "keep_last": 1}, ["keep_last"]),
    ("mms_service_info", {"model_name": "m"}, ["model_name"]),
    ("mms_deployment_info", {}, ["deployments"]),
]


@pytest.mark.parametrize(("module", "options", "words"), HOSTING_ONLY)
def test_what_the_older_generation_does_not_have_is_refused_by_name(
    module: str, options: dict[str, Any], words: list[str], server: ServerProcess
) -> None:
    bench = Workbench(server, as_module, HOSTING, new_account())
    run = bench.run(module, **options)
    refused(run, "InvalidInput", *words)
    assert run.requests == []


def test_a_name_that_breaks_the_rules_is_told_with_field_rule_and_value(server: ServerProcess) -> None:
    bench = Workbench(server, as_module, HOSTING, new_account())
    name = "a-name-that-is-much-longer-than-32-characters"
    run = bench.run("mms_model", name=name, url="https://example.com/m")
    refused(run, "BadRequest", "name", "32", name)
    assert run.result["failure"]["status"] == 400
    assert run.result["failure"]["details"]
    assert run.result["failure"]["request_id"]


def test_a_driver_that_is_fine_is_not_refused(bench: Workbench, tmp_path: Path) -> None:
    clever = (
        "try:\n    from fast import run\nexcept ImportError:\n    def run(data): return data\ninit = lambda: None\n"
    )
    bench.ok("mms_model", name="m", url="https://example.com/m")
    options = {"name": "m", "models": ["m"], "runtime_type": "SparkPython"}
    bench.ok("mms_manifest", driver=written(tmp_path, "score.py", clever), **options)


def test_unknown_models_are_named(account: Workbench, tmp_path: Path) -> None:
    run = account.run("mms_manifest", name="m", driver=driver(tmp_path), models=["missing:7"])
    refused(run, "NotFound", "missing:7", "name:version")
    assert run.writes == []


def test_a_wrong_token_tells_where_it_came_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ServerProcess(tmp_path / "mms", "--auth", "checked", "--token", "right") as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        bench = Workbench(server, as_module, "2017-09-01-preview", "local")
        bench.ok("mms_model_info")
        refused(
            bench.run("mms_model_info", access_token="wrong"),
            "Unauthorized",
            "401",
            "access_token in the task's options",
        )
        monkeypatch.setenv("AZUREML_MMS_ACCESS_TOKEN", "wrong")
        refused(bench.run("mms_model_info"), "Unauthorized", "AZUREML_MMS_ACCESS_TOKEN")


def test_a_server_that_does_not_run_tells_how_to_start_it(account: Workbench) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        run = account.run("mms_model_info", api_url=f"http://127.0.0.1:{taken.getsockname()[1]}")
    refused(run, "ServerNotRunning", "GET http://127.0.0.1", "mms-local start")


def test_a_time_out_tells_the_state_the_operation_and_how_to_go_on(account: Workbench, tmp_path: Path) -> None:
    next(one for one in SCENARIOS if one.module == "mms_image").prepare(account, tmp_path)
    account.fault("images.create", "stuck", count=1)
    run = account.run("mms_image", **image_options(account), wait_timeout=1)
    operation_id = run.result["failure"]["operation_id"]
    refused(run, "WaitTimeout", "Running", operation_id, "mms_operation_info", "wait_timeout (1 s)")
    assert operation_id in run.result["failure"]["resume"]
    account.server.control("DELETE", "faults")
    resumed = account.ok("mms_operation_info", operation_ids=[operation_id], wait=True, poll_interval=0.05)
    assert resumed.result["operations"][0]["state"] == "Succeeded"
    assert not account.ok("mms_image", **image_options(account)).result["changed"]


def test_a_failed_image_shows_why_and_the_end_of_its_build_log(bench: Workbench, tmp_path: Path) -> None:
    next(one for one in SCENARIOS if one.module == "mms_image").prepare(bench, tmp_path)
    bench.fault("images.create", "failed", count=1, code="DependencyConflict", message="numpy 1 or numpy 2")
    run = bench.run("mms_image", **image_options(bench))
    refused(run, "OperationFailed", "numpy 1 or numpy 2", "build log")
    failure = run.result["failure"]
    assert failure["service_code"] == "DependencyConflict"
    assert failure["operation_id"] in run.result["msg"]
    assert failure["request_id"]
    assert failure["client_request_id"]


def test_a_cancelled_operation_is_told_from_a_failed_one(account: Workbench, tmp_path: Path) -> None:
    next(one for one in SCENARIOS if one.module == "mms_image").prepare(account, tmp_path)
    account.fault("images.create", "cancelled", count=1)
    refused(account.run("mms_image", **image_options(account)), "OperationCancelled", "cancelled")


def test_operations_that_failed_are_told_after_all_have_ended(account: Workbench, tmp_path: Path) -> None:
    next(one for one in SCENARIOS if one.module == "mms_image").prepare(account, tmp_path)
    account.fault("images.create", "failed", count=1, message="the first one")
    options = {**image_options(account), "wait": False}
    ids = [account.ok("mms_image", **{**options, "name": name}).result["operation"]["id"] for name in ("one", "two")]
    run = account.run("mms_operation_info", operation_ids=ids, wait=True, poll_interval=0.05)
    refused(run, "OperationFailed", "1 of 2", ids[0], "the first one")
    told = account.ok("mms_operation_info", operation_ids=ids)
    assert [operation["state"] for operation in told.result["operations"]] == ["Failed", "Succeeded"]


def test_an_operation_that_does_not_exist_is_named(account: Workbench) -> None:
    unknown = "11111111-2222-3333-4444-555555555555"
    refused(account.run("mms_operation_info", operation_ids=[unknown]), "NotFound", unknown)


@pytest.mark.parametrize(
    ("kind", "rule", "code"),
    [
        ("error", {"code": "Odd"}, "Odd"),
        ("badGateway", {}, "HttpStatus502"),
    ],
)
def test_what_goes_on_failing_is_told_after_the_last_try(
    kind: str, rule: dict[str, Any], code: str, account: Workbench
) -> None:
    account.fault("models.list", kind, count=3, **rule)
    run = account.run("mms_model_info", retries=1)
    refused(run, code, "/models")
    assert run.methods == ["GET", "GET"]
    account.ok("mms_model_info", retries=1)


def test_who_is_asked_to_wait_waits_and_does_not_count(account: Workbench) -> None:
    account.fault("models.list", "throttled", count=3, retryAfter=0)
    run = account.ok("mms_model_info", retries=1)
    assert run.methods == ["GET"] * 4
    assert run.result["retries"] == 3
    account.fault("models.list", "throttled", count=1, retryAfter=0)
    refused(account.run("mms_model_info", retries=0), "TooManyRequests", "/models")


def test_what_is_in_use_is_not_deleted_in_silence(account: Workbench, tmp_path: Path) -> None:
    account.ok("mms_model", name="iris", url="https://example.com/iris")
    account.ok("mms_manifest", name="m", driver=driver(tmp_path), models=["iris"])
    run = account.run("mms_model", name="iris", state="absent")
    refused(run, "InUse", "still in use", "412")
    assert len(account.ok("mms_model_info").result["models"]) == 1

# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Twenty thousand requests that nobody should send, in every room and generation: each gets an answer below 500.

Two ways lead there. schemathesis generates what the served description allows, and what it almost allows. What lies
behind identifiers it cannot find, so the rest are good requests about resources that are there, with one thing or two
changed. Both are seeded; the figures stand in the report of the tier.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import pytest
from api_client import ACCOUNT, HOSTING, KUBECONFIG, SUBSCRIPTION, Api, Generation
from described import schemathesis
from yarl import URL

from mms_local.testing import ServerProcess

ROOT = Path(__file__).resolve().parents[2]
SEED = 20260101
REQUESTS = 20_000
DESCRIBED_FOR = 60  # seconds that schemathesis has
LIMIT = 240.0  # seconds that all have
AT_ONCE = 8

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/demo-rg"
WORKSPACE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/demo"
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, 2**200, -0.0, 0.5, 1e308),
    *("", " ", "\x00", "\ud800", "\u00b2", "\u202e", "\U0001f600", "a" * 300, "a" * 70_000, "0", "-1", "1e5", "nan"),
    *("../../x", "/etc/passwd", "C:\\x", "${HOME}", "$(id)", "{{ 7 * 7 }}", "' OR 1=1 --", "<b>", "a:b:c", "%"),
    *("https://", "https://[", "http://u:p@h:99999/x", "http://\u00e9\u00e9/", "file:///x", "aml://asset/x", "//x"),
    *("2001-99-99", "2020-01-01T00:00:00Z", "1Gi", "-1Gi", "1e999", "100m", "Succeeded", "Docker", "deploy", "Primary"),
    *([], [[]], [None], [1, "a"], ["a"] * 50, {}, {"": ""}, {"a": {"b": {"c": []}}}, {"id": None}, [{}], [{"id": 1}]),
)
WORDS = (
    "",
    "0",
    "-1",
    "x",
    "true",
    "null",
    "\x00",
    "\u00e9",
    "a b",
    "a/b",
    "..",
    "%",
    "+",
    "2**9",
    "9" * 30,
    "9" * 5000,
    "a=b,c",
)
TYPES = ("application/json", "application/json-patch+json", "text/plain", "multipart/form-data; boundary=x", "x", "")
HEADERS = ("Content-Encoding", "Accept", "x-ms-client-request-id", "Range", "If-Match", "x-ms-range", "If-None-Match")
VALUES = ("gzip", "deflate", "br", "bytes=-1", "bytes=5-2", "bytes=a-b,\u00b2", "bytes=0-", "*", '"', "x" * 500)
SEGMENTS = ("", ".", "%2e%2e", "%00", "%ff", "%2f", "a%0d%0ab", "%F0%9F%98%80")
DRIVER = {"id": "driver", "url": "https://files.invalid/score.py", "mimeType": "application/x-python"}


@dataclass
class Target:
    """One thing to ask for. `{}` in the path stands for an id."""

    method: str
    path: str
    body: Any = None
    query: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    fixed: str = ""  # what stands in the query in any case
    form: bool = False


@dataclass
class Figures:
    """What was sent and what came back."""

    sent: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        rooms = ", ".join(f"{room} {count}" for room, count in sorted(self.sent.items()))
        statuses = ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items()))
        return f"{self.sent.total()} requests, {len(self.failures)} unexpected 5xx ({rooms}; statuses {statuses})"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server of its own: what it gets cannot be taken back by a reset alone."""
    with ServerProcess(tmp_path / "server", "--auth", "any") as server:
        yield server


def test_no_request_is_an_accident(
    server: ServerProcess,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    ends = time.monotonic() + LIMIT
    figures = Figures()
    described(server, tmp_path, figures)
    asyncio.run(changed(server, figures, REQUESTS, ends))
    record_property("fuzz", str(figures))
    with capsys.disabled():
        print(f"\nfuzz, seed {SEED}: {figures}")
    log = server.log.read_text("utf-8", "replace")
    traces = "\n".join(dict.fromkeys(re.findall(r"(?m)^\w*(?:Error|Exception)\b.*$", log)))
    assert figures.failures == [], "\n".join([*figures.failures[:20], traces[-6000:]])
    assert figures.sent.total() >= REQUESTS


def described(server: ServerProcess, folder: Path, figures: Figures) -> None:
    """Let schemathesis send what the served description allows, and what it almost allows."""
    flags = {
        "--checks": "not_a_server_error",
        "--max-examples": "40",
        "--max-time": str(DESCRIBED_FOR),
        "--seed": str(SEED),
    }
    ran = schemathesis(server, folder, flags, timeout=DESCRIBED_FOR + 120)
    generated = re.search(r"(\d+) generated", ran.stdout)
    assert generated, ran.stdout[-4000:] + ran.stderr[-2000:]
    figures.sent["described"] += int(generated[1])
    if ran.returncode:
        figures.failures.append(ran.stdout.partition("= FAILURES =")[2][:4000] or ran.stdout[-2000:])


async def changed(server: ServerProcess, figures: Figures, wanted: int, ends: float) -> None:
    """Send good requests with something changed, until there were as many requests as wanted."""
    targets = await asyncio.to_thread(all_targets, server)
    dice = random.Random(SEED)
    async with aiohttp.ClientSession(auto_decompress=False, timeout=aiohttp.ClientTimeout(total=30)) as session:

        async def one_after_the_other() -> None:
            while figures.sent.total() < wanted and time.monotonic() < ends:
                room, target = dice.choice(targets)
                await send(session, server, figures, room, target, dice)

        await asyncio.gather(*(one_after_the_other() for _each in range(AT_ONCE)))


async def send(
    session: aiohttp.ClientSession,
    server: ServerProcess,
    figures: Figures,
    room: str,
    target: Target,
    dice: random.Random,
) -> None:
    known = dice.choice(target.ids) if target.ids and dice.random() < 0.8 else dice.choice((*WORDS[3:], "none"))
    path = target.path.replace("{}", quote(known, safe=""))
    if dice.random() < 0.1:
        path = altered_path(path, dice)
    query = [target.fixed] if target.fixed and dice.random() < 0.95 else []
    names = dice.sample(target.query, min(len(target.query), dice.choice((0, 0, 1, 2))))
    query += [f"{quote(name)}={quote(dice.choice((*WORDS, known)), errors='surrogatepass')}" for name in names]
    headers = {**server.owner, "x-ms-version": "2021-08-06", "Content-Type": "application/json"}
    data: bytes | None = None
    if target.body is not None or dice.random() < 0.1:
        data = body_of(target, headers, dice)
    if dice.random() < 0.05:
        headers[dice.choice(HEADERS)] = dice.choice(VALUES)
    if len(path) + sum(map(len, query)) > 8000:
        return  # longer than a line of a request may be
    figures.sent[room] += 1
    url = URL(f"{server.url}{path}{'?' if query else ''}{'&'.join(query)}", encoded=True)
    try:
        async with session.request(target.method, url, data=data, headers=headers, allow_redirects=False) as answer:
            text = await answer.read()
    except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
        figures.failures.append(f"{target.method} {url}: {error!r}")
        return
    figures.statuses[answer.status] += 1
    if answer.status >= 500 and not (answer.status in (502, 503) and "/service/" in path):
        figures.failures.append(f"{answer.status} {target.method} {url} {(data or b'')[:400]!r}: {text[:200]!r}")


def body_of(target: Target, headers: dict[str, str], dice: random.Random) -> bytes:
    """The body with up to three changes; sometimes no body at all, or not JSON."""
    body = deepcopy(target.body)
    for _change in range(dice.choice((0, 1, 1, 1, 2, 3))):
        body = altered(body, dice)
    if target.form:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        fields = body if isinstance(body, dict) else {"grant_type": body}
        return urlencode({str(key): str(value) for key, value in fields.items()}, errors="replace").encode()
    if target.method == "PATCH" and isinstance(target.body, list):
        headers["Content-Type"] = TYPES[1]
    if dice.random() < 0.03:
        headers["Content-Type"] = dice.choice(TYPES)
    text = json.dumps(body).encode()
    return dice.choice((text[: len(text) // 2], text + b"x", dice.randbytes(20), b"")) if dice.random() < 0.03 else text


def altered(value: Any, dice: random.Random) -> Any:
    """The value with one thing changed somewhere inside."""
    if isinstance(value, dict) and value and dice.random() < 0.85:
        key = dice.choice(list(value))
        how = dice.random()
        if how < 0.1:
            del value[key]
        elif how < 0.15:
            value[str(dice.choice(WORDS))] = value[key]
        else:
            value[key] = altered(value[key], dice)
        return value
    if isinstance(value, list) and value and dice.random() < 0.85:
        place = dice.randrange(len(value))
        if dice.random() < 0.1:
            value.append(deepcopy(value[place]))
        else:
            value[place] = altered(value[place], dice)
        return value
    if isinstance(value, str) and value and dice.random() < 0.3:
        place = dice.randrange(len(value))
        return value[:place] + dice.choice(("", "\x00", "\n", " ", ":", "\u00b2", "[", "\\")) + value[place + 1 :]
    return deepcopy(dice.choice(ODD))


def altered_path(path: str, dice: random.Random) -> str:
    segments = path.split("/")
    place = dice.randrange(1, len(segments))
    segments[place] = dice.choice((*SEGMENTS, segments[place].upper()))
    if dice.random() < 0.2:
        segments.insert(place, segments[place])
    return "/".join(segments)


# What is there to be asked for


def all_targets(server: ServerProcess) -> list[tuple[str, Target]]:
    return [
        *(("hosting account", one) for one in of_accounts(server, HOSTING)),
        *(("account", one) for one in of_accounts(server, ACCOUNT)),
        *(("workspace", one) for one in of_workspace(server)),
        *(("resource manager", one) for one in of_resource_manager()),
        *(("identity", one) for one in of_identity(server)),
        *(("blobs and artifacts", one) for one in of_files()),
        *(("control room", one) for one in of_control(server)),
    ]


def of_accounts(server: ServerProcess, generation: Generation) -> Iterator[Target]:
    api = Api(server.url, generation)
    model = api.new_model()
    manifest = api.new_manifest(model["id"])
    image = api.new_image(manifest["id"])
    service = api.new_service(image["id"])
    fixed = f"api-version={generation.version}"
    bodies = {
        "models": generation.model(tags=["a"], description="x", unpack=False),
        "manifests": generation.manifest([model["id"]]),
        "images": generation.image(manifest["id"]),
        "services": {
            **generation.service(image["id"], name="more"),
            "numReplicas": 1,
            "autoScaler": {"autoscaleEnabled": False, "minReplicas": 1, "maxReplicas": 2, "targetUtilization": 70},
            "containerResourceReservation": {"cpu": "100m", "memory": "1Gi"},
            "dataCollection": {"eventHubEnabled": False, "storageEnabled": True},
            "maxConcurrentRequestsPerContainer": 10,
            "appInsightsEnabled": True,
        },
    }
    ids = {"models": model["id"], "manifests": manifest["id"], "images": image["id"], "services": service["id"]}
    filters = ("name", "tag", "modelId", "modelName", "manifestId", "manifestName", "imageId", "serviceName")
    query = (*filters, "computeResourceId", "count", "$skipToken", "tail", "api-version", "serviceId")
    for kind, body in bodies.items():
        yield Target("POST", f"{api.path}/{kind}", body, query, fixed=fixed)
        yield Target("GET", f"{api.path}/{kind}", None, query, fixed=fixed)
        for method in ("GET", "DELETE", "PATCH"):
            yield Target(method, f"{api.path}/{kind}/{{}}", None, query, (ids[kind],) if method == "GET" else (), fixed)
    yield Target("PUT", f"{api.path}/services/{{}}", bodies["services"], query, (service["id"],), fixed)
    for method, what in (("GET", "keys"), ("GET", "logs"), ("POST", "regenerateKeys")):
        asked = {"keyType": "Primary"} if method == "POST" else None
        yield Target(method, f"{api.path}/services/{{}}/{what}", asked, query, (service["id"],), fixed)
    yield Target("GET", f"{api.path}/operations/{{}}", None, query, (), fixed)
    yield Target("GET", f"{api.path}/deployments", None, query, (), fixed)


def of_workspace(server: ServerProcess) -> Iterator[Target]:
    api = Api(server.url, Generation("workspaces", ""))
    api.path, api.session.params = f"/modelmanagement/v1.0{WORKSPACE}", {}
    model: dict[str, Any] = {"name": "iris", "url": "https://files.invalid/iris.pkl", "mimeType": "application/json"}
    labels: dict[str, Any] = {"kvTags": {"a": "b"}, "properties": {"c": "d"}, "description": "x", "runId": "r"}
    model |= {**labels, "framework": "ScikitLearn", "sampleInputData": "x", "derivedModelId": None, "datasets": []}
    asset = {"name": "a", "artifacts": [{"prefix": "LocalUpload/c/a"}], **labels}
    image: dict[str, Any] = {
        "name": "img",
        "imageType": "Docker",
        "imageFlavor": "WebApiContainer",
        "driverProgram": "driver",
        "assets": [DRIVER],
        "targetRuntime": {"runtimeType": "Python", "targetArchitecture": "amd64", "properties": {"condaEnvFile": "x"}},
        "modelIds": ["iris:1"],
        **labels,
    }
    conda = {"name": "e", "dependencies": ["python=3.8.13", {"pip": ["azureml-defaults"]}]}
    environment = {"name": "e", "environmentVariables": {"A": "b"}, "python": {"condaDependencies": conda}}
    inline = {"driverProgram": "driver", "assets": [DRIVER], "modelIds": ["iris:1"], "environment": environment}
    aci = {"name": "svc", "computeType": "ACI", "containerResourceRequirements": {"cpu": 1, "memoryInGB": 1}, **labels}
    aks = {
        "name": "big",
        "computeType": "AKS",
        "computeName": "cluster",
        "autoScaler": {"autoscaleEnabled": True, "minReplicas": 1, "maxReplicas": 3, "refreshPeriodInSeconds": 1},
        "livenessProbeRequirements": {"periodSeconds": 10, "failureThreshold": 3},
        "keys": {"primaryKey": "k", "secondaryKey": "l"},
        "authEnabled": True,
        "environmentImageRequest": inline,
        **labels,
    }
    api.post("models", model, 200)
    made = api.post("assets", asset, 200)
    image_id = api.made("images", image)["id"]
    api.made("services", {**aci, "imageId": image_id})
    ids = {"models": "iris:1", "assets": made["id"], "images": image_id, "services": "svc"}
    changes = [
        {"op": "replace", "path": "/description", "value": "y"},
        {"op": "add", "path": "/kvTags/a", "value": "c"},
        {"op": "remove", "path": "/properties/c"},
        {"op": "test", "path": "/name", "value": "svc"},
        {"op": "replace", "path": "/imageId", "value": image_id},
        {"op": "replace", "path": "/environmentImageRequest", "value": inline},
        {"op": "add", "path": "/autoScaler/minReplicas", "value": 2},
    ]
    filters = ("name", "tag", "tags", "properties", "framework", "runId", "version", "type", "imageId", "imageDigest")
    more = ("modelId", "modelName", "computeType", "latestVersionOnly", "orderBy", "count", "$skipToken", "tail")
    query = (*filters, *more, "api-version")
    for kind, body in (("models", model), ("assets", asset), ("images", image), ("services", aks), ("services", aci)):
        yield Target("POST", f"{api.path}/{kind}", {**body, "name": f"{kind}-more"}, query)
        yield Target("GET", f"{api.path}/{kind}", None, query)
        yield Target("GET", f"{api.path}/{kind}/{{}}", None, query, (ids[kind],))
        yield Target("DELETE", f"{api.path}/{kind}/{{}}", None, query)
        yield Target("PATCH", f"{api.path}/{kind}/{{}}", changes, query, (ids[kind],))
        yield Target("POST", f"{api.path}/{kind}/list", {"count": 2, "orderBy": "CreatedAtAsc", "name": "x"}, query)
    validated = {"type": "Create", "createRequest": aks, "updateRequest": changes, "serviceName": "svc"}
    yield Target("POST", f"{api.path}/services/validate", validated, query)
    yield Target("POST", f"{api.path}/services/validate", {**validated, "type": "Update"}, query)
    yield Target("POST", f"{api.path}/services/validate/resource", aks, query)
    yield Target("POST", f"{api.path}/services/validate/name/{{}}", None, query, ("svc",))
    renewal = {"keyType": "Primary", "keyValue": "x"}
    for what, asked in (("listkeys", None), ("regenerateKeys", renewal), ("token", {})):
        yield Target("POST", f"{api.path}/services/{{}}/{what}", asked, query, ("svc",))
    yield Target("GET", f"{api.path}/services/{{}}/logs", None, query, ("svc",))
    for kind in ("packages", "profiles"):
        yield Target("POST", f"{api.path}/{kind}", {"imageRequest": inline, "inputData": "x"}, query)


def of_resource_manager() -> Iterator[Target]:
    compute = "Microsoft.MachineLearningCompute/operationalizationClusters"
    services = {"acsKubeConfig": KUBECONFIG, "imagePullSecretName": "pull", "orchestratorType": "Kubernetes"}
    registry = {"loginServer": "r.invalid", "username": "u", "password": "p"}
    cluster = {"clusterType": "ACS", "containerService": services, "containerRegistry": registry}
    workspace = {"friendlyName": "x", "storageAccount": f"{GROUP}/providers/Microsoft.Storage/storageAccounts/s"}
    bodies: dict[str, dict[str, Any]] = {
        "Microsoft.MachineLearningOperationalization/hostingAccounts/a": {"description": "x"},
        "Microsoft.MachineLearningModelManagement/accounts/a": {"description": "x"},
        f"{compute}/demo": cluster,
        "Microsoft.MachineLearningServices/workspaces/demo": workspace,
        "Microsoft.MachineLearningServices/workspaces/demo/computes/one": {"computeType": "AKS", "resourceId": "/x"},
    }
    query = ("api-version", "$skiptoken", "deleteAll")
    for path, properties in bodies.items():
        body = {"location": "eastus", "sku": {"name": "S1", "tier": "Standard"}, "tags": {}, "properties": properties}
        version = "2017-08-01-preview" if compute in path else "2019-11-01"
        for known in (version, "2017-09-01-preview"):
            for method in ("PUT", "PATCH", "GET", "DELETE"):
                fixed = f"api-version={known}"
                given = body if method in ("PUT", "PATCH") else None
                yield Target(method, f"{GROUP}/providers/{path}", given, query, fixed=fixed)
            yield Target("POST", f"{GROUP}/providers/{path}/listKeys", None, query, fixed=fixed)
            yield Target("GET", f"{GROUP}/providers/{path.rpartition('/')[0]}", None, query, fixed=fixed)
    for path in ("/subscriptions", GROUP, f"/subscriptions/{SUBSCRIPTION}", "/providers/{}/operations", "/metadata/{}"):
        yield Target("GET", path, None, query)


def of_identity(server: ServerProcess) -> Iterator[Target]:
    said = server.environment
    form = {
        "grant_type": "client_credentials",
        "client_id": said.get("AZURE_CLIENT_ID", "x"),
        "client_secret": "wrong",
        "resource": "https://management.azure.com/",
        "scope": "https://management.azure.com/.default",
        "username": "u",
        "password": "p",
        "refresh_token": "a.b.c",
    }
    asserted = {**form, "client_assertion": "a.b.c", "client_assertion_type": "x"}
    for path in ("/tenant/oauth2/token", "/{}/oauth2/v2.0/token"):
        for fields in (form, asserted, {**form, "grant_type": "password"}, {**form, "grant_type": "refresh_token"}):
            yield Target("POST", path, fields, form=True)
    for path in ("/{}/.well-known/openid-configuration", "/{}/v2.0/.well-known/openid-configuration"):
        yield Target("GET", path)
    yield Target("GET", "/common/userrealm/{}", None, ("api-version",))
    yield Target("GET", "/imds/{}/metadata/identity/oauth2/token", None, ("resource", "client_id", "object_id"))
    yield Target("GET", "/msi/token", None, ("resource", "client_id", "principal_id", "api-version"))


def of_files() -> Iterator[Target]:
    store = f"/artifact/v2.0{WORKSPACE}/artifacts"
    query = ("restype", "comp", "prefix", "marker", "maxresults", "delimiter", "blockid", "sig", "se", "sp", "sv", "sr")
    for method in ("GET", "HEAD", "PUT", "DELETE", "POST"):
        yield Target(method, "/mmslocal/{}", "x" if method == "PUT" else None, query)
        yield Target(method, "/mmslocal/box/{}", "x" if method == "PUT" else None, query, fixed="sv=2021-08-06&sig=x")
    yield Target("POST", f"{store}/batch/metadata/LocalUpload/{{}}", {"paths": [{"path": "a"}]})
    for what in ("prefix/contentinfo", "content", "contentinfo", "metadata", "register"):
        yield Target("GET", f"{store}/{what}/LocalUpload/c/{{}}", None, ("path", "index", "append"))
        yield Target("POST", f"{store}/{what}/LocalUpload/c/{{}}", {"a": 1}, ("path", "index", "append"))
    yield Target("GET", "/logs/images/{}/x.txt")
    yield Target("GET", "/artifact/bundles/1/{}.tar")
    yield Target("POST", "/api/v1/service/{}/score", {"data": [1]}, (), ("iris", "svc"))


def of_control(server: ServerProcess) -> Iterator[Target]:
    fault = {"operation": "nothing.at.all", "kind": "error", "status": 503, "count": 1, "probability": 0.5, "when": "x"}
    account = {"generation": "account", "subscription": SUBSCRIPTION, "resourceGroup": "g", "name": "seeded"}
    yield Target("POST", "/_mms/faults", fault)
    yield Target("DELETE", "/_mms/faults")
    yield Target("PUT", "/_mms/transitions", {"notStartedReads": 0, "runningReads": 0})
    yield Target("POST", "/_mms/seed", {"account": account, "models": [ACCOUNT.model()], "copies": 1})
    yield Target("GET", "/_mms/requests", None, ("since", "after", "limit"))
    application = {"tenant": "t", "secrets": ["s"], "certificates": ["x"], "federated": [{"issuer": "i"}]}
    yield Target("PUT", "/_mms/identity/applications/{}", application)
    yield Target("PUT", "/_mms/identity/users/{}", {"tenant": "t", "password": "p"})
    yield Target("PUT", f"/_mms/arm{GROUP}/providers/{{}}", {"kubeConfig": KUBECONFIG})
    page = ("summary", "models", "images", "services", "operations", "lineage", "requests", "log")
    for what in page:
        yield Target("GET", f"/_mms/page/{what}", None, ("account", "id", "kind", "search", "after", "tail", "limit"))
    yield Target("PUT", "/_mms/state", {"version": 2, "tables": server.control("GET", "state")["tables"]})

# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""One cluster, as one kubeconfig reaches it: the calls we need, and their failures in the words of the protocol.

The official client library blocks, so its calls run in threads. It is imported there too: a server that deploys nothing
to Kubernetes neither needs it nor waits for it.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import ssl
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlsplit

import urllib3

from mms_local.compute.kubernetes.credentials import Credentials
from mms_local.compute.kubernetes.failure import ClusterUnreachable, deployment_failed
from mms_local.compute.kubernetes.objects import MANAGER, PORT, Manifest
from mms_local.compute.kubernetes.relay import KEY_HEADER, Target
from mms_local.core.hosts import leads_to_metadata
from mms_local.core.ports import JobFailed

if TYPE_CHECKING:
    from kubernetes.client import ApiClient, ApiException

_T = TypeVar("_T")
# Every call: seconds to connect and to answer; and no models, which refuse what other versions of Kubernetes say.
_RAW: dict[str, Any] = {"_request_timeout": (5, 20), "_preload_content": False}
_APPLY = "application/apply-patch+yaml"

# kind: (API class, noun of its methods, resource name in RBAC rules)
_KINDS = {
    "Deployment": ("AppsV1Api", "deployment"),
    "Secret": ("CoreV1Api", "secret"),
    "Service": ("CoreV1Api", "service"),
    "HorizontalPodAutoscaler": ("AutoscalingV1Api", "horizontal_pod_autoscaler"),
    "Ingress": ("NetworkingV1Api", "ingress"),
    "NetworkPolicy": ("NetworkingV1Api", "network_policy"),
}


class Cluster:
    """Calls on the objects of one namespace. Every method raises JobFailed, or its kind ClusterUnreachable."""

    def __init__(self, credentials: Credentials, scratch: Path) -> None:
        self._credentials = credentials
        self._scratch = scratch  # for the certificate files that TLS libraries insist on
        self._client: ApiClient | None = None
        self.server = credentials.server
        self.namespace = credentials.namespace

    async def apply(self, manifest: Manifest) -> Manifest:
        """Create or correct an object (server-side apply); returns it as it is now."""
        kind, name = manifest["kind"], manifest["metadata"]["name"]
        how = {"field_manager": MANAGER, "force": True, "_content_type": _APPLY}

        def apply() -> Manifest:
            return _object(self._method("patch", kind)(name, self.namespace, manifest, **how, **_RAW))

        return await self._call(apply, f"write {kind} {name}")

    async def read(self, kind: str, name: str) -> Manifest | None:
        """An object, or None when there is none of that name."""

        def read() -> Manifest:
            return _object(self._method("read", kind)(name, self.namespace, **_RAW))

        return await self._call_if_found(read, f"read {kind} {name}")

    async def remove(self, kind: str, name: str, labels: dict[str, str]) -> None:
        """Delete an object if it exists and carries these labels, and with it what belongs to it."""
        found = await self.read(kind, name)
        if found is None or not labels.items() <= found["metadata"].get("labels", {}).items():
            return

        def remove() -> None:
            from kubernetes.client import V1DeleteOptions, V1Preconditions

            this_one = V1Preconditions(uid=found["metadata"]["uid"])
            options = V1DeleteOptions(propagation_policy="Background", preconditions=this_one)
            self._method("delete", kind)(name, self.namespace, body=options, **_RAW)

        await self._call_if_found(remove, f"delete {kind} {name}")

    async def replica_sets(self, selector: str) -> list[Manifest]:
        """The replica sets with these labels."""
        return await self._list("AppsV1Api", "replica_set", label_selector=selector)

    async def pods(self, selector: str) -> list[Manifest]:
        """The pods with these labels."""
        return await self._list("CoreV1Api", "pod", label_selector=selector)

    async def nodes(self) -> list[Manifest]:
        """All nodes."""
        return await self._call(lambda: _items(self._api("CoreV1Api").list_node(**_RAW)), "list the nodes")

    async def warnings(self, object_name: str) -> list[tuple[str, str]]:
        """Reason and message of the warning events about an object."""
        found = await self._list("CoreV1Api", "event", field_selector=f"involvedObject.name={object_name},type=Warning")
        return [(event.get("reason", "Warning"), event.get("message", "")) for event in found]

    async def log(self, pod: str, tail: int, *, previous: bool = False) -> str:
        """The last lines that a pod printed, if any; or that its container printed before it was restarted."""

        def read() -> str:
            api = self._api("CoreV1Api")
            answer = api.read_namespaced_pod_log(pod, self.namespace, tail_lines=tail, previous=previous, **_RAW)
            return bytes(answer.data).decode("utf-8", "replace")

        # 400: the container has not run yet
        return await self._call_if_found(read, f"read the log of pod {pod}", absent=(400, 404)) or ""

    async def annotate_pod(self, pod: str, annotation: str, value: str) -> None:
        """Set an annotation of a pod, unless the pod has gone."""
        body = {"metadata": {"annotations": {annotation: value}}}

        def patch() -> None:
            self._api("CoreV1Api").patch_namespaced_pod(pod, self.namespace, body, field_manager=MANAGER, **_RAW)

        await self._call_if_found(patch, f"annotate pod {pod}")

    async def takes_key(self, pod: str, key: str) -> bool:
        """Whether the service in a pod takes a key. A pod that cannot be asked is not said to refuse it."""

        def ask() -> bool:
            from kubernetes.client import ApiException

            api, header = self._api("CoreV1Api"), {KEY_HEADER: f"Bearer {key}"}
            try:
                api.connect_get_namespaced_pod_proxy_with_path(
                    f"{pod}:{PORT}", self.namespace, "swagger.json", _headers=header, **_RAW
                )
            except ApiException as error:
                return bool(error.status != 401)
            return True

        return await self._call(ask, f"ask pod {pod}")

    async def proxy(self, service: str) -> Target:
        """A Service of the namespace as the proxy of the API server reaches it."""
        server = await self.api_server()
        return replace(server, url=f"{server.url}/api/v1/namespaces/{self.namespace}/services/{service}:http/proxy")

    async def api_server(self) -> Target:
        """The API server, and what it is told about who asks."""

        def read() -> Target:
            settings = self._connected().configuration
            context = ssl.create_default_context(cafile=settings.ssl_ca_cert)
            if not settings.verify_ssl:
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
            if settings.cert_file:
                context.load_cert_chain(settings.cert_file, settings.key_file)
            headers = {setting["key"]: setting["value"] for setting in settings.auth_settings().values()}
            headers.update(self._credentials.impersonated)
            return Target(settings.host, context, headers, settings.tls_server_name)

        return await self._call(read, "find the API server")

    async def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            await _in_thread(self._client.close)

    async def _list(self, api: str, noun: str, **filters: str) -> list[Manifest]:
        def read() -> list[Manifest]:
            return _items(getattr(self._api(api), f"list_namespaced_{noun}")(self.namespace, **filters, **_RAW))

        return await self._call(read, f"list the {noun.replace('_', ' ')}s")

    def _method(self, verb: str, kind: str) -> Callable[..., Any]:
        api, noun = _KINDS[kind]
        return cast("Callable[..., Any]", getattr(self._api(api), f"{verb}_namespaced_{noun}"))

    def _api(self, name: str) -> Any:
        from kubernetes import client

        return getattr(client, name)(self._connected())

    def _connected(self) -> ApiClient:
        if self._client is None:
            from kubernetes import client, config

            if leads_to_metadata(urlsplit(self.server).hostname or ""):
                problem = (
                    f"The server of the kubeconfig, {self.server}, leads to an address that is for a machine alone"
                )
                raise deployment_failed("KubeconfigNotUsable", problem)
            self._scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
            settings = client.Configuration()
            settings.retries = 1  # for a connection that went stale; whoever calls decides about the rest
            try:
                self._client = config.new_client_from_config_dict(
                    self._credentials.config,
                    persist_config=False,
                    temp_file_path=str(self._scratch),
                    client_configuration=settings,
                )
            except (
                config.ConfigException,
                ssl.SSLError,
                ValueError,
            ) as error:  # ValueError: bad base64
                problem = f"The kubeconfig for {self.server} cannot be used: {type(error).__name__}"
                raise deployment_failed("KubeconfigNotUsable", problem) from error
            for name, value in self._credentials.impersonated:
                self._client.set_default_header(name, value)
        return self._client

    async def _call(self, call: Callable[[], _T], what: str) -> _T:
        return await _in_thread(lambda: self._explained(call, what))

    async def _call_if_found(self, call: Callable[[], _T], what: str, absent: tuple[int, ...] = (404,)) -> _T | None:
        def attempt() -> _T | None:
            from kubernetes.client import ApiException

            try:
                return call()
            except ApiException as error:
                if error.status in absent:
                    return None
                raise

        return await self._call(attempt, what)

    def _explained(self, call: Callable[[], _T], what: str) -> _T:
        from kubernetes.client import ApiException

        try:
            return call()
        except ApiException as error:
            raise self._refused(error.status, _message(error), what) from error
        except urllib3.exceptions.HTTPError as error:
            raise ClusterUnreachable(self.server, _reason(error)) from error

    def _refused(self, status: int, message: str, what: str) -> JobFailed:
        if status in (0, 502, 503, 504):  # 0: no answer, because of TLS
            return ClusterUnreachable(self.server, message)
        reason = {401: "KubernetesUnauthorized", 403: "KubernetesForbidden"}.get(status, "KubernetesRefused")
        hint = {
            401: " The credential in the service's kubeconfig is not, or no longer, valid.",
            403: f" Grant the right in namespace {self.namespace}, or give a kubeconfig of a user who has it.",
        }.get(status, "")
        text = f"The cluster at {self.server} refused to {what} (HTTP {status}): {message}{hint}"
        return deployment_failed(reason, text)


def _object(answer: Any) -> Manifest:
    return cast("Manifest", json.loads(answer.data))


def _items(answer: Any) -> list[Manifest]:
    return cast("list[Manifest]", _object(answer)["items"])


def _message(error: ApiException) -> str:
    """The message of the Status object that came back; of what no API server would say, nothing."""
    try:
        said = json.loads(error.body or "")
        if said["kind"] == "Status":
            return str(said["message"])
    except (TypeError, ValueError, KeyError):
        pass
    if error.status:
        return http.client.responses.get(error.status, "no reason given")
    return str(error.reason or "no reason given").strip()  # of our own: there was no answer


def _reason(error: urllib3.exceptions.HTTPError) -> str:
    """The innermost cause, in one line: urllib3 wraps it several times."""
    cause: Any = error
    while getattr(cause, "reason", None) is not None and not isinstance(cause.reason, str):
        cause = cause.reason
    return str(cause).rsplit(": ", 1)[-1]


async def _in_thread(call: Callable[[], _T]) -> _T:
    """Run a blocking call to its end even when the caller is cancelled: nobody may undo what is still being written."""
    running = asyncio.ensure_future(asyncio.to_thread(call))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise

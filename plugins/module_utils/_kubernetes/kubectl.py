# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs kubectl: credentials never on a command line, its complaints as errors that say what to do."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from .._errors import MmsError
from .._masking import masked
from .._time.repeats import RULE, Doing, Fault, Next, Patience, Repeats
from .kubeconfig import Chosen, chosen, default_source, existing_files, is_text, read, split_paths
from .program import Ended, run_program

T = TypeVar("T")

# Lines of kubectl's own log.
_LOG_LINE = re.compile(r"[EWI]\d{4} \d\d:|Warning: the server doesn't have a resource type")
# What kubectl prints to standard error, and what it means. The first that fits counts.
_COMPLAINTS = (
    ("(Forbidden)", "Forbidden", 403),
    ("(NotFound)", "NotFound", 404),
    ("(AlreadyExists)", "Conflict", 409),
    ("(Conflict)", "Conflict", 409),
    ("(Unauthorized)", "Unauthorized", 401),
    ("(TooManyRequests)", "TooManyRequests", 429),
    ("(ServiceUnavailable)", "ServiceUnavailable", 503),
    ("(InternalError)", "ClusterFailed", 500),
    ("an error on the server", "ClusterFailed", 500),
    ("certificate", "TlsFailed", None),
    ("Unable to connect to the server", "ConnectionFailed", None),
    ("The connection to the server", "ConnectionFailed", None),
    ("context deadline exceeded", "RequestTimedOut", None),
    ("Client.Timeout", "RequestTimedOut", None),
    ("error: EOF", "ConnectionFailed", None),
)
_ADVICE = {
    "Unauthorized": " The cluster does not know the credential in the kubeconfig, or it has expired.",
    "TlsFailed": " Set ca_cert to the authority of the cluster's certificate.",
    "ConnectionFailed": " Check the server in the kubeconfig, and that it can be reached from here.",
    "RequestTimedOut": " Check the server in the kubeconfig, or raise timeout.",
}
# What these are in the terms of what is repeated. A cluster cannot be told to have been reached from what kubectl says.
_FAULTS = {
    "ConnectionFailed": Fault.LOST,
    "RequestTimedOut": Fault.LOST,
    "TooManyRequests": Fault.BUSY,
    "ServiceUnavailable": Fault.FAILED,
    "ClusterFailed": Fault.FAILED,
}
_DOING = {"create": Doing.CREATE, "replace": Doing.SET, "delete": Doing.SET}  # all others read
_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?")
# Options that override what a kubeconfig says: (option, part of the kubeconfig, its field).
_OVERRIDES = (
    ("host", "cluster", "server"),
    ("ca_cert", "cluster", "certificate-authority"),
    ("proxy", "cluster", "proxy-url"),
    ("api_key", "user", "token"),
    ("client_cert", "user", "client-certificate"),
    ("client_key", "user", "client-key"),
    ("impersonate_user", "user", "as"),
)


class KubectlError(MmsError):
    """kubectl is not there, or the cluster refused what it asked for."""

    code = "KubectlFailed"


def object_name(text: str, what: str) -> str:
    """Return the name of an object as it is; kubectl would take one that begins with a dash for an option.

    Raises:
        KubectlError: it is none.
    """
    if not _NAME.fullmatch(text):
        rule = "lower-case letters, digits, dashes and dots, with a letter or digit at both ends"
        raise KubectlError(f"{text[:80]!r} cannot be the name of a {what}. It has {rule}.", code="InvalidName")
    return text


class Kubectl:
    """kubectl with the connection that a task describes.

    Args:
        options: Validated options, C(KUBERNETES_OPTIONS) among them.
        environ: Environment of kubectl.
        namespace: None for the one of the context.
        secrets: What must not be repeated when kubectl complains.
        repeats: Paces and counts what is repeated.
    """

    def __init__(
        self,
        options: Mapping[str, Any],
        environ: Mapping[str, str],
        namespace: str | None,
        secrets: Sequence[str] = (),
        repeats: Repeats | None = None,
    ) -> None:
        self._repeats = repeats or Repeats()
        self._program: str = options["kubectl"]
        self._timeout: int = options["timeout"]
        self._environ = environ
        self._secrets = [*secrets, options["api_key"] or ""]
        self._arguments = [f"--request-timeout={self._timeout}s"]
        self._config: Mapping[str, Any] | Sequence[str] = connection(options, environ)
        if options["context"] and not isinstance(self._config, Mapping):
            self._arguments.append(f"--context={options['context']}")
        if namespace:
            self._arguments.append(f"--namespace={namespace}")

    def run(self, *arguments: str, manifest: Mapping[str, Any] | None = None) -> str:
        """Return what kubectl prints.

        Args:
            manifest: Sent through standard input, where no other user of the machine can see it.

        Raises:
            KubectlError: with the reason as C(code).
        """

        def once() -> str:
            ended = self._run(arguments, manifest)
            if ended.status != 0:
                raise self._complaint(arguments, ended.complaint or ended.output)
            return ended.output

        return self._repeated(arguments[0], once)

    def _repeated(self, verb: str, once: Callable[[], T]) -> T:
        """Return what is returned once the cluster has answered."""
        attempts = self._repeats.begin(Patience())
        while True:
            try:
                return once()
            except KubectlError as error:
                fault = error.fault
                again = fault and RULE[_DOING.get(verb, Doing.READ)][fault] is Next.AGAIN
                if not fault or not again or not attempts.again(f"kubectl {verb}", fault, error.message):
                    raise

    def namespace(self) -> str:
        """Return the namespace that this works in."""
        view = json.loads(self.run("config", "view", "--minify", "--output=json"))
        return str(view["contexts"][0]["context"].get("namespace") or "default")

    def may(self, verb: str, resource: str) -> bool:
        """Tell whether the cluster lets us do this."""

        def once() -> bool:
            ended = self._run(("auth", "can-i", verb, resource), None)
            answer = ended.output.strip()
            if answer not in ("yes", "no"):
                raise self._complaint(("auth", "can-i", verb, resource), ended.complaint or answer)
            return answer == "yes"

        return self._repeated("auth", once)

    def _run(self, arguments: Sequence[str], manifest: Mapping[str, Any] | None) -> Ended:
        with self._environment() as environment:
            try:
                return run_program(
                    [self._program, *self._arguments, *arguments],
                    text=json.dumps(manifest) if manifest else "",
                    environment=environment,
                    timeout=self._timeout + 10,
                )
            except FileNotFoundError:
                raise KubectlError(
                    f"There is no program {self._program!r}. Install kubectl, or set the option kubectl to its path.",
                    code="KubectlNotFound",
                ) from None
            except TimeoutError:
                raise KubectlError(
                    f"kubectl {arguments[0]} did not end within {self._timeout + 10} s.",
                    code="RequestTimedOut",
                    fault=Fault.LOST,
                ) from None

    @contextmanager
    def _environment(self) -> Iterator[dict[str, str]]:
        """The environment of kubectl; for its time, a kubeconfig that is no file is one that nobody else can read."""
        if not isinstance(self._config, Mapping):
            yield {**self._environ, "KUBECONFIG": os.pathsep.join(self._config)}
            return
        with tempfile.TemporaryDirectory(prefix="mms-") as folder:  # readable by its owner only
            path = Path(folder, "kubeconfig")
            path.write_text(json.dumps(self._config), encoding="utf-8")
            yield {**self._environ, "KUBECONFIG": str(path)}

    def _complaint(self, arguments: Sequence[str], text: str) -> KubectlError:
        # What kubectl logs only says the same again, at length.
        lines = text.splitlines()
        plain = [line for line in lines if not _LOG_LINE.match(line)] or lines
        said = masked(" ".join(" ".join(plain).split()), self._secrets) or "nothing"
        code, status = next(((code, status) for words, code, status in _COMPLAINTS if words in said), (None, None))
        advice = _ADVICE.get(code or "", "")
        fault = _FAULTS.get(code or "")
        message = f"kubectl {' '.join(arguments[:3])} failed: {said}{advice}"
        return KubectlError(message, code=code, status=status, fault=fault)


def connection(options: Mapping[str, Any], environ: Mapping[str, str]) -> Mapping[str, Any] | Sequence[str]:
    """Return the paths of the kubeconfig that kubectl is to use, or its content.

    Files are left as they are, users with C(exec) included, for kubectl runs where the task runs. Where options
    override a part of it, one context is made anew.

    Raises:
        KubeconfigError: the kubeconfig is broken or not there.
    """
    source: str = options["kubeconfig"] or ""
    overrides = {name: options[name] for name, _part, _key in _OVERRIDES if options[name]}
    if options["validate_certs"] is not None:
        overrides["validate_certs"] = options["validate_certs"]
    if source and is_text(source):
        return _overridden(chosen(read(source), options["context"]), overrides)
    paths = split_paths(source) or default_source(environ)
    if options["host"] and not source:
        return _overridden(Chosen("mms", {}, {}, {}), overrides)
    if not source and not overrides and "KUBERNETES_SERVICE_HOST" in environ:
        return paths  # in a pod, kubectl finds its way without any
    files = existing_files(paths)
    if overrides:
        return _overridden(chosen(read([str(file) for file in files]), options["context"]), overrides)
    return [str(file) for file in files]


def _overridden(one: Chosen, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return a kubeconfig of one context, with what the options say in place of what it says."""
    parts: dict[str, dict[str, Any]] = {"cluster": dict(one.cluster), "user": dict(one.user)}
    if overrides.keys() & {"api_key", "client_cert"}:
        parts["user"] = {}  # another credential: nothing of the one before may be mixed in
    if "ca_cert" in overrides:
        parts["cluster"].pop("certificate-authority-data", None)
    for name, part, key in _OVERRIDES:
        if name in overrides:
            parts[part][key] = overrides[name]
    if "validate_certs" in overrides:
        parts["cluster"]["insecure-skip-tls-verify"] = not overrides["validate_certs"]
        if not overrides["validate_certs"]:  # kubectl refuses both
            for key in ("certificate-authority", "certificate-authority-data"):
                parts["cluster"].pop(key, None)
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "cluster", "cluster": parts["cluster"]}],
        "users": [{"name": "user", "user": parts["user"]}],
        "contexts": [{"name": one.name, "context": {**one.context, "cluster": "cluster", "user": "user"}}],
        "current-context": one.name,
    }

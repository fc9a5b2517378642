# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a file of somebody says, its reader gives a value or its own refusal, and never another exception."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from api_client import KUBECONFIG
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ansible_collections.azureml.model_management.plugins.module_utils._errors import MmsError
from ansible_collections.azureml.model_management.plugins.module_utils._kubernetes.kubeconfig import flatten, parse
from ansible_collections.azureml.model_management.plugins.module_utils._masking import masked
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.requirements import problem_of
from ansible_collections.azureml.model_management.plugins.module_utils._text import parsed_json, parsed_yaml
from mms_local.api.blob.conditions import byte_range
from mms_local.api.blob.errors import StorageError
from mms_local.api.identity import IdentityService
from mms_local.api.identity.applications import Application, FederatedCredential
from mms_local.api.identity.assertions import AssertionChecker
from mms_local.api.identity.errors import OAuthError
from mms_local.api.mms.json_patch import patched
from mms_local.compute.kubernetes.credentials import credentials
from mms_local.core import safe_yaml
from mms_local.core.errors import Refused
from mms_local.core.kubeconfig import check_kubeconfig
from mms_local.core.ports import JobFailed
from mms_local.images.conda import conda_environment
from mms_local.images.reference import Reference
from mms_local.images.requirements import Policy, pip_requirements
from mms_local.images.schema_file import find_schema

WITHIN = settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
ODD = st.sampled_from(
    ["", "\x00", "\ufeff", "\u00b2", "..", "%ff", "${X}", "*a", "&a", "!!int", "<<", "@", "://", "[", "{", "#", "\\"]
)
TEXT = st.text(max_size=60) | st.lists(ODD | st.text(max_size=5), max_size=8).map("".join)
NAMES = (
    *("name", "dependencies", "pip", "channels", "clusters", "cluster", "users", "user", "contexts", "context"),
    *("current-context", "server", "token", "as", "exec", "namespace", "op", "path", "value", "from", "type", "items"),
    *("format", "example", "input", "swagger", "kid", "alg", "x5t", "iss", "sub", "aud", "exp"),
)
KEYS = st.sampled_from(NAMES)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | TEXT, inner, max_size=4),
    max_leaves=20,
)
YAML = (
    TEXT
    | JSON.map(json.dumps)
    | st.lists(st.tuples(KEYS, TEXT), max_size=6).map(
        lambda lines: "".join(f"{key}: {value}\n" for key, value in lines)
    )
)


def _damaged(text: str) -> st.SearchStrategy[str]:
    """A good text with a piece of it replaced."""
    place = st.integers(0, len(text))
    return st.tuples(place, place, ODD | st.text(max_size=4)).map(
        lambda cut: text[: min(cut[:2])] + cut[2] + text[max(cut[:2]) :]
    )


CONDA = "name: x\nchannels: [conda-forge]\ndependencies:\n- python=3.11\n- numpy>=1,<3\n- pip:\n  - six==1.16.0\n"
PIP = "numpy==1.26.4 \\\n  --hash=sha256:0123 # why\nscikit-learn[x]>=1 ; python_version < '3.12'\n-c other.txt\n"
PATCH = '[{"op": "replace", "path": "/a/b~1c", "value": {"x": [1]}}, {"op": "remove", "path": "/list/0"}]'


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


@given(text=YAML | _damaged(CONDA))
@example("{}: !!int ''")
@WITHIN
def test_conda_files(text: str) -> None:
    _ends(lambda: conda_environment(text.encode("utf-8", "replace"), "c.yml", Policy(), _ignore), JobFailed)


@given(data=st.binary(max_size=80) | _damaged(PIP).map(lambda text: text.encode("utf-8", "replace")))
@WITHIN
def test_requirements(data: bytes) -> None:
    _ends(lambda: pip_requirements(data, "r.txt", Policy()), JobFailed)
    _ends(lambda: pip_requirements(data, "r.txt", Policy(allow_sdists=True, allow_direct_urls=True)), JobFailed)
    assert problem_of(data.decode("utf-8", "replace"))


@given(text=YAML | _damaged(KUBECONFIG))
@WITHIN
def test_kubeconfigs(text: str) -> None:
    _ends(lambda: check_kubeconfig(text), Refused)
    _ends(lambda: credentials(text), JobFailed)
    _ends(lambda: flatten(parse(text)), MmsError)


@given(text=YAML)
@WITHIN
def test_yaml(text: str) -> None:
    _ends(lambda: safe_yaml.load(text), safe_yaml.YamlRefused)
    _ends(lambda: parsed_yaml(text), ValueError)


@given(text=st.binary(max_size=60) | TEXT | JSON.map(json.dumps))
@WITHIN
def test_json(text: bytes | str) -> None:
    _ends(lambda: parsed_json(text), ValueError)


@given(before=st.dictionaries(KEYS, JSON, max_size=4), operations=JSON | _damaged(PATCH).map(_value))
@WITHIN
def test_json_patches(before: dict[str, Any], operations: Any) -> None:
    _ends(lambda: patched(before, operations, tuple(before)), Refused)


@given(content=JSON)
@WITHIN
def test_schema_files(tmp_path: Path, content: Any) -> None:
    (tmp_path / "score.py").write_text("def init(): ...\ndef run(raw_data): ...\n", encoding="utf-8")
    for value in (content, {"input": content, "output": content}):
        (tmp_path / "schema.json").write_text(json.dumps(value), encoding="utf-8")
        _ends(lambda: find_schema(tmp_path, "score.py", _ignore), JobFailed)


@given(token=TEXT | st.tuples(JSON, JSON, TEXT).map(lambda parts: _token(*parts)))
@WITHIN
def test_tokens(token: str, identity: IdentityService) -> None:
    assert identity.refusal(token)
    federated = FederatedCredential("issuer", "subject", {"keys": [{"kty": "oct", "k": "AA", "kid": "x"}]})
    application = Application("tenant", "client", (), (), (federated,))
    checker = AssertionChecker(lambda: 0.0)
    with pytest.raises(OAuthError):
        checker.check(application, token, "/tenant/oauth2/token")


@given(text=TEXT)
@WITHIN
def test_references_of_images(text: str) -> None:
    _ends(lambda: Reference.parse(text), ValueError)


@given(text=TEXT, secret=st.text("abcdefgh", min_size=4, max_size=9))
@WITHIN
def test_masking(text: str, secret: str) -> None:
    assert secret not in masked(f"{text} {secret} {text}", [secret])


RANGES = st.from_regex(r"(bytes=)?[-0-9, \u00b2\u0663]{0,12}", fullmatch=True) | st.sampled_from(
    ["bytes=" + "9" * 5000 + "-", "bytes=0-" + "9" * 5000, "bytes=-5", "bytes=5-2", "bytes=0-0,2-3"]
)


@given(value=RANGES | TEXT, name=st.sampled_from(["Range", "x-ms-range"]), size=st.integers(0, 10))
@WITHIN
def test_ranges(value: str, name: str, size: int) -> None:
    _ends(lambda: byte_range({name: value}, size), StorageError)


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> IdentityService:
    return IdentityService(tmp_path_factory.mktemp("identity"))


def _ends(call: Callable[[], object], refusal: type[Exception]) -> None:
    """A value or the refusal; every other exception fails the test."""
    with contextlib.suppress(refusal):
        call()


def _ignore(_line: str) -> None:
    """Do nothing with it."""


def _token(header: Any, claims: Any, signature: str) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims)]
    return ".".join((*parts, signature))

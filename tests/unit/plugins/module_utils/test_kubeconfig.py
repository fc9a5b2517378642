# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A kubeconfig in any form becomes one line that stands alone, and says why when it cannot."""

from __future__ import annotations

import base64
import builtins
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.azureml.model_management.plugins.module_utils._errors import MissingLibraryError
from ansible_collections.azureml.model_management.plugins.module_utils._kubernetes.kubeconfig import (
    KubeconfigError,
    default_source,
    flat_kubeconfig,
)

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\u00e4\n-----END CERTIFICATE-----\n"
SECRET = "s3cr3t-token"


def kubeconfig(**changes: Any) -> dict[str, Any]:
    content: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "blue",
        "clusters": [
            {"name": "blue-cluster", "cluster": {"server": "https://blue:6443", "certificate-authority-data": "Q0E="}},
            {"name": "green-cluster", "cluster": {"server": "https://green:6443", "insecure-skip-tls-verify": True}},
        ],
        "users": [
            {"name": "anna", "user": {"token": SECRET}},
            {"name": "ben", "user": {"username": "ben", "password": "p:#w", "as": "carl", "as-groups": ["ops"]}},
        ],
        "contexts": [
            {"name": "blue", "context": {"cluster": "blue-cluster", "user": "anna", "namespace": "models"}},
            {"name": "green", "context": {"cluster": "green-cluster", "user": "ben"}},
        ],
    }
    return {**content, **changes}


def block(content: dict[str, Any]) -> str:
    return yaml.safe_dump(content, sort_keys=False, default_flow_style=False)


def flow(content: dict[str, Any]) -> str:
    return yaml.safe_dump(content, sort_keys=False, default_flow_style=True)


def by_kubectl(arguments: list[str], **environment: str) -> dict[str, Any]:
    """Return what kubectl makes of the same kubeconfig, without the empty preferences that it adds."""
    kubectl = shutil.which("kubectl")
    assert kubectl, "these tests compare with kubectl: install it and put it on PATH"
    command = [kubectl, "config", "view", "--raw", "--flatten", "--minify", "-o", "json", *arguments]
    done = subprocess.run(
        command, capture_output=True, check=True, text=True, env={"PATH": os.environ["PATH"], **environment}
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    if not answer.get("preferences"):
        answer.pop("preferences", None)
    return answer


@pytest.mark.parametrize("write", [block, flow, json.dumps], ids=["block YAML", "flow YAML", "JSON"])
@pytest.mark.parametrize("context", [None, "blue", "green"])
def test_every_text_form_gives_what_kubectl_gives(
    tmp_path: Path, write: Callable[[dict[str, Any]], str], context: str | None
) -> None:
    file = tmp_path / "config"
    file.write_text(write(kubeconfig()))
    expected = by_kubectl(["--kubeconfig", str(file), *(["--context", context] if context else [])])

    for source in (str(file), [str(file)], file.read_text(), kubeconfig()):
        assert json.loads(flat_kubeconfig(source, context=context)) == expected


def test_the_result_is_one_line_that_kubectl_reads_back(tmp_path: Path) -> None:
    line = flat_kubeconfig(kubeconfig())
    assert "\n" not in line
    file = tmp_path / "flat"
    file.write_text(line)
    assert by_kubectl(["--kubeconfig", str(file)]) == json.loads(line)


def test_certificate_and_key_files_are_put_inline_byte_for_byte(tmp_path: Path) -> None:
    folder = tmp_path / "kube"
    folder.mkdir()
    (folder / "ca.pem").write_text(CERTIFICATE)
    (folder / "tls.crt").write_bytes(bytes(range(256)))
    (tmp_path / "tls.key").write_bytes(b"key\r\n")
    content = kubeconfig(
        clusters=[{"name": "blue-cluster", "cluster": {"server": "https://b", "certificate-authority": "ca.pem"}}],
        users=[{"name": "anna", "user": {"client-certificate": "./tls.crt", "client-key": str(tmp_path / "tls.key")}}],
    )
    file = folder / "config"
    file.write_text(block(content))

    flat = json.loads(flat_kubeconfig(str(file)))

    assert flat == by_kubectl(["--kubeconfig", str(file)])
    assert base64.b64decode(flat["users"][0]["user"]["client-certificate-data"]) == bytes(range(256))
    assert json.loads(flat_kubeconfig(content, base_dir=str(folder))) == flat


def test_a_list_of_files_is_merged_as_kubectl_merges_it(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "ca.pem").write_text("B")
    first = {"clusters": [], "users": [{"name": "anna", "user": {"token": "first"}}], "current-context": "blue"}
    relative = {"name": "blue-cluster", "cluster": {"server": "https://b", "certificate-authority": "ca.pem"}}
    second = kubeconfig(clusters=[relative])
    second["current-context"] = "green"
    (tmp_path / "a" / "config").write_text(block(first))
    (tmp_path / "b" / "config").write_text(block(second))
    paths = f"{tmp_path}/a/config::{tmp_path}/missing:{tmp_path}/b/config"

    flat = json.loads(flat_kubeconfig(paths))

    assert flat == by_kubectl([], KUBECONFIG=paths)
    assert flat["users"][0]["user"]["token"] == "first"
    assert json.loads(flat_kubeconfig(paths.split(":"))) == flat
    assert default_source({"KUBECONFIG": paths}) == [path for path in paths.split(":") if path]


def test_without_the_variable_the_default_is_the_file_in_the_home_folder() -> None:
    assert default_source({}) == ["~/.kube/config"]
    assert default_source({"KUBECONFIG": ""}) == ["~/.kube/config"]


def test_data_wins_over_a_file_of_the_same_meaning_and_loses_its_line_ends() -> None:
    cluster = {"server": "https://b", "certificate-authority": "gone.pem", "certificate-authority-data": "Q0\nE=\n"}
    flat = json.loads(flat_kubeconfig(kubeconfig(clusters=[{"name": "blue-cluster", "cluster": cluster}])))
    assert flat["clusters"][0]["cluster"] == {"server": "https://b", "certificate-authority-data": "Q0E="}


def test_what_looks_like_a_date_stays_a_token() -> None:
    text = block(kubeconfig()).replace(f"token: {SECRET}", "token: 2026-01-02")
    assert json.loads(flat_kubeconfig(text))["users"][0]["user"]["token"] == "2026-01-02"


def test_unknown_fields_and_extensions_travel_too() -> None:
    extension = {"name": "x", "extension": {"provider": "p", "last-update": "today"}}
    cluster = {"server": "https://b", "disable-compression": True, "extensions": [extension]}
    content = kubeconfig(clusters=[{"name": "blue-cluster", "cluster": cluster}], preferences={"colors": True})
    flat = json.loads(flat_kubeconfig(content))
    assert flat["clusters"][0]["cluster"] == cluster
    assert flat["preferences"] == {"colors": True}


def test_the_namespace_can_be_another_one() -> None:
    flat = json.loads(flat_kubeconfig(kubeconfig(), context="green", namespace="lab"))
    assert flat["contexts"] == [
        {"name": "green", "context": {"cluster": "green-cluster", "user": "ben", "namespace": "lab"}}
    ]


def user(**fields: Any) -> dict[str, Any]:
    return kubeconfig(users=[{"name": "anna", "user": fields}])


def cluster(**fields: Any) -> dict[str, Any]:
    return kubeconfig(clusters=[{"name": "blue-cluster", "cluster": {"server": "https://b", **fields}}])


@pytest.mark.security
@pytest.mark.parametrize(
    ("source", "context", "words"),
    [
        (user(exec={"command": "kubelogin"}), None, ["exec: kubelogin", "cannot travel", "kubectl create token"]),
        (user(**{"auth-provider": {"name": "azure"}}), None, ["auth-provider: azure", "cannot travel"]),
        (user(tokenFile="/var/run/token"), None, ["/var/run/token", "tokenFile", "into token"]),
        (kubeconfig(), "red", ["no context 'red'", "blue, green"]),
        (kubeconfig(**{"current-context": ""}), None, ["no current-context", "blue, green"]),
        (kubeconfig(clusters=[]), None, ["'blue-cluster'", "not in it"]),
        (kubeconfig(users=None), None, ["user 'anna'", "not in it"]),
        (kubeconfig(contexts=[{"name": "blue", "context": {"cluster": "blue-cluster"}}]), None, ["names no user"]),
        (kubeconfig(users="anna"), None, ["users", "not a list"]),
        (kubeconfig(users=["anna"]), None, ["users[0]", "mapping with a name"]),
        (kubeconfig(users=[{"name": "a", "user": SECRET}]), None, ["user in users[0]", "not a mapping"]),
        (kubeconfig(users=[{"name": "anna"}, {"name": "anna"}]), None, ["'anna' twice"]),
        (kubeconfig(kind="Secret"), None, ["kind is 'Secret'"]),
        (user(token=12345), None, ["token", "in quotes"]),
        (cluster(**{"certificate-authority": "ca.pem"}), None, ["certificate-authority: ca.pem", "base_dir"]),
        (
            cluster(**{"certificate-authority": "/etc/hosts"}),
            None,
            ["certificate-authority: /etc/hosts", "its path"],
        ),
        (block(user(**{"client-certificate": "/etc/hosts"})), None, ["user 'anna'", "client-certificate: /etc/hosts"]),
        (block(user(**{"client-key": "~/.ssh/id_rsa"})), None, ["client-key: ~/.ssh/id_rsa", "client-key-data"]),
        ("a: &a [x, x]\nb: [*a, *a]\n", None, ["YAML alias near line 2", "Write it out"]),
        ('a: !!int ""\nb: 1\n', None, ["neither JSON nor YAML"]),
        ("clusters:\n- {name: c, cluster: [1]}\n", None, ["cluster in clusters[0]", "not a mapping"]),
        ("a: " + "[" * 10_000, None, ["nested too deeply"]),
        ("[" * 10_000, None, ["no kubeconfig"]),
        (cluster(**{"certificate-authority-data": "%%%"}), None, ["certificate-authority-data", "not base64"]),
        ("/no/such/config", None, ["no kubeconfig: config in /no/such"]),
        ([], None, ["no kubeconfig", "empty list"]),
        ("", None, ["is empty"]),
        ("- a\n- b\n", None, ["not a kubeconfig"]),
        ("{a: [}", None, ["neither JSON nor YAML", "line 1"]),
    ],
)
def test_what_cannot_work_is_explained(source: Any, context: str | None, words: list[str]) -> None:
    with pytest.raises(KubeconfigError) as caught:
        flat_kubeconfig(source, context=context)
    assert [word for word in words if word not in caught.value.message] == []
    assert caught.value.to_failure()["code"] == "InvalidKubeconfig"
    assert SECRET not in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        block(kubeconfig()).replace("\n", ""),
        block({"apiVersion": "v1"}).replace("\n", "") + "clusters:",
        "{a: 1, # comment\n b: 2}".replace("\n", ""),
    ],
    ids=["block mapping", "a single scalar", "a comment"],
)
def test_deleted_line_ends_are_recognised(text: str) -> None:
    with pytest.raises(KubeconfigError, match="line ends were deleted"):
        flat_kubeconfig(text)


def test_deleting_the_line_ends_of_a_flow_style_file_is_harmless() -> None:
    assert flat_kubeconfig(flow(kubeconfig()).replace("\n", "")) == flat_kubeconfig(kubeconfig())


@pytest.mark.security
def test_a_parse_error_does_not_quote_the_text() -> None:
    with pytest.raises(KubeconfigError) as caught:
        flat_kubeconfig(f"users:\n- token: *{SECRET}\n")
    assert SECRET not in caught.value.message
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match=f"{tmp_path} cannot be read: Is a directory"):
        flat_kubeconfig(str(tmp_path))
    (tmp_path / "binary").write_bytes(b"\xff\x00\x81")
    with pytest.raises(KubeconfigError, match="not text in UTF-8"):
        flat_kubeconfig(str(tmp_path / "binary"))


def test_a_file_says_where_the_files_that_it_names_are_missing(tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text(block(cluster(**{"certificate-authority": "gone.pem"})))
    with pytest.raises(KubeconfigError, match=f"{tmp_path}/gone.pem, which cannot be read: No such file"):
        flat_kubeconfig(str(file))


def test_a_context_that_is_not_chosen_may_name_files() -> None:
    content = kubeconfig()
    content["users"].append({"name": "other", "user": {"client-key": "/x"}})
    assert flat_kubeconfig(content) == flat_kubeconfig(kubeconfig())


@pytest.mark.parametrize("form", [json.dumps, block, flow])
@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-16", "utf-32"])
def test_files_written_on_windows_are_read(form: Any, mark: str, tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_bytes(form(kubeconfig()).replace("\n", "\r\n").encode(mark))
    assert flat_kubeconfig(str(file)) == flat_kubeconfig(kubeconfig())
    assert flat_kubeconfig("\ufeff" + form(kubeconfig())) == flat_kubeconfig(kubeconfig())


def test_json_needs_no_yaml_library_and_yaml_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real_import = builtins.__import__

    def without_yaml(name: str, *rest: Any) -> Any:
        if name == "yaml":
            raise ImportError(name)
        return real_import(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_yaml)
    assert flat_kubeconfig(json.dumps(kubeconfig()))
    with pytest.raises(MissingLibraryError, match="PyYAML"):
        flat_kubeconfig("clusters: []\nusers: []\n")


# YAML folds these three into plain line breaks wherever they stand unescaped.
yaml_breaks = "\x85\u2028\u2029"
names = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=yaml_breaks), min_size=1, max_size=8)


@given(name=names, token=st.text(st.characters(exclude_categories=["Cs"], exclude_characters=yaml_breaks), max_size=20))
def test_any_name_and_any_token_survive_every_form(name: str, token: str) -> None:
    content = {
        "clusters": [{"name": name, "cluster": {"server": "https://h"}}],
        "users": [{"name": name, "user": {"token": token}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }
    flat = flat_kubeconfig(content)
    assert json.loads(flat)["users"] == content["users"]
    assert flat_kubeconfig(json.dumps(content)) == flat
    assert flat_kubeconfig(flat) == flat
    assert flat_kubeconfig(yaml.safe_dump(content, allow_unicode=True)) == flat

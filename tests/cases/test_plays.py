# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people write in playbooks, played by ansible-playbook against a local MMS that runs what is deployed.

Each folder below `plays/` holds what a user would bring, and a `case.yml`: title, kind, what is right, and variants.
What stands beside the variants holds for all of them. In texts `{folder}` is the folder that a variant is played in,
and `{files}` the address of a web server for the same files.

    playbook            what is played; without it play.yml, or the role deploy_web_service where there is none
    role, variables     variables of the role, without their prefix; others
    arguments           further arguments of ansible-playbook
    files               texts to write into the folder before
    encrypted           files to encrypt by ansible-vault before
    kubeconfigs         true: one kubeconfig in many encodings lies in a folder of that name
    status, printed, absent, writes, record, not_made, log, again_changed
                        what is right: exit status, what is printed and what is not, the operations that write at the
                        server, entries of record.json, files that must not be there, what log.txt holds, and how many
                        tasks a second run changes
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from image_factory import FileServer
from playing import Bench

from mms_local.testing import ServerProcess

PLAYS = Path(__file__).parent / "plays"
ABOUT = {"title", "kind", "right", "variants"}
KEYS = {"name", "playbook", "role", "variables", "arguments", "files", "encrypted", "kubeconfigs"}
RIGHT = {"status", "printed", "absent", "writes", "record", "not_made", "log", "again_changed"}
pytestmark = pytest.mark.slow


def variants() -> list[Any]:
    """Folder and variant of every case, with what the table of cases says of it."""
    found = []
    for path in sorted(PLAYS.glob("*/case.yml")):
        case = yaml.safe_load(path.read_text("utf-8"))
        assert ABOUT <= set(case) <= ABOUT | KEYS | RIGHT, path
        for variant in case["variants"]:
            assert set(variant) <= KEYS | RIGHT, path
            both = {**case, **variant, "role": {**case.get("role", {}), **variant.get("role", {})}}
            mark = pytest.mark.case(f"{case['title']}: {variant['name']}", case["kind"])
            found.append(pytest.param(path.parent, both, id=f"{path.parent.name}: {variant['name']}", marks=mark))
    return found


def kubeconfigs() -> dict[str, bytes]:
    """One kubeconfig as JSON and as YAML, in the bytes that programs of Windows write."""
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "c",
        "clusters": [{"name": "k", "cluster": {"server": "https://192.0.2.1"}}],
        "users": [{"name": "u", "user": {"token": "t"}}],
        "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
    }
    found = {}
    for kind, text in (("json", json.dumps(content, indent=1)), ("yaml", yaml.safe_dump(content))):
        for encoding in ("utf-8", "utf-8-sig", "utf-16"):
            for end in ("\n", "\r\n"):
                found[f"{kind}-{encoding}-{len(end)}"] = text.replace("\n", end).encode(encoding)
        found[f"{kind}-utf-16-be"] = "\ufeff".encode("utf-16-be") + text.encode("utf-16-be")
    return found


class Stage:
    """A copy of a case's folder, in which a variant of it is played."""

    def __init__(self, bench: Bench, case: dict[str, Any], web: FileServer) -> None:
        self._bench = bench
        self._web = web
        self.folder = bench.folder
        self.case = self._filled(case)

    def prepare(self) -> None:
        for name, text in self.case.get("files", {}).items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text, encoding="utf-8")
        if self.case.get("encrypted"):
            (self.folder / "password").write_text("password", encoding="utf-8")
            program = Path(sys.executable).with_name("ansible-vault")
            command = [program, "encrypt", "--vault-password-file", "password", *self.case["encrypted"]]
            subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        for name, content in kubeconfigs().items() if self.case.get("kubeconfigs") else ():
            (self.folder / "kubeconfigs" / name).parent.mkdir(exist_ok=True)
            (self.folder / "kubeconfigs" / name).write_bytes(content)
        for path in self.folder.rglob("*"):
            if path.is_file() and path.name != "absent.py":
                self._web.put(path.relative_to(self.folder).as_posix(), path.read_bytes())

    def play(self) -> Any:
        given = {"compute_resource_id": self._bench.cluster, **self.case["role"]}
        role = {f"deploy_web_service_{name}": value for name, value in given.items()}
        path = self.folder / self.case.get("playbook", "play.yml")
        if not path.is_file():
            path = self._bench.using("deploy_web_service")
        return self._bench.play(str(path), {**role, **self.case.get("variables", {})}, *self.case.get("arguments", ()))

    def _filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._filled(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self._filled(one) for one in value]
        if isinstance(value, str):
            return value.replace("{folder}", str(self.folder)).replace("{files}", self._web.origin)
        return value


def plain(output: str) -> str:
    """What was printed, without the way in which results are printed as JSON and lines are broken."""
    return " ".join(output.replace("\\n", "\n").replace('\\"', '"').split())


@pytest.mark.parametrize(("folder", "case"), variants())
def test_what_people_write_does_what_is_right(
    folder: Path, case: dict[str, Any], server: ServerProcess, files: FileServer, tmp_path: Path
) -> None:
    server.reset()
    work = tmp_path / "work"
    shutil.copytree(folder, work)
    bench = Bench(server, work)
    stage = Stage(bench, case, files)
    stage.prepare()
    bench.writes()
    played = stage.play()
    right = stage.case
    assert played.status == right.get("status", 0), played.output
    printed = plain(played.output)
    assert [words for words in right.get("printed", ()) if words not in printed] == [], played.output
    assert [words for words in right.get("absent", ()) if words in printed] == [], played.output
    if "writes" in right:
        assert bench.writes() == right["writes"]
    assert [name for name in right.get("not_made", ()) if (work / name).exists()] == []
    if "log" in right:
        assert right["log"] in (work / "log.txt").read_text("utf-8")
    if "record" in right:
        record = json.loads((work / "record.json").read_text("utf-8"), parse_constant=pytest.fail)
        assert {name: record[name] for name in right["record"]} == right["record"]
    if "again_changed" in right:
        assert stage.play().counts()["changed"] == right["again_changed"]


def test_every_kind_of_the_reports_is_played() -> None:
    assert len(list(PLAYS.glob("*/case.yml"))) >= 20

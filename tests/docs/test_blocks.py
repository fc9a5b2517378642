# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every block of code is one that works, or is marked as an excerpt."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from blocks import BLOCKS, CHECKED, EXCERPT, GUIDES, ROOT, Block, blocks_of, commands_of

COLLECTION = "azureml.model_management."
LINKED = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache/link"), "ANSIBLE_LOCALHOST_WARNING": "false"}
NAMED = re.compile(r"azureml\.model_management\.(\w+)")


def in_language(language: str) -> list[Block]:
    return [block for block in BLOCKS if block.language == language]


@cache
def documented(kind: str) -> dict[str, Any]:
    """What ansible-doc says about every module, or role, of the collection."""
    names = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))
    if kind == "role":
        names = sorted(path.name for path in (ROOT / "roles").iterdir())
    program = str(Path(sys.executable).with_name("ansible-doc"))
    command = [program, "--json", "-t", kind, *(COLLECTION + name for name in names)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=LINKED)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    if kind == "role":
        return {name: role["entry_points"]["main"]["options"] for name, role in found.items()}
    return {name: module["doc"]["options"] for name, module in found.items()}


def wrong_options(given: Mapping[str, Any], options: Mapping[str, Any], where: str) -> Iterator[str]:
    """What is given and is no option, and what must be given and is not."""
    aliases = {alias: name for name, option in options.items() for alias in option.get("aliases") or ()}
    known = {aliases.get(name, name): value for name, value in given.items()}
    yield from (f"{where} has no option {name}" for name in known if name not in options)
    for name, option in options.items():
        value = known.get(name)
        if option.get("required") and value is None:
            yield f"{where} lacks {name}"
        choices = option.get("choices")
        if choices and isinstance(value, str) and "{{" not in value and value not in choices:
            yield f"{where}: {name} cannot be {value}"
        inner = option.get("suboptions") or option.get("options")
        for item in value if isinstance(value, list) else [value]:
            if inner and isinstance(item, dict):
                yield from wrong_options(item, inner, f"{where}: {name}")


def problems(node: Any) -> Iterator[str]:
    """What is wrong with the tasks and roles anywhere in this YAML."""
    if isinstance(node, list):
        for item in node:
            yield from problems(item)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if isinstance(key, str) and key.startswith(COLLECTION):
            if key in documented("module"):
                yield from wrong_options(value or {}, documented("module")[key], key)
            else:
                yield f"there is no module {key}"
        yield from problems(value)
    role = node.get("role")
    if isinstance(role, str) and role.startswith(COLLECTION) and role not in documented("role"):
        yield f"there is no role {role}"
    for name, options in documented("role").items():
        prefix = f"{name.removeprefix(COLLECTION)}_"
        variables = {key: value for key, value in node.items() if str(key).startswith(prefix)}
        # The others may be set elsewhere: an inventory holds some of them for many hosts.
        yield from wrong_options(
            variables, {key: {**option, "required": False} for key, option in options.items()}, name
        )


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_block_says_its_language_or_that_it_is_an_excerpt(block: Block) -> None:
    assert block.language in (*CHECKED, EXCERPT)


@pytest.mark.parametrize("block", in_language("yaml"), ids=str)
def test_yaml_has_options_that_exist(block: Block) -> None:
    assert list(problems(yaml.safe_load(block.text))) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- azureml.model_management.mms_score: {service: a, inputs: 1}", "has no option inputs"),
        ("- azureml.model_management.mms_nothing: {}", "there is no module"),
        ("- azureml.model_management.mms_service: {name: a, resources: {cpus: 1}}", "resources has no option cpus"),
        ("- azureml.model_management.mms_service: {name: a, state: gone}", "state cannot be gone"),
        ("- azureml.model_management.mms_service_logs: {tail: 1}", "lacks service"),
        ("- block:\n    - azureml.model_management.mms_account: {nothing: 2}", "has no option nothing"),
        ("- hosts: a\n  roles: [{role: azureml.model_management.deploy}]", "there is no role"),
        ("deploy_web_service_modles: []", "has no option deploy_web_service_modles"),
    ],
)
def test_options_that_do_not_exist_are_found(text: str, problem: str) -> None:
    assert problem in " ".join(problems(yaml.safe_load(text)))


def is_playbook(block: Block) -> bool:
    content = yaml.safe_load(block.text)
    return isinstance(content, list) and all("hosts" in play for play in content)


@pytest.mark.parametrize("block", [block for block in in_language("yaml") if is_playbook(block)], ids=str)
def test_ansible_takes_each_playbook(block: Block, tmp_path: Path) -> None:
    playbook = tmp_path / "playbook.yml"
    playbook.write_text(block.text, encoding="utf-8")
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "--syntax-check", str(playbook)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=LINKED)
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize("block", in_language("json"), ids=str)
def test_json_is_json(block: Block) -> None:
    json.loads(block.text)


@pytest.mark.parametrize("block", in_language("python"), ids=str)
def test_python_is_python(block: Block) -> None:
    ast.parse(block.text)


@pytest.mark.parametrize("block", in_language("console"), ids=str)
def test_commands_are_ones_that_there_are(block: Block) -> None:
    """The shell can read each, and the subcommands, flags, make targets and playbooks that it names exist."""
    commands = commands_of(block)
    assert commands
    for command in commands:
        subprocess.run(["bash", "-n", "-c", command], check=True)
        for name in NAMED.findall(command) if "ansible-playbook" in command else ():
            assert (ROOT / f"playbooks/{name}.yml").is_file(), command
        words = shlex.split(command, comments=True)
        if words[0] == "make" and len(words) > 1:
            assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE), command
        for subcommand, rest in re.findall(r"\bmms-local ([a-z]+)([^;)\"#\n]*)", command):
            said = help_of(subcommand)
            assert all(f"{flag} " in f"{said} " or f"{flag}\n" in said for flag in re.findall(r"--[a-z-]+", rest)), (
                command
            )


@cache
def help_of(subcommand: str) -> str:
    """What `mms-local SUBCOMMAND --help` says; fails when there is no such subcommand."""
    command = [sys.executable, "-m", "mms_local", subcommand, "--help"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return re.sub(r"[\[\],|]", " ", ended.stdout)


def test_blocks_are_found_in_both_kinds_of_pages() -> None:
    """Otherwise all tests above would hold for nothing."""
    rst = "a::\n\n    b\n\n.. code-block:: yaml\n    :caption: c.yml\n\n    d: 1\n\ne\n"
    found = [(block.language, block.caption, block.text) for block in blocks_of(Path("a.rst"), rst)]
    assert found == [("", "", "b\n"), ("yaml", "c.yml", "d: 1\n")]
    markdown = "a\n\n```console\n$ b \\\n    c\n$ d\n```\n"
    (block,) = blocks_of(Path("a.md"), markdown)
    assert commands_of(block) == ["b \\\n    c", "d"]


def codes_in_the_code() -> set[str]:
    """Each `failure.code` that the collection gives by itself."""
    found = set()
    for path in [*(ROOT / "plugins").rglob("*.py")]:
        if "modules" not in path.relative_to(ROOT).parts[:2]:
            text = path.read_text("utf-8")
            found |= set(re.findall(r'\bcode(?:, sent)?\s*=\s*"([A-Z][A-Za-z]+)"', text))
    errors = (ROOT / "plugins/module_utils/_errors.py").read_text("utf-8")
    return found | set(re.findall(r'^    \d{3}: "(\w+)"', errors, re.MULTILINE))


def test_troubleshooting_has_a_row_for_each_code_and_no_other() -> None:
    text = (GUIDES / "guide_troubleshooting.rst").read_text("utf-8")
    assert sorted(re.findall(r"^   \* - ``(\w+)``$", text, re.MULTILINE)) == sorted(codes_in_the_code())


def test_messages_of_drivers_are_the_ones_of_the_builder() -> None:
    """What the guide quotes stands in the code that says it."""
    text = (GUIDES / "guide_driver.rst").read_text("utf-8").partition("What goes wrong")[2]
    quoted = re.findall(r"^``(.*?)``  ", text, re.MULTILINE)
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "server/mms_local").rglob("*.py"))
    assert quoted
    assert [message for message in quoted if message.removesuffix(" run") not in code] == []

# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the code is cut: few rooms, imports that point downwards, one place for each generation, and short ways."""

from __future__ import annotations

import ast
import graphlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import requests

from ansible_collections.azureml.model_management.plugins.module_utils._masking import Gate
from ansible_collections.azureml.model_management.plugins.module_utils._session import Session
from ansible_collections.azureml.model_management.plugins.modules.mms_service import TASK
from ansible_collections.azureml.model_management.tests.unit.plugins.module_utils.scripted import (
    FakeClock,
    Script,
    transport_on,
)

ROOT = Path(__file__).resolve().parents[2]
CLIENT = ROOT / "plugins/module_utils"
SERVER = ROOT / "server/mms_local"
MOST_ROOMS = 18
MOST_FILES = 10

DOWNWARDS = (
    "_tasks",
    "_runner",
    "_session",
    "_client",
    "_options",
    "_storage",
    "_generations",
    "_plan",
    "_auth",
    "_resources",
    "_transport",
    "_kubernetes",
    "_waiting",
    "_lock",
    "_text",
    "_clock",
    "_errors",
    "_masking",
)
"""The rooms of the client; each may use those below it."""


def rooms(package: Path) -> dict[str, set[str]]:
    """The folders and files at the top of a package, and which of the others each imports."""
    used: dict[str, set[str]] = {}
    for path in package.rglob("*.py"):
        place = path.relative_to(package)
        room = place.parts[0].removesuffix(".py")
        others = {imported for imported in imports(path, package, place) if imported != room}
        used.setdefault(room, set()).update(others)
    used.pop("__init__", None)
    return used


def imports(path: Path, package: Path, place: Path) -> Iterator[str]:
    """The rooms that a file imports from, whichever way it writes that."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom):
            continue
        names = (node.module or "").split(".") if node.module else []
        if node.level:
            folder = list(place.parent.parts)
            names = folder[: len(folder) + 1 - node.level] + names
        elif names[:1] == [package.name]:
            names = names[1:]
        else:
            continue
        yield from names[:1] or (alias.name for alias in node.names)


def test_the_client_has_few_rooms_and_each_has_its_place() -> None:
    assert len(DOWNWARDS) <= MOST_ROOMS
    assert sorted(rooms(CLIENT)) == sorted(DOWNWARDS)


@pytest.mark.parametrize("room", DOWNWARDS)
def test_imports_of_the_client_point_downwards(room: str) -> None:
    below = DOWNWARDS[DOWNWARDS.index(room) + 1 :]
    assert sorted(rooms(CLIENT)[room] - set(below)) == []


def test_no_packages_of_the_server_import_each_other_in_a_circle() -> None:
    assert list(graphlib.TopologicalSorter(rooms(SERVER)).static_order())


def python_files(folder: Path, besides: Path) -> list[Path]:
    return [path for path in folder.rglob("*.py") if besides not in path.parents]


ASKS_WHICH = re.compile(
    r"\b(?:if|elif|and|or|not|while|assert)\b[^\n]*\b(?:HOSTING_ACCOUNT|ACCOUNT|WORKSPACE)\b(?!_)"
    r"|\bgeneration\b\s*(?:==|!=|\bis\b|\bin\b)"
    r"|\bapi_version\b[\"'\])]*\s*(?:==|!=)|\bapi_version\s+(?:not\s+)?in\b"
)


@pytest.mark.parametrize(
    "path",
    python_files(ROOT / "plugins", CLIENT / "_generations"),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_nothing_outside_asks_which_generation_it_is(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    code = ast.unparse(_without_texts(ast.parse(source)))
    assert ASKS_WHICH.findall(code) == []


class _Texts(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant("...") if isinstance(node.value, str) and " " in node.value else node


def _without_texts(tree: ast.Module) -> ast.Module:
    _Texts().visit(tree)
    return ast.fix_missing_locations(tree)


class Witness(Script):
    """A wire that notes through which files of ours each request came."""

    def __init__(self) -> None:
        super().__init__()
        self.ways: list[list[str]] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        way: list[str] = []
        frame: FrameType | None = sys._getframe()
        while frame is not None:
            name = frame.f_code.co_filename
            if "/plugins/module_utils/" in name and name not in way and "/tests/" not in name:
                way.append(name)
            frame = frame.f_back
        self.ways.append(way)
        return super().send(request, *args, **kwargs)


def test_from_an_option_to_the_wire_it_is_not_far() -> None:
    script, clock = Witness(), FakeClock()
    options = {name: option.get("default") for name, option in TASK.options.items()}
    options |= {"name": "iris", "image": "iris:1", "compute_resource_id": "c", "replicas": 2, "wait": False}
    options |= {"api_url": "https://mms.example.com", "api_version": "2017-09-01-preview"}
    options |= {"subscription_id": "s", "resource_group": "g", "account_name": "a"}
    session = Session(options, clock, Gate(print, print))
    session.__dict__["transport"] = transport_on(script, clock)
    script.expect("GET", "/images", body=[{"id": "i", "name": "iris", "version": 1}])
    script.expect("GET", "/services?serviceName=iris", body=[])
    script.expect("POST", "/services", status=202, headers={"Operation-Location": "/operations/o"})
    script.expect("GET", "/operations/o", body={"id": "o", "state": "Running"})
    result = TASK.run(session, False)
    assert result["action"] == "create"
    assert len(script.ways) == 4
    for way in script.ways:
        assert len(way) <= MOST_FILES, "\n".join(way)

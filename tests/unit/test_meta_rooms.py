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
KUBECONFIG = (
    "{current-context: c, contexts: [{name: c, context: {cluster: k, user: u}}], "
    "clusters: [{name: k, cluster: {server: 'https://k.test'}}], users: [{name: u, user: {token: t}}]}"
)
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
    "_errors",
    "_time",
    "_masking",
)
"""The rooms of the client; each may use those below it."""


def imports(path: Path, package: Path) -> Iterator[tuple[str, ...]]:
    """What a file imports of its own package, as parts of a path below it, whichever way it writes that."""
    folder = path.relative_to(package).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            named = [tuple(alias.name.split(".")) for alias in node.names]
            yield from (parts[1:] for parts in named if parts[0] == package.name)
        if isinstance(node, ast.ImportFrom):
            module = tuple((node.module or "").split(".")) if node.module else ()
            if node.level:
                module = folder[: len(folder) + 1 - node.level] + module
            elif module[:1] == (package.name,):
                module = module[1:]
            else:
                continue
            yield from (_file(package, (*module, alias.name)) for alias in node.names)


def _file(package: Path, parts: tuple[str, ...]) -> tuple[str, ...]:
    """The module among these parts; the last one may be a name in it."""
    whole = package.joinpath(*parts)
    return parts if whole.is_dir() or whole.with_suffix(".py").is_file() else parts[:-1]


def graph(package: Path, depth: int | None) -> dict[tuple[str, ...], set[tuple[str, ...]]]:
    """Which parts of a package import which others: its files, or the folders and files down to a depth."""
    used: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for path in package.rglob("*.py"):
        place = path.relative_to(package).with_suffix("").parts
        room = (place[:-1] if place[-1] == "__init__" else place)[:depth]
        others = {imported[:depth] for imported in imports(path, package)}
        used.setdefault(room, set()).update(others - {room, ()})
    used.pop((), None)
    return used


def rooms(package: Path) -> dict[str, set[str]]:
    """The folders and files at the top of a package, and which of the others each imports."""
    return {name: {other for (other,) in others} for (name,), others in graph(package, 1).items()}


def upwards(package: Path, order: tuple[str, ...]) -> list[str]:
    """The imports that do not point downwards in this order."""
    return [
        f"{room} imports {other}"
        for room, others in sorted(rooms(package).items())
        for other in sorted(others)
        if order.index(other) <= order.index(room)
    ]


def circle(package: Path, depth: int | None) -> list[str]:
    """A circle of imports, if there is one."""
    try:
        list(graphlib.TopologicalSorter(graph(package, depth)).static_order())
    except graphlib.CycleError as error:
        return ["/".join(parts) for parts in error.args[1]]
    return []


def test_the_client_has_few_rooms_and_each_has_its_place() -> None:
    assert len(DOWNWARDS) <= MOST_ROOMS
    assert sorted(rooms(CLIENT)) == sorted(DOWNWARDS)


def test_the_server_has_few_rooms() -> None:
    assert len(rooms(SERVER)) <= MOST_ROOMS


def test_imports_of_the_client_point_downwards() -> None:
    assert upwards(CLIENT, DOWNWARDS) == []


@pytest.mark.parametrize("package", [CLIENT, SERVER], ids=["client", "server"])
@pytest.mark.parametrize("depth", [1, 2], ids=["rooms", "packages in rooms"])
def test_nothing_imports_in_a_circle(package: Path, depth: int) -> None:
    assert circle(package, depth) == []


def test_an_import_upwards_and_a_circle_are_found(tmp_path: Path) -> None:
    package = tmp_path / "house"
    for name, text in {
        "attic/box.py": "from ..cellar.wine import glass",
        "cellar/wine.py": "from house import cellar\nfrom . import glass",
        "cellar/glass.py": "import house.attic.box",
    }.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text, encoding="utf-8")
    assert upwards(package, ("attic", "cellar")) == ["cellar imports attic"]
    assert circle(package, 1)[0] in ("attic", "cellar")
    assert set(circle(package, 2)) == {"attic/box", "cellar/wine", "cellar/glass"}


VERSIONS = ("v1.0", "2017-06-01-privatepreview", "2017-09-01-preview")
VALUES = re.compile(r"HOSTING_ACCOUNT|ACCOUNT|WORKSPACE|\w*Generation")


def asks(source: str) -> list[str]:
    """The places where code asks which generation it has to do with: comparing, looking at its type, or matching."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            asked = any(map(_tells, (node.left, *node.comparators)))
        elif isinstance(node, ast.Call):
            asked = ast.unparse(node.func) in ("isinstance", "issubclass") and _tells(node.args[1])
        elif isinstance(node, ast.Match):
            asked = _tells(node.subject)
        else:
            asked = isinstance(node, ast.Subscript) and isinstance(node.value, ast.Dict) and _tells(node.slice)
        if asked:
            found.append(ast.unparse(node).partition("\n")[0])
    return found


def _tells(node: ast.expr) -> bool:
    """Whether an expression is a generation, or what it is known by."""
    if isinstance(node, ast.Constant):
        return node.value in VERSIONS
    if isinstance(node, ast.Name):
        return node.id in ("generation", "api_version") or bool(VALUES.fullmatch(node.id))
    if isinstance(node, ast.Attribute):
        return node.attr in ("generation", "api_version") or ast.unparse(node.value).endswith("Generation")
    return isinstance(node, ast.Subscript | ast.Call) and "api_version" in ast.unparse(node)


def outside(folder: Path, *own: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*.py")) if not {path, *path.parents} & set(own)]


def test_nothing_outside_of_the_files_of_the_generations_asks_which_one_it_is() -> None:
    served = SERVER / "api/mms"
    own = [served / f"{name}.py" for name in ("hosting_account", "account", "workspace")]
    files = outside(ROOT / "plugins", CLIENT / "_generations") + outside(SERVER, *own)
    found = {str(path.relative_to(ROOT)): asks(path.read_text(encoding="utf-8")) for path in files}
    assert {path: places for path, places in found.items() if places} == {}


def test_nothing_of_the_server_outside_of_their_files_names_a_generation() -> None:
    served = SERVER / "api/mms"
    own = [served / f"{name}.py" for name in ("hosting_account", "account", "workspace")]
    naming = re.compile(r"\bGeneration\.(?:HOSTING|ACCOUNT|WORKSPACE)")
    found = [str(path.relative_to(ROOT)) for path in outside(SERVER, *own) if naming.search(path.read_text("utf-8"))]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "if generation is WORKSPACE: pass",
        "x = 1 if session.connection.generation.api_version == version else 2",
        'x = version != "v1.0"',
        "x = call.generation.name is Generation.ACCOUNT",
        "x = isinstance(generation, WorkspaceGeneration)",
        'x = options["api_version"] in known',
        'x = options.get("api_version") == known',
        "match generation:\n    case _: pass",
        "x = {ACCOUNT: 1}[generation]",
    ],
)
def test_a_question_for_the_generation_is_found(code: str) -> None:
    assert asks(code)


@pytest.mark.parametrize(
    "code", ["x = generation.keys", "x = generation.services.update", "if kind is None: pass", 'f(api_version="v1.0")']
)
def test_to_use_a_generation_is_no_question(code: str) -> None:
    assert not asks(code)


class Witness(Script):
    """A wire that notes through which files of ours each request came, and answers as an empty account would."""

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
        collection = (request.url or "").partition("?")[0].split("/")[-1]
        image = {"id": "iris:1", "name": "iris", "version": 1}
        answers: dict[tuple[str | None, str], tuple[int, Any, dict[str, str]]] = {
            ("GET", "images"): (200, [image], {}),
            ("GET", "services"): (200, [], {}),
            ("POST", "services"): (202, None, {"Operation-Location": "/operations/o"}),
            ("GET", "o"): (200, {"id": "o", "state": "Running"}, {}),
        }
        status, body, headers = answers.get((request.method, collection), (200, image, {}))
        self.expect(request.method or "", _without_version(request.url or ""), status, body, headers)
        return super().send(request, *args, **kwargs)


def _without_version(url: str) -> str:
    """An address as a script expects it."""
    version = "api-version=2017-09-01-preview"
    return url.replace(f"{version}&", "").replace(f"?{version}", "")


@pytest.mark.parametrize(
    "more",
    [
        {"api_version": "2017-06-01-privatepreview", "account_name": "a", "kubeconfig": KUBECONFIG, "pull_secret": "p"}
        | {"replicas": None, "image": "0" * 32},
        {"api_version": "2017-09-01-preview", "account_name": "a", "compute_resource_id": "c"},
        {"api_version": "v1.0", "workspace_name": "w", "compute": {"type": "aks", "name": "c"}},
    ],
    ids=["hosting account", "account", "workspace"],
)
def test_from_an_option_to_the_wire_it_is_not_far(more: dict[str, Any]) -> None:
    script, clock = Witness(), FakeClock()
    options = {name: option.get("default") for name, option in TASK.options.items()}
    options |= {"name": "iris", "image": "iris:1", "replicas": 2, "wait": False, **more}
    options |= {"api_url": "https://mms.example.com", "subscription_id": "s", "resource_group": "g"}
    session = Session(options, clock, Gate(print, print))
    session.__dict__["transport"] = transport_on(script, clock)
    result = TASK.run(session, False)
    assert result["action"] == "create"
    assert len(script.ways) == 4
    for way in script.ways:
        assert len(way) <= MOST_FILES, "\n".join(way)

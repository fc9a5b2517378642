# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what is said once into the RETURN of the modules.

    return_blocks.py            write it
    return_blocks.py --check    write nothing; end with 1 and the names of modules whose RETURN is out of date

The fields of a resource come from its dataclass in module_utils/_resources, what several modules return alike from
return_blocks.yml. The description of a key and everything else stay as they are in the module.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "ansible_collections.azureml.model_management.plugins.module_utils._resources"
RESOURCES = ("account", "deployment", "image", "manifest", "model", "operation", "service")
SHARED: dict[str, Any] = yaml.safe_load((ROOT / ".ci/return_blocks.yml").read_text(encoding="utf-8"))
BLOCK = re.compile(r'(?<=^RETURN = r""")\n.*?(?=^""")', re.DOTALL | re.MULTILINE)
WIDTH = 104


OWN = {
    "mms_pull_secret": {"action", "changes", "request_ids"},
    "mms_score": {"failure"},
}
"""What a module says in its own way."""


class Flow:
    """A list or a dict that is written on one line."""

    def __init__(self, value: Any) -> None:
        self.value = value


class Dumper(yaml.SafeDumper):
    """Indents lists, as the rest of the documentation does, and writes no anchors."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def represent_flow(dumper: Dumper, flow: Flow) -> yaml.Node:
    if isinstance(flow.value, list):
        return dumper.represent_sequence("tag:yaml.org,2002:seq", flow.value, flow_style=True)
    return dumper.represent_mapping("tag:yaml.org,2002:map", flow.value, flow_style=True)


Dumper.add_representer(Flow, represent_flow)


def resource(name: str) -> type[Any]:
    """The dataclass of a kind of resource."""
    if not any(str(ROOT / ".cache/link") == folder for folder in sys.path):
        sys.path.insert(0, str(ROOT / ".cache/link"))
    found: type[Any] = getattr(importlib.import_module(f"{PACKAGE}.{name}"), name.capitalize())
    return found


def members(kind: type[Any]) -> dict[str, Any]:
    """The documentation of a resource's fields, in the order in which they stand there."""
    return {name: documented for one in fields(kind) for name, documented in member(one.name, one.metadata["said"])}


def member(name: str, said: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The documentation of one field; none of one that results do not show."""
    if hasattr(said, "kind"):
        yield (
            name,
            {"description": said.description, "returned": "always", "type": "dict"} | {"contains": members(said.kind)},
        )
    elif said.shown:
        shape = said.shape
        yield (
            name,
            {"description": said.description, "returned": "always", "type": shape.ansible_type}
            | ({"elements": shape.elements} if shape.elements else {})
            | ({"contains": members(shape.members)} if shape.members else {})
            | ({"sample": said.sample} if said.sample is not None else {}),
        )


def on_one_line(block: Any) -> Any:
    """The documentation with choices and samples on one line."""
    if isinstance(block, list):
        return [on_one_line(one) for one in block]
    if not isinstance(block, dict):
        return block
    return {
        key: Flow(value) if key in ("choices", "sample") and isinstance(value, (list, dict)) else on_one_line(value)
        for key, value in block.items()
    }


def generated(module: str, returned: dict[str, Any]) -> dict[str, Any]:
    """What a module returns, with everything renewed that is said elsewhere."""
    renewed = {}
    for key, block in returned.items():
        kind = key.removesuffix("s")
        if key in SHARED and key not in OWN.get(module, ()):
            block = SHARED[key]
        elif kind in RESOURCES and "contains" in block:
            block = {**block, "contains": members(resource(kind))}
        renewed[key] = block
    return renewed


def renewed(module: Path) -> str:
    """The source of a module with its RETURN renewed."""
    source = module.read_text(encoding="utf-8")
    found = BLOCK.search(source)
    if found is None:
        return source
    returned = on_one_line(generated(module.stem, yaml.safe_load(found.group())))
    text = yaml.dump(returned, Dumper=Dumper, sort_keys=False, width=WIDTH, allow_unicode=True)
    return source[: found.start()] + "\n" + text + source[found.end() :]


def stale() -> list[Path]:
    """The modules whose RETURN is out of date."""
    return [path for path in modules() if renewed(path) != path.read_text(encoding="utf-8")]


def modules() -> list[Path]:
    return sorted((ROOT / "plugins/modules").glob("mms_*.py"))


def main() -> int:
    out_of_date = stale()
    if "--check" in sys.argv[1:]:
        for path in out_of_date:
            print(f"{path.relative_to(ROOT)}: RETURN is out of date; run .ci/return_blocks.py")
        return 1 if out_of_date else 0
    for path in out_of_date:
        path.write_text(renewed(path), encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main())

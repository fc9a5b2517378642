# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conda files in the styles that people have: each gives a recipe, or one message that says what to change.

`conda_files.yml` says which. What a recipe asks for, and the runtime, is looked up in the real package
index where the file says so.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.azureml.model_management.plugins.module_utils._errors import InputError
from ansible_collections.azureml.model_management.plugins.module_utils._masking import masked
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.requirements import CondaFile
from mms_local.core.ports import JobFailed
from mms_local.images.azureml_family import adapted
from mms_local.images.conda import conda_environment
from mms_local.images.index import Index
from mms_local.images.installers import uv_program
from mms_local.images.notes import Notes
from mms_local.images.requirements import Policy, runtime, serving

FILES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "conda_files.yml").read_text("utf-8"))
LEFT_OUT = re.compile(r"^Left out of the conda file .* for Linux: (.*)\.$")
KIND = "a conda file gives a recipe, or one message"


def cases(files: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param(file, id=file["about"], marks=pytest.mark.case(file["about"], KIND)) for file in files]


def sent(file: dict[str, Any], folder: Path) -> bytes:
    """What the client sends of a file."""
    content: bytes = file["file"].encode(file.get("encoding", "utf-8"))
    (folder / "environment.yml").write_bytes(content)
    (folder / "beside.txt").write_text(file.get("beside", ""), encoding="utf-8")
    flat = CondaFile(folder / "environment.yml").flat()
    return content if flat is None else flat.encode()


def recipe(content: bytes, warn: list[str]) -> tuple[str | None, list[str]]:
    """The Python and the packages that are asked for."""
    notes = Notes(lambda _line: None)
    environment = conda_environment(content, "environment.yml", Policy(), notes.warn)
    packages = [str(one) for one in adapted(environment.packages, (), (), notes)]
    warn.extend(notes.warnings)
    return environment.python.text if environment.python else None, packages


@pytest.mark.parametrize("file", cases([file for file in FILES if "packages" in file]))
def test_a_file_gives_a_recipe_and_says_what_it_leaves_out(file: dict[str, Any], tmp_path: Path) -> None:
    warnings: list[str] = []
    python, packages = recipe(sent(file, tmp_path), warnings)
    assert (python, packages) == (file.get("python"), file["packages"])
    left_out = [names.split(", ") for names in (found[1] for found in map(LEFT_OUT.match, warnings) if found)]
    assert left_out == ([file["left_out"]] if "left_out" in file else [])
    others = [warning for warning in warnings if not LEFT_OUT.match(warning)]
    assert len(others) == ("warns" in file)
    assert all(file["warns"] in warning for warning in others)


@pytest.mark.parametrize("file", cases([file for file in FILES if "refused" in file]))
def test_a_file_that_cannot_be_used_is_refused_with_all_reasons_at_once(file: dict[str, Any]) -> None:
    with pytest.raises(JobFailed) as failed:
        recipe(file["file"].encode(), [])
    assert "The conda file environment.yml" in failed.value.message
    assert [reason for reason in file["refused"] if reason not in failed.value.message] == []


@pytest.mark.parametrize("file", cases([file for file in FILES if "client" in file]))
def test_the_client_refuses_what_a_server_would_before_anything_is_sent(file: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(InputError) as failed:
        sent(file, tmp_path)
    message = masked(failed.value.message)
    assert [reason for reason in file["client"] if reason not in message] == [], message
    assert "hunter2" not in message


@pytest.mark.slow
@pytest.mark.parametrize("file", [pytest.param(file, id=file["about"]) for file in FILES if "resolves" in file])
def test_the_index_has_what_the_recipe_asks_for(file: dict[str, Any], tmp_path: Path) -> None:
    uv, python = uv_program(), file["resolves"]
    assert uv is not None
    _python, packages = recipe(sent(file, tmp_path), [])
    (tmp_path / "wanted.txt").write_text("\n".join([*packages, *runtime(python)]), encoding="utf-8")
    (tmp_path / "overrides.txt").write_text("\n".join(serving(python)), encoding="utf-8")
    environment = asyncio.run(Index.configured(None)).environment_for_uv()
    command = [uv, "pip", "compile", "--quiet", "--python-version", python, "--only-binary", ":all:"]
    command += ["--override", "overrides.txt", "wanted.txt"]
    ran = subprocess.run(command, cwd=tmp_path, env=environment, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_there_are_files_enough_to_speak_of() -> None:
    assert len(FILES) >= 100
    assert sum("packages" in file for file in FILES) >= 70

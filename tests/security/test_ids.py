# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids become names of files and folders: what is none is refused where it comes in, and never joined to a path."""

from __future__ import annotations

import json
import urllib.error
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from api_client import ACCOUNT, Api

from mms_local.compute.null import NullBuilder
from mms_local.compute.process.compute import ProcessCompute
from mms_local.core.ids import below
from mms_local.core.ports import ImageSpec, Keys, ServiceSpec
from mms_local.images import ImageBuilder
from mms_local.store.logs import LogFiles
from mms_local.testing import ServerProcess

NO_IDS = ["../../x", "..", ".", "", "/etc", "a/b", "a\\b", "a\x00", "a\n", "-rf", "~root", "\u00e9", "x" * 300]


def renamed(state: Any, table: str, old: str, new: str) -> Any:
    """The document with another id in the rows of a table."""
    content = state["tables"][table]
    rows = json.loads(json.dumps(content["rows"]).replace(old, json.dumps(new)[1:-1].replace("\\", "\\\\")))
    return {**state, "tables": {**state["tables"], table: {**content, "rows": rows}}}


@pytest.mark.parametrize("table", ["service", "image", "operation", "deployment", "model", "manifest"])
@pytest.mark.parametrize("new", ["../../x", "..", "/x", "a/b"])
def test_a_state_document_with_a_way_through_folders_is_refused(server: ServerProcess, table: str, new: str) -> None:
    api = Api(server.url, ACCOUNT)
    service = api.new_service()
    kinds = {"service": "services", "deployment": "deployments", "model": "models", "manifest": "manifests"}
    if table == "operation":
        old = json.loads(server.control("GET", "state")["tables"]["operation"]["rows"][0][3])["id"]
    else:
        old = api.items(kinds.get(table, "images"))[0]["id"]
    before = server.control("GET", "state")
    document = renamed(before, table, old, new)
    assert document != before
    with pytest.raises(urllib.error.HTTPError) as refused:
        server.control("PUT", "state", document)
    assert refused.value.code == 400
    assert "is no id of a resource" in refused.value.read().decode()
    assert api.get(f"services/{service['id']}")["name"] == "iris"


def test_a_reset_after_such_a_document_deletes_nothing_else(
    start_server: Callable[..., ServerProcess], tmp_path: Path
) -> None:
    data = tmp_path / "outer" / "mms"
    precious = tmp_path / "outer" / "precious" / "file"
    precious.parent.mkdir(parents=True)
    precious.write_text("still here", encoding="utf-8")
    server = start_server("--compute", "process", data_dir=data)
    other = start_server()
    service = Api(other.url, ACCOUNT).new_service()
    document = renamed(other.control("GET", "state"), "service", service["id"], "../../precious")
    with pytest.raises(urllib.error.HTTPError):
        server.control("PUT", "state", document)
    server.reset()
    assert precious.read_text(encoding="utf-8") == "still here"


@pytest.mark.parametrize("wrong", NO_IDS)
async def test_no_path_is_made_of_what_is_no_id(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ValueError, match="is no id of a resource"):
        below(tmp_path, wrong)
    logs = LogFiles(tmp_path / "logs")
    for call in (lambda: logs.append("images", wrong, "x"), lambda: logs.tail("images", wrong)):
        with pytest.raises(ValueError, match="is no id"):
            call()
    image = ImageSpec(wrong, "i", 1, "score.py", (), ())
    for builder in (NullBuilder(tmp_path), ImageBuilder(tmp_path)):
        with pytest.raises(ValueError, match="is no id"):
            await builder.build(image, print)
    built = await NullBuilder(tmp_path).build(ImageSpec("i", "i", 1, "score.py", (), ()), print)
    spec = ServiceSpec(wrong, "s", built, Keys("a", "b"))
    compute = ProcessCompute(tmp_path)
    for job in (compute.remove(spec), compute.deploy(spec, print), compute.logs(wrong, 1)):
        with pytest.raises(ValueError, match="is no id"):
            await job
    await compute.stop()


@pytest.mark.parametrize("right", ["0f8fad5b-d9cb-469f-a165-70867728950e", "0F8FAD5Bd9cb", "my-model_1.0:12", "a"])
def test_ids_of_all_generations_are_ids(tmp_path: Path, right: str) -> None:
    assert below(tmp_path, right, ".log") == tmp_path / f"{right}.log"

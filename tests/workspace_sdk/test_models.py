# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Models by the unmodified client: files, folders and what is said about them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azureml.core.model import Model
from azureml.exceptions import WebserviceException

from mms_local.testing import ServerProcess


def ids(models: list[Any]) -> list[str]:
    return [model.id for model in models]


def test_the_workspace_is_found_by_discovery(workspace: Any, server: ServerProcess) -> None:
    assert workspace.get_details()["name"] == "flowers"
    assert workspace.discovery_url.startswith(server.environment["AZURE_AUTHORITY_HOST"])
    assert workspace.subscription_id == server.environment["AZURE_SUBSCRIPTION_ID"]


def test_a_file_is_uploaded_registered_and_downloaded(workspace: Any, folder: Path) -> None:
    (folder / "iris.txt").write_text("petal", encoding="utf-8")
    model = Model.register(workspace, "iris.txt", "iris", tags={"stage": "test"}, description="for flowers")
    assert (model.id, model.version, model.description) == ("iris:1", 1, "for flowers")
    assert model.url.startswith("aml://asset/")
    assert Path(model.download("down")).read_text(encoding="utf-8") == "petal"


def test_a_folder_is_uploaded_registered_and_downloaded(workspace: Any, folder: Path) -> None:
    (folder / "iris" / "deep").mkdir(parents=True)
    for name in ("a.txt", "deep/b.txt"):
        (folder / "iris" / name).write_text(name, encoding="utf-8")
    model = Model.register(workspace, "iris", "iris")
    down = Path(model.download("down"))
    assert sorted(str(path.relative_to(down)) for path in down.rglob("*.txt")) == ["a.txt", "deep/b.txt"]


def test_a_large_file_goes_in_blocks(workspace: Any, folder: Path) -> None:
    content = bytes(range(256)) * 4096 * 70  # more than the client sends in one request
    (folder / "large.bin").write_bytes(content)
    model = Model.register(workspace, "large.bin", "large")
    assert Path(model.download("down")).read_bytes() == content


def test_an_address_can_be_registered(workspace: Any) -> None:
    asset = "aml://asset/0123456789abcdef0123456789abcdef"
    model = Model._register_with_asset(workspace, "iris", asset.rpartition("/")[2])
    assert model.url == asset


def test_the_newest_version_is_the_one_that_a_name_means(workspace: Any, folder: Path, model: Any) -> None:
    for content in ("second", "third"):
        (folder / "iris.txt").write_text(content, encoding="utf-8")
        Model.register(workspace, "iris.txt", "iris")
    assert Model(workspace, "iris").version == 3
    assert Model(workspace, "iris", version=2).version == 2
    assert Model(workspace, id="iris:1").id == model.id
    assert ids(Model.list(workspace, name="iris")) == ["iris:3", "iris:2", "iris:1"]
    assert ids(Model.list(workspace, name="iris", latest=True)) == ["iris:3"]


def test_lists_are_read_to_their_end(workspace: Any, model: Any) -> None:
    for number in range(45):
        Model._register_with_asset(workspace, f"m{number:02}", "0" * 32)
    found = Model.list(workspace, page_count=20)
    assert len(found) == len(set(ids(found))) == 46
    assert found[0].name == "m44"


def test_models_are_filtered_by_tag_and_property(workspace: Any, folder: Path) -> None:
    (folder / "iris.txt").write_text("petal", encoding="utf-8")
    for name, tags, properties in (("one", {"stage": "test"}, {"run": "7"}), ("two", {"stage": "live"}, {})):
        Model.register(workspace, "iris.txt", name, tags=tags, properties=properties)
    assert ids(Model.list(workspace, tags=["stage"])) == ["two:1", "one:1"]
    assert ids(Model.list(workspace, tags=[["stage", "test"]])) == ["one:1"]
    assert ids(Model.list(workspace, properties=["run"])) == ["one:1"]
    assert ids(Model.list(workspace, properties=[["run", "8"]])) == []


def test_tags_properties_and_descriptions_are_changed(workspace: Any, model: Any) -> None:
    model.add_tags({"stage": "test", "team": "garden"})
    model.remove_tags(["team"])
    model.add_properties({"run": "7"})
    model.update(description="better")
    found = Model(workspace, "iris")
    assert (found.tags, found.properties, found.description) == ({"stage": "test"}, {"run": "7"}, "better")
    with pytest.raises(WebserviceException, match="run"):
        found.add_properties({"run": "8"})


def test_a_model_is_deleted_once_and_for_all(workspace: Any, model: Any) -> None:
    model.delete()
    with pytest.raises(WebserviceException, match="ModelNotFound"):
        Model(workspace, "iris")
    model.delete()  # it is gone, which is what was asked for


def test_what_does_not_exist_is_said_in_words(workspace: Any) -> None:
    with pytest.raises(WebserviceException, match="Model with id none:1 not found"):
        Model(workspace, id="none:1")

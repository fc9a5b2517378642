# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._errors import InputError, RefusedError
from ansible_collections.azureml.model_management.plugins.module_utils._plan import (
    Plan,
    elder_twin,
    label,
    plan_absence,
    plan_account,
    plan_service,
    plan_version,
    surplus,
)
from ansible_collections.azureml.model_management.plugins.module_utils._resources.account import Account
from ansible_collections.azureml.model_management.plugins.module_utils._resources.image import Image
from ansible_collections.azureml.model_management.plugins.module_utils._resources.model import Model
from ansible_collections.azureml.model_management.plugins.module_utils._resources.service import Service

WANTED = Image(name="iris", manifest_id="m")


def image(version: int, state: str = "Succeeded", manifest: str = "m", name: str = "iris") -> Image:
    return Image(name=name, manifest_id=manifest, id=str(version), version=version, state=state)


@pytest.mark.parametrize(
    ("existing", "action", "current"),
    [
        ([], "create", None),
        ([image(1)], "none", "1"),
        ([image(1), image(2)], "none", "2"),
        ([image(2), image(1)], "none", "2"),
        ([image(1), image(2, "Running")], "none", "1"),
        ([image(1, "Running")], "join", "1"),
        ([image(1, "NotStarted"), image(2, "Running")], "join", "2"),
        ([image(1, "Odd")], "join", "1"),
        ([image(1, "Failed")], "create", "1"),
        ([image(1, "Cancelled"), image(2, "Failed")], "create", "2"),
        ([image(1), image(2, "Failed")], "none", "1"),
        ([image(1, manifest="other")], "create", "1"),
        ([image(1), image(2, manifest="other")], "none", "1"),
        ([image(1, manifest="other", name="rose")], "create", None),
    ],
)
def test_a_version_is_made_only_if_none_is_equal_and_good(existing: list[Image], action: str, current: Any) -> None:
    plan = plan_version(WANTED, existing)
    assert plan.action == action
    assert (plan.current.id if plan.current else None) == current
    assert plan.changed == (action == "create")


@pytest.mark.parametrize(
    ("created", "existing", "elder"),
    [
        (2, [image(1), image(2)], 1),
        (3, [image(3), image(2, "Running"), image(1, "Failed")], 2),
        (3, [image(3), image(2), image(1)], 1),
        (1, [image(1), image(2)], None),
        (2, [image(1, manifest="other"), image(2)], None),
        (2, [image(1, name="rose"), image(2)], None),
        (1, [], None),
    ],
)
def test_of_versions_made_at_the_same_instant_the_eldest_good_one_counts(
    created: int, existing: list[Image], elder: int | None
) -> None:
    found = elder_twin(WANTED, image(created), existing)
    assert (found.version if found else None) == elder


def test_the_diff_of_a_new_version_is_to_the_newest_one() -> None:
    plan = plan_version(WANTED, [image(1, manifest="older"), image(2, manifest="old")])
    assert plan.changes["manifest"] == ("old", "m")
    diff = plan.diff("image")
    assert (diff["before"]["image"]["version"], diff["after"]["image"]["version"]) == (2, None)


@pytest.mark.parametrize(
    ("plan", "differs"),
    [
        (Plan("none", current=image(1), after=image(1)), False),
        (Plan("join", current=image(1, "Running"), after=image(1)), False),
        (Plan("none"), False),
        (Plan("create", after=WANTED), True),
        (Plan("delete", current=image(1), removed=(image(1),)), True),
        (Plan("none", current=image(2), after=image(2), removed=(image(1),)), True),
    ],
)
def test_both_sides_of_a_diff_differ_exactly_when_something_changes(plan: Plan[Image], differs: bool) -> None:
    diff = plan.diff("image")
    assert plan.changed == differs
    assert (diff["before"] != diff["after"]) == differs


def test_nothing_is_left_to_delete_when_there_is_nothing() -> None:
    assert plan_absence([]).action == "none"
    assert plan_absence([image(1), image(2)]).removed == (image(1), image(2))


@pytest.mark.parametrize(
    ("keep", "coming", "users", "removed", "kept"),
    [
        (5, False, {}, [], []),
        (4, False, {}, [], []),
        (4, True, {}, ["iris:1"], []),
        (2, False, {}, ["iris:2", "iris:1"], []),
        (1, True, {}, ["iris:4", "iris:3", "iris:2", "iris:1"], []),
        (1, False, {"2": ["service a", "service b"]}, ["iris:3", "iris:1"], ["iris:2"]),
        (1, False, {"4": ["service a"]}, ["iris:3", "iris:2", "iris:1"], []),
    ],
)
def test_the_newest_versions_and_those_in_use_stay(
    keep: int, coming: bool, users: dict[str, list[str]], removed: list[str], kept: list[str]
) -> None:
    versions = [image(number) for number in (3, 1, 4, 2)]
    gone, spared = surplus(versions, keep, users, coming=coming)
    assert [label(one) for one in gone] == removed
    assert [label(one.resource) for one in spared] == kept
    assert all("service a" in one.reason for one in spared)


def test_where_versions_have_no_number_time_decides() -> None:
    older, newer = (Model(name="m", id=moment, created_at=moment) for moment in ("2018-01", "2018-02"))
    assert surplus([older, newer], 1, {}, coming=False)[0] == (older,)


RUNNING = Service(name="iris", id="1", image_id="i", replicas=1, state="Succeeded")
UPDATABLE = ("image", "replicas")


@pytest.mark.parametrize(
    ("wanted", "state", "action", "changes"),
    [
        (Service(name="iris", image_id="i"), "Succeeded", "none", []),
        (Service(name="iris", image_id="i"), None, "none", []),
        (Service(name="iris", replicas=2), "Succeeded", "update", ["replicas"]),
        (Service(name="iris", image_id="i"), "Running", "join", []),
        (Service(name="iris", replicas=2), "Running", "update", ["replicas"]),
        (Service(name="iris", image_id="i"), "Failed", "update", ["state"]),
        (Service(name="iris", image_id="j"), "Cancelled", "update", ["image", "state"]),
    ],
)
def test_a_service_is_updated_in_place_joined_or_left_alone(
    wanted: Service, state: Any, action: str, changes: list[str]
) -> None:
    current = Service(**{**vars(RUNNING), "state": state})
    plan = plan_service(wanted, current, UPDATABLE)
    assert (plan.action, sorted(plan.changes)) == (action, changes)


def test_a_service_that_does_not_exist_is_created() -> None:
    assert plan_service(RUNNING, None, UPDATABLE).action == "create"


def test_what_cannot_be_updated_is_refused_by_name() -> None:
    with pytest.raises(RefusedError, match=r"compute_resource_id is None and is to be 'c'"):
        plan_service(Service(name="iris", compute_resource_id="c"), RUNNING, UPDATABLE)


ACCOUNT = Account(name="a", location="eastus2", sku_name="S1", description="", tags={})


@pytest.mark.parametrize(
    ("wanted", "action"),
    [
        (Account(name="a"), "none"),
        (Account(name="a", location="East US 2", tags={}), "none"),
        (Account(name="a", sku_name="S2"), "update"),
        (Account(name="a", tags={"x": "y"}), "update"),
    ],
)
def test_an_account_is_updated_by_what_the_user_wrote(wanted: Account, action: str) -> None:
    plan = plan_account(wanted, ACCOUNT)
    assert plan.action == action
    assert plan.after is not None
    assert plan.after.location == "eastus2" or wanted.location


def test_an_account_does_not_move_and_is_not_created_nowhere() -> None:
    with pytest.raises(RefusedError, match="West US"):
        plan_account(Account(name="a", location="West US"), ACCOUNT)
    with pytest.raises(InputError, match="location"):
        plan_account(Account(name="a"), None)

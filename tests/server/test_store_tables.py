# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage: order, pages, filters, transactions; and that pages are flat because indexes serve them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from mms_local.core.accounts import AccountName, ArmKind, ArmName, ArmResource
from mms_local.core.generation import Generation
from mms_local.core.resources import Failure, Job, Model, Operation, Scaling, Service, Settings, State
from mms_local.store.database import Database

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=timezone.utc)


def model(number: int, name: str = "m", tags: tuple[str, ...] = (), account: int = 1) -> Model:
    return Model(account, f"{number:032x}", name, 1, "https://x.invalid", "a/b", None, tags, False, NOW)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "mms.db")
    yield database
    database.close()


def test_everything_comes_back_as_it_was_kept(database: Database) -> None:
    settings_ = Settings("i", scaling=Scaling(True, 1, None), data_collection={"storageEnabled": True})
    failure = Failure("Code", "message", 400, (("a", "b"),))
    service = Service(1, "s", "n", "/c", "Cluster", settings_, NOW, NOW, "op", State.FAILED, failure, settings_)
    operation = Operation(1, "op", Job.UPDATE, "s", NOW, State.FAILED, NOW, failure, settings_)
    database.services.add(service)
    database.operations.add(operation)
    assert database.services.get(1, "s") == service
    assert database.operations.get(1, "op") == operation


def test_a_transaction_is_all_or_nothing(database: Database) -> None:
    def write_and_fail() -> None:
        with database.transaction():
            database.models.add(model(1))
            with database.transaction():
                database.models.add(model(2))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert database.models.everywhere() == ()
    database.models.add(model(1))
    assert len(database.models.everywhere()) == 1


def test_what_was_committed_is_there_after_another_opening(tmp_path: Path) -> None:
    first = Database(tmp_path / "mms.db")
    first.models.add(model(1))
    second = Database(tmp_path / "mms.db")
    assert second.models.get(1, model(1).id) == model(1)
    first.close()
    second.close()


def test_links_follow_a_change(database: Database) -> None:
    settings_ = Settings("image-1")
    service = Service(1, "s", "n", None, None, settings_, NOW, NOW, "op")
    database.services.add(service)
    database.services.replace(replace(service, wanted=Settings("image-2"), live=settings_))
    for image in ("image-1", "IMAGE-2"):
        assert database.services.latest(1, {"usesImage": image})
    database.services.replace(replace(service, wanted=Settings("image-2"), live=Settings("image-2")))
    assert database.services.latest(1, {"usesImage": "image-1"}) is None


def test_versions_count_per_account_kind_and_name(database: Database) -> None:
    numbers = [database.next_version(1, "model", "a") for _round in range(3)]
    assert numbers == [1, 2, 3]
    for other in ((2, "model", "a"), (1, "image", "a"), (1, "model", "A")):
        assert database.next_version(*other) == 1


def test_arm_resources_are_found_in_any_case_and_listed_by_group(database: Database) -> None:
    names = [ArmName(ArmKind.ACCOUNT, "Sub", group, f"a{number}") for group in ("G1", "G2") for number in range(3)]
    for name in names:
        database.put_arm(ArmResource(name, {"location": "x"}, NOW, NOW))
    assert database.arm(ArmName(ArmKind.ACCOUNT, "SUB", "g1", "A0"))
    assert [one.name for one in database.list_arm(ArmKind.ACCOUNT, "sub", "g2", "", 10)] == names[3:]
    assert [one.name for one in database.list_arm(ArmKind.ACCOUNT, "sub", None, names[1].id, 2)] == names[2:4]
    assert database.list_arm(ArmKind.CLUSTER, "sub", None, "", 10) == []
    assert database.delete_arm(names[0])
    assert not database.delete_arm(names[0])


def test_accounts_differ_by_generation_and_not_by_case(database: Database) -> None:
    name = AccountName(Generation.ACCOUNT, "S", "G", "N")
    account = database.add_account(name)
    assert database.account(AccountName(Generation.ACCOUNT, "s", "g", "n")) == account
    assert database.account(AccountName(Generation.HOSTING, "S", "G", "N")) is None


@pytest.mark.parametrize(
    ("sql", "index"),
    [
        ("SELECT r.seq FROM model AS r WHERE r.account = 1 AND r.seq > 5 ORDER BY r.seq LIMIT 9", "model_list"),
        (
            "SELECT r.seq FROM model AS r WHERE r.account = 1 AND r.seq > 5 AND r.name = 'x' ORDER BY r.seq LIMIT 9",
            "model_name",
        ),
        (
            "SELECT r.seq FROM model_tag AS l CROSS JOIN model AS r ON r.seq = l.seq WHERE l.account = 1 AND l.seq > 5"
            " AND l.value = 'x' ORDER BY l.seq LIMIT 9",
            "PRIMARY KEY",
        ),
    ],
)
def test_pages_walk_an_index_and_sort_nothing(database: Database, sql: str, index: str) -> None:
    plan = "\n".join(row[3] for row in database.connection.all(f"EXPLAIN QUERY PLAN {sql}"))
    assert index in plan
    assert "TEMP B-TREE" not in plan


class Pages(RuleBasedStateMachine):
    """The table beside a plain list: every walk over the pages gives what the list holds."""

    ids: Bundle[int] = Bundle("ids")

    @initialize()
    def begin(self) -> None:
        self.directory = TemporaryDirectory()
        self.database = Database(Path(self.directory.name) / "mms.db")
        self.kept: list[Model] = []
        self.made = 0

    def teardown(self) -> None:
        self.database.close()
        self.directory.cleanup()

    @rule(target=ids, name=st.sampled_from("ab"), tags=st.sets(st.sampled_from("xy")), account=st.integers(1, 2))
    def add(self, name: str, tags: set[str], account: int) -> int:
        self.made += 1
        self.kept.append(model(self.made, name, tuple(sorted(tags)), account))
        self.database.models.add(self.kept[-1])
        return self.made

    @rule(number=ids)
    def remove(self, number: int) -> None:
        for one in [one for one in self.kept if one.id == f"{number:032x}"]:
            self.database.models.delete(one)
            self.kept.remove(one)

    @rule(number=ids, tags=st.sets(st.sampled_from("xy")))
    def change(self, number: int, tags: set[str]) -> None:
        for index, one in enumerate(self.kept):
            if one.id == f"{number:032x}":
                self.kept[index] = replace(one, tags=tuple(sorted(tags)))
                self.database.models.replace(self.kept[index])

    @invariant()
    def pages_hold_what_is_kept(self) -> None:
        for filters in ({}, {"name": "a"}, {"tag": "x"}, {"tag": "x", "name": "b"}):
            for account in (1, 2):
                wanted = [
                    one
                    for one in self.kept
                    if one.account == account
                    and filters.get("name", one.name) == one.name
                    and filters.get("tag", "x") in (*one.tags, *(() if "tag" in filters else ("x",)))
                ]
                assert self._walk(account, filters) == wanted
                newest = self.database.models.latest(account, filters)
                assert newest == (wanted[-1] if wanted else None)

    def _walk(self, account: int, filters: dict[str, str]) -> list[Model]:
        found: list[Model] = []
        after: int | None = 0
        while after is not None:
            page = self.database.models.page(account, filters, after, 2)
            assert len(page.items) <= 2
            found += page.items
            after = page.last
        return found


TestPages = Pages.TestCase
TestPages.settings = settings(max_examples=40, stateful_step_count=20, deadline=None, database=None)

# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes the page look again, and what does not."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest
from core_world import CoreWorld

from mms_local.control.journal import RequestJournal
from mms_local.page.catalog import Catalog
from mms_local.page.summary import Summary


@pytest.fixture
def core(tmp_path: Path) -> CoreWorld:
    return CoreWorld(tmp_path)


def summary_of(core: CoreWorld) -> Summary:
    return Summary(core.mms, Catalog(core.mms), RequestJournal(), {})


async def test_a_service_that_stops_answering_is_news_although_nothing_is_stored(
    core: CoreWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    up: set[str] = set()

    async def endpoint(service_id: str) -> str | None:
        return "http://127.0.0.1:1" if service_id in up else None

    monkeypatch.setattr(core.compute, "endpoint", endpoint)
    summary = summary_of(core)
    image_id = await core.built_image()
    ids = []
    for name in ("one", "two"):
        service, operation = core.service(image_id, name=name)
        await core.end_of(operation)
        ids.append(service.id)
    revisions = []
    for up_now in ((), (ids[0],), (ids[1],), ids, ()):
        up.clear()
        up.update(up_now)
        revisions.append(await summary.revision())
    assert len(set(revisions)) == 4
    assert revisions[0] == revisions[-1]


async def test_asking_again_reads_no_resource(core: CoreWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    await core.end_of(core.service(await core.built_image())[1])
    summary = summary_of(core)
    before = await summary.tag()

    def read() -> NoReturn:
        raise AssertionError("a resource was read")

    monkeypatch.setattr(core.database.services, "everywhere", read)
    assert await summary.tag() == before


async def test_another_run_of_the_server_is_never_taken_for_the_same(core: CoreWorld) -> None:
    assert await summary_of(core).tag() != await summary_of(core).tag()


async def test_a_change_is_seen_even_when_it_is_undone(core: CoreWorld) -> None:
    summary = summary_of(core)
    account = core.account
    revisions = [await summary.revision()]
    body = {"name": "m", "url": "https://x.invalid/m", "mimeType": "a/b"}
    model = core.mms.models.register(account, body)
    revisions.append(await summary.revision())
    core.mms.models.delete(account, model.id)
    revisions.append(await summary.revision())
    core.database.clear()
    revisions.append(await summary.revision())
    assert len(set(revisions)) == 4

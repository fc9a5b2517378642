# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""What the page asks for every second: whether anything changed, and how much there is of everything."""

from __future__ import annotations

import secrets
from collections import Counter

from mms_local.control.journal import RequestJournal
from mms_local.core.mms import Mms
from mms_local.page.catalog import Catalog
from mms_local.page.rows import Json


class Summary:
    """Tells changes by counters, so that an answer of "nothing new" reads no resource."""

    def __init__(self, mms: Mms, catalog: Catalog, journal: RequestJournal, about: Json) -> None:
        self._mms = mms
        self._catalog = catalog
        self._journal = journal
        self._about = about
        self._run = secrets.token_hex(4)  # counters begin anew with each start of the server
        self._stored: int | None = None
        self._live: tuple[str, ...] = ()

    async def revision(self) -> str:
        """Differs whenever a resource, or what the page shows of it, may have changed."""
        stored = self._mms.world.storage.revision
        if stored != self._stored:
            services = self._mms.world.storage.services.everywhere()
            self._live = tuple(service.id for service in services if service.live is not None)
            self._stored = stored
        answering = [await self._catalog.answers(service_id) for service_id in self._live]
        bits = sum(answers << place for place, answers in enumerate(answering))
        return f"{self._run}-{stored}-{self._mms.world.pacing.revision}-{bits:x}"

    async def tag(self) -> str:
        """Differs whenever the summary does."""
        return f"{await self.revision()}-{self._journal.last}"

    async def to_json(self) -> Json:
        """Revision, number of the last request, and for each account its name and counts."""
        unfinished = Counter(operation.account for operation in self._mms.world.storage.operations.unfinished())
        return {
            "server": self._about,
            "revision": await self.revision(),
            "requests": self._journal.last,
            "accounts": [
                {
                    "number": account.number,
                    "generation": account.name.generation.value,
                    "subscription": account.name.subscription,
                    "resourceGroup": account.name.resource_group,
                    "name": account.name.name,
                    "counts": self._catalog.counts(account),
                    "unfinished": unfinished[account.number],
                }
                for account in self._mms.accounts.all()
            ],
        }

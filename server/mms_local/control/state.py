# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The whole state as one JSON document, and back. It holds no secret: a loaded service has new keys."""

from __future__ import annotations

import asyncio
from typing import Any

from mms_local.api.front import Fronts
from mms_local.core.errors import Invalid, Problem
from mms_local.core.mms import Mms
from mms_local.store.database import Database
from mms_local.store.dump import DumpError, dump, load


class StateDocument:
    """Dumps and loads the database of a running server."""

    def __init__(self, database: Database, mms: Mms, fronts: Fronts) -> None:
        self._database = database
        self._mms = mms
        self._fronts = fronts
        self._loading = asyncio.Lock()

    def dump(self) -> dict[str, Any]:
        """Everything that is kept, without secrets."""
        return dump(self._database)

    async def load(self, document: Any) -> None:
        """Replace everything by the document; unfinished operations in it are taken up.

        Raises:
            Invalid: it is not a document that :meth:`dump` made.
        """
        async with self._loading:
            await self._fronts.stop()
            await self._mms.jobs.stop()
            try:
                load(self._database, document)
                self._mms.world.logs.forget_kept()
            except DumpError as error:
                raise Invalid(Problem("state", str(error))) from error
            finally:
                await self._fronts.start()
                await self._mms.jobs.resume()

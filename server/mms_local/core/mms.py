# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The whole core in one value: what the API, the control room and the page talk to."""

from __future__ import annotations

from mms_local.core.accounts import Accounts, ArmResources
from mms_local.core.asset_records import AssetRecords
from mms_local.core.history import Deployments, Operations
from mms_local.core.images import Images
from mms_local.core.jobs import Engines, Jobs
from mms_local.core.manifests import Manifests
from mms_local.core.models import Models
from mms_local.core.service_logs import ServiceLogs
from mms_local.core.services import Services
from mms_local.core.specs import AsWritten, Sources, Specs
from mms_local.core.world import World


class Mms:
    """A Model Management Service without a wire.

    Args:
        strict_accounts: only accounts that were created through ARM exist.
        sources: finds files that have no address of the web.
    """

    def __init__(
        self, world: World, engines: Engines, *, strict_accounts: bool = False, sources: Sources | None = None
    ) -> None:
        self.world = world
        self.engines = engines
        self.accounts = Accounts(world.storage, strict=strict_accounts)
        self.arm = ArmResources(world.storage, world.now)
        self.jobs = Jobs(world, Specs(world, self.arm, sources or AsWritten()), engines)
        self.models = Models(world)
        self.assets = AssetRecords(world)
        self.manifests = Manifests(world)
        self.images = Images(world, self.jobs)
        self.services = Services(world, self.jobs)
        self.deployments = Deployments(world)
        self.operations = Operations(world)
        self.service_logs = ServiceLogs(world, engines.compute)

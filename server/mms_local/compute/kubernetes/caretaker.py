# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Notices when the objects of a service are not any more as they were made, and asks for a repair.

It compares what watches tell with what was written, which asks the cluster for nothing. Who is changed back again and
again gets longer and longer pauses, so that nobody fights with another tool about an object.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mms_local.compute.kubernetes.cluster import Cluster
from mms_local.compute.kubernetes.drift import Made
from mms_local.compute.kubernetes.objects import replica_bounds
from mms_local.compute.kubernetes.watch import PULL_SECRETS, Watch
from mms_local.core.ports import JobFailed, ServiceSpec

LOG = logging.getLogger(__name__)

_SETTLING = 1.0  # seconds after a change until it is looked at: changes come in groups
_LONGEST_PAUSE = 10.0  # seconds between two repairs of a service that does not stay right
_RETRY = 60.0  # seconds until it is tried again to put right what could not be
_FIGHT = 8  # repairs in a row that are no accident any more
_FORGIVEN = 600.0  # seconds after which the last repair counts no more


class Unheard:
    """An `Upkeep` for computes that nobody listens to."""

    def repaired(self, service_id: str, what: str) -> None:
        """Nobody hears it."""

    def broken(self, service_id: str, failure: JobFailed) -> None:
        """Nobody hears it."""

    def whole(self, service_id: str) -> None:
        """Nobody hears it."""


@dataclass
class _Care:
    """One service that is watched over. Times are monotonic seconds."""

    spec: ServiceSpec
    watch: Watch
    repairs: int = 0  # in a row
    last: float = float("-inf")
    next: float = float("-inf")  # not repaired before
    failing: bool = False
    retry: float = float("inf")  # if it is failing
    pull_secret: bool = False  # whether it was seen


class Caretaker:
    """Watches over the services of all clusters.

    Args:
        repair: begins to put a service right; does nothing while that is under way.
        clock: monotonic seconds.
    """

    def __init__(self, repair: Callable[[ServiceSpec], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._repair = repair
        self._clock = clock
        self._made: dict[str, dict[tuple[str, str], Made]] = {}  # by service
        self._cares: dict[str, _Care] = {}  # by service
        self._watches: dict[Cluster, Watch] = {}
        self._timer: asyncio.TimerHandle | None = None

    def expect(self, service_id: str, made: Iterable[Made]) -> None:
        """What the service is made of, from now on."""
        self._made[service_id] = {(one.kind, one.name): one for one in made}

    def expect_also(self, service_id: str, made: Made) -> None:
        """One of its objects was written anew."""
        self._made.setdefault(service_id, {})[made.kind, made.name] = made

    async def watch(self, spec: ServiceSpec, cluster: Cluster, kinds: tuple[str, ...]) -> None:
        """Watch over a service in a cluster."""
        if cluster not in self._watches:
            self._watches[cluster] = Watch(cluster.api_server, cluster.namespace, kinds, self._look_soon)
        watch, known = self._watches[cluster], self._cares.get(spec.id)
        if known is not None and known.watch is watch:
            known.spec = spec
        else:
            self._cares[spec.id] = _Care(spec, watch)
        self._look_soon()

    def leave(self, service_id: str) -> None:
        """Leave a service alone while it is deployed."""
        self._cares.pop(service_id, None)

    async def forget(self, service_id: str) -> None:
        """Forget a service that is removed, and the cluster of which it was the last one."""
        self.leave(service_id)
        self._made.pop(service_id, None)
        used = {id(care.watch) for care in self._cares.values()}
        for cluster in [one for one, watch in self._watches.items() if id(watch) not in used]:
            await self._watches.pop(cluster).close()

    def failed(self, service_id: str) -> None:
        """The service could not be put right; that is tried again, by and by."""
        care = self._cares.get(service_id)
        if care is not None:
            care.failing, care.retry = True, self._clock() + _RETRY
            self._look_soon(_RETRY)

    def succeeded(self, service_id: str) -> None:
        """The service is right, and its pods are up."""
        if service_id in self._cares:
            self._cares[service_id].failing = False

    async def close(self) -> None:
        """Stop watching."""
        if self._timer is not None:
            self._timer.cancel()
        self._cares.clear()
        for watch in self._watches.values():
            await watch.close()
        self._watches.clear()

    def _look_soon(self, seconds: float = _SETTLING) -> None:
        loop = asyncio.get_running_loop()
        if self._timer is not None and not self._timer.cancelled():
            if self._timer.when() <= loop.time() + seconds:
                return
            self._timer.cancel()
        self._timer = loop.call_later(seconds, self._look)

    def _look(self) -> None:
        self._timer = None
        for care in list(self._cares.values()):
            drifted = self._drifted(care)
            if not (drifted or care.failing):
                continue
            now, due = self._clock(), care.next if drifted else care.retry
            if now >= due:
                care.repairs = care.repairs + 1 if now - care.last < _FORGIVEN else 1
                care.last, care.retry = now, float("inf")
                care.next = due = now + min(_LONGEST_PAUSE, 2.0**care.repairs)
                if care.repairs == _FIGHT:
                    LOG.warning("service %s does not stay as it is made; does another tool change it?", care.spec.name)
                self._repair(care.spec)
            if due < float("inf"):
                self._look_soon(max(due - now, _SETTLING))

    def _drifted(self, care: _Care) -> bool:
        replicas, watch = replica_bounds(care.spec), care.watch
        for made in self._made.get(care.spec.id, {}).values():
            if watch.knows(made.kind) and made.differs(watch.find(made.kind, made.name), replicas):
                return True
        secret = care.spec.pull_secret
        if secret is None or watch.find(PULL_SECRETS, secret) is not None:
            care.pull_secret = secret is not None
            return False
        return care.pull_secret and not care.failing  # it is gone, and that was not told yet

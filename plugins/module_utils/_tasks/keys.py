# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mms_service_keys does."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from hashlib import sha256
from typing import Any

from .._client.client import Started
from .._errors import InputError
from .._plan import Plan
from .._resources._common import Change
from .._resources.keys import Keys
from .._resources.service import Service
from .._runner import Done
from .._session import Session
from ._find import service_referred
from ._waits import failure, follow
from .key_record import KeyRecord

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


@dataclass(frozen=True)
class ServiceKeys:
    """The keys of a service. A key that is still to be made is None."""

    name: str | None
    id: str | None
    primary: str | None
    secondary: str | None

    def to_result(self) -> dict[str, Any]:
        return {"service": self.name, "primary": self.primary, "secondary": self.secondary}

    def to_diff(self) -> dict[str, Any]:
        """Tell keys apart without telling them."""
        shown = {"primary": self.primary, "secondary": self.secondary}
        return {"service": self.name, **{which: _fingerprint(key) if key else "new" for which, key in shown.items()}}


class KeysSteps:
    """Reads the keys of a service, and regenerates one if the user wants that and its condition holds."""

    key = "service_keys"
    extras = ()
    wanted = None

    def __init__(self, session: Session) -> None:
        self._session = session
        self._age = _seconds(session.options["older_than"])
        _check(session.options)

    def plan(self) -> Plan[ServiceKeys]:
        session, which = self._session, self._session.options["regenerate"]
        service = service_referred(session.client.services, session.options["service"])
        if service is None:
            missing = f"Service {session.options['service']!r} does not exist."
            return Plan("none" if which is None else "update", missing=(missing,))
        current = _keys(service, session.client.keys(service.id or ""))
        if which is None or not self._due(service, current):
            return Plan("none", current=current, after=current)
        after = replace(current, **{which: None})
        change = Change(current.to_diff()[which], "new")
        return Plan("update", current=current, after=after, changes={which: change})

    def _due(self, service: Service, current: ServiceKeys) -> bool:
        """Tell whether the condition for a new key holds; without a condition it always does."""
        options = self._session.options
        key = getattr(current, options["regenerate"])
        if options["if_equals"]:
            return hmac.compare_digest(key.encode(), options["if_equals"].encode())
        if self._age is None:
            return True
        since = self._record(service).known_since(_fingerprint(key))
        if since is None:
            # Never seen before: it may be as old as the service.
            since = _epoch(service.created_at)
        return since is None or self._session.clock.time() - since > self._age

    def _record(self, service: Service) -> KeyRecord:
        return KeyRecord(self._session.options["record"], f"{self._session.client.base_url}/services/{service.id}")

    def _regenerated(self, service_id: str, which: str) -> Keys:
        """Return the keys after one was made anew, which some generations do in the background."""
        client = self._session.client
        made = client.regenerate_keys(service_id, which.capitalize())
        if not isinstance(made, Started):
            return made
        what = f"Making a new {which} key of service {service_id!r}"
        operation = follow(self._session, made, what)
        if operation.failed:
            raise failure(
                what,
                operation.state,
                operation.error,
                session=self._session,
                operation_id=operation.id,
                advice="Run the task again.",
            )
        return client.keys(service_id)

    def apply(self, plan: Plan[ServiceKeys]) -> Done[ServiceKeys]:
        which, current = self._session.options["regenerate"], plan.current
        if current is None:
            raise ValueError("only a key that exists can be regenerated")
        service = Service(name=current.name, id=current.id)
        made = _keys(service, self._regenerated(current.id or "", which))
        if self._age is not None:
            self._record(service).note(_fingerprint(getattr(made, which)), self._session.clock.time())
        return Done(made)


def _keys(service: Service, keys: Keys) -> ServiceKeys:
    return ServiceKeys(service.name, service.id, keys.primary, keys.secondary)


def _fingerprint(key: str) -> str:
    """Return what tells one key from another without telling the key."""
    return "sha256:" + sha256(key.encode()).hexdigest()[:16]


def _epoch(moment: str | None) -> float | None:
    """Return seconds since the epoch for a time of the service, which is UTC (protocol 3)."""
    try:
        parsed = datetime.fromisoformat(re.sub(r"(\.\d{6})\d*|Z$", r"\1", moment or ""))
    except ValueError:
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)).timestamp()


def _seconds(text: str | None) -> float | None:
    """Return the length of a time such as C(12h) or C(30d).

    Raises:
        InputError: it is none.
    """
    if not text:
        return None
    match = re.fullmatch(r"([0-9]{1,9})([smhdw])", text.strip())
    if match is None:
        raise InputError(f"older_than is {text!r}; a number with s, m, h, d or w is expected, such as 12h or 30d.")
    return int(match.group(1)) * _SECONDS[match.group(2)]


def _check(options: Mapping[str, Any]) -> None:
    """Refuse conditions without anything to do, and an age that nothing records.

    Raises:
        InputError: says which option lacks which.
    """
    for condition in ("older_than", "if_equals"):
        if options[condition] and not options["regenerate"]:
            raise InputError(f"{condition} says when to regenerate a key; regenerate must say which.")
    if options["older_than"] and not options["record"]:
        raise InputError(
            "older_than needs record: the service does not tell how old a key is, so it is written down there."
        )

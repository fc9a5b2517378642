# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done after a failure that may pass: one rule for every server that a task speaks with (protocol 7.2.9).

The service, Resource Manager, token authorities, blob storage, web services and clusters are all treated alike. What a
request does, and what became of it, decide together; nothing else does.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from enum import Enum

from .clock import Clock, SystemClock

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_NEVER_PASSING = (501, 505)


class Doing(Enum):
    """What a request does, if it has its effect twice."""

    READ = "changes nothing (GET, HEAD, a token, a score)"
    SET = "makes the same so again (PUT, PATCH, DELETE, a blob, kubectl apply)"
    CREATE = "makes a second thing (POST)"


class Fault(Enum):
    """What became of a request."""

    UNREACHED = "the server was not reached"
    LOST = "the connection broke, or no answer came in time"
    UNREADABLE = "the answer says success and cannot be read"
    BUSY = "429, or 503 with Retry-After: nothing was done"
    FAILED = "408, or another 5xx"


class Next(Enum):
    """What is done then."""

    AGAIN = "the request is sent again"
    LOOK = "the task looks whether it had its effect, and sends again what is still to be done"


RULE: Mapping[Doing, Mapping[Fault, Next]] = {
    Doing.READ: dict.fromkeys(Fault, Next.AGAIN),
    Doing.SET: dict.fromkeys(Fault, Next.AGAIN),
    Doing.CREATE: {
        Fault.UNREACHED: Next.AGAIN,
        Fault.LOST: Next.LOOK,
        Fault.UNREADABLE: Next.LOOK,
        Fault.BUSY: Next.AGAIN,
        Fault.FAILED: Next.LOOK,
    },
}

_DOING = {
    "GET": Doing.READ,
    "HEAD": Doing.READ,
    "PUT": Doing.SET,
    "PATCH": Doing.SET,
    "DELETE": Doing.SET,
    "POST": Doing.CREATE,
}


def doing(method: str) -> Doing:
    """Return what a request of this method does, unless somebody knows better."""
    return _DOING[method]


def fault_of_status(status: int, asked: float | None) -> Fault | None:
    """Return the fault that an answer tells of; None for one that will not pass, and for success.

    Args:
        asked: Seconds that the server asks to wait, if it does.
    """
    if status == 429 or (status == 503 and asked is not None):
        return Fault.BUSY
    if status == 408 or (status >= 500 and status not in _NEVER_PASSING):
        return Fault.FAILED
    return None


def asked_pause(value: str, now: float) -> float | None:
    """Return the seconds that a server asks to wait, in Retry-After, as a number or as a date (protocol 7.2.9).

    Args:
        now: Seconds since the epoch.
    """
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (TypeError, ValueError):
        return None


@dataclass(frozen=True)
class Patience:
    """How long the same is tried.

    Args:
        retries: How often a request is sent again. A server that asks to wait is not counted; 0 sends nothing twice.
        seconds: After so many nothing is sent again.
        uncounted: The faults of which only the seconds make an end.
    """

    retries: int = 3
    seconds: float = 120.0
    uncounted: frozenset[Fault] = frozenset({Fault.BUSY})

    def for_looks(self) -> Patience:
        """Return the patience of a task that looks before it sends again: it cannot do harm, and may take its time."""
        return replace(self, uncounted=frozenset(Fault) - {Fault.FAILED})


class Repeats:
    """What one task has repeated, and how it paces that.

    Args:
        clock: Time.
        tell: Takes a line about each repetition.
        jitter: Gives a number from 0 to 1 that spreads the pauses of many tasks.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        tell: Callable[[str], None] = lambda _line: None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.count = 0
        self.clock = clock or SystemClock()
        self._tell = tell
        self._jitter = jitter

    def begin(self, patience: Patience) -> Attempts:
        """Return the account of one request, or of one look after another."""
        return Attempts(self, patience)

    def pause(self, number: int) -> float:
        """Return the seconds before the repetition of this number, beginning with 0."""
        return min(_FIRST_PAUSE * 2.0**number, _LONGEST_PAUSE) * (0.5 + self._jitter() / 2)

    def repeat(self, what: str, reason: str, seconds: float) -> None:
        """Let time pass before something is repeated, and count and tell it."""
        self.count += 1
        self._tell(f"{what}: {reason}; again in {seconds:.1f} s.")
        self.clock.sleep(seconds)


class Attempts:
    """How often one thing was tried."""

    def __init__(self, repeats: Repeats, patience: Patience) -> None:
        self._repeats = repeats
        self._patience = patience
        self._end = repeats.clock.monotonic() + patience.seconds
        self._pauses = 0
        self._counted = 0

    def again(self, what: str, fault: Fault, reason: str, asked: float | None = None) -> bool:
        """Wait before another attempt; false when patience is over.

        Args:
            what: What is repeated, for the line about it.
            fault: What became of the last attempt.
            reason: The same in the words of whoever met it.
            asked: Seconds that the server asks to wait at least.
        """
        self._counted += fault not in self._patience.uncounted
        seconds = max(self._repeats.pause(self._pauses), asked or 0.0)
        over = self._repeats.clock.monotonic() + seconds > self._end
        if not self._patience.retries or self._counted > self._patience.retries or over:
            return False
        self._pauses += 1
        self._repeats.repeat(what, reason, seconds)
        return True

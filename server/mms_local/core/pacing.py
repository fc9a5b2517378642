# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Transitions that happen by reading instead of by time, so that tests of waiting are exact."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mms_local.core.resources import Failure, Image, Operation, Service, State


@dataclass(frozen=True)
class Pace:
    """How many reads of an operation show each state before the true one is shown."""

    not_started_reads: int = 0
    running_reads: int = 0


class Pacing:
    """Holds back what readers see of new operations, and of the resources that they make.

    The job itself runs as always; an operation that really takes longer than its reads shows its true state.
    """

    def __init__(self) -> None:
        self.pace = Pace()
        self.revision = 0
        """Grows when what is shown may have changed without a change of what is stored."""
        self._reads: dict[str, tuple[int, Pace]] = {}

    def begin(self, operation_id: str) -> None:
        """Hold back a new operation by the pace that is set now."""
        if self.pace != Pace():
            self._reads[operation_id] = (0, self.pace)

    def clear(self) -> None:
        """Show true states from now on."""
        self.pace = Pace()
        self._reads.clear()
        self.revision += 1

    def read(self, operation: Operation) -> Operation:
        """The operation as this read shows it; counts as one read."""
        if operation.id in self._reads:
            self.revision += 1
            reads, pace = self._reads[operation.id]
            self._reads[operation.id] = (reads + 1, pace)
            if _held_state(reads + 1, pace) is None:
                del self._reads[operation.id]
        return self.operation(operation)

    def operation(self, operation: Operation) -> Operation:
        """The operation as it was last seen; does not count as a read."""
        state, failure = self._shown(operation.id, operation.state, operation.failure)
        return replace(operation, state=state, ended=operation.ended if state.finished else None, failure=failure)

    def image(self, image: Image) -> Image:
        """The image with the state that its operation was last seen in."""
        state, failure = self._shown(image.operation_id, image.state, image.failure)
        return replace(image, state=state, failure=failure)

    def service(self, service: Service) -> Service:
        """The service with the state that its operation was last seen in."""
        state, failure = self._shown(service.operation_id, service.state, service.failure)
        return replace(service, state=state, failure=failure)

    def _shown(self, operation_id: str, state: State, failure: Failure | None) -> tuple[State, Failure | None]:
        if operation_id in self._reads:
            reads, pace = self._reads[operation_id]
            held = _held_state(max(reads, 1), pace)
            if held is State.NOT_STARTED or (held is State.RUNNING and state is not State.NOT_STARTED):
                return held, None
        return state, failure


def _held_state(reads: int, pace: Pace) -> State | None:
    if reads <= pace.not_started_reads:
        return State.NOT_STARTED
    if reads <= pace.not_started_reads + pace.running_reads:
        return State.RUNNING
    return None

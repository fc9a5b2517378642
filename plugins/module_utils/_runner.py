# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Observe, plan, apply, report. The only place that knows check mode, diff, exit and failure.

A C(Task) is what a module is. It runs the same in two shells: C(run_module) below, for a module process, and the
action plugins, for the controller's own process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ._errors import AccountMissingError, MissingLibraryError, MmsError, NotFoundError, OperationFailed
from ._masking import Gate, secrets_in
from ._options.given import given
from ._plan import NEW_VERSION, Kept, Plan, Resource, label, reference
from ._resources.operation import Operation
from ._session import Session
from ._time.clock import Clock, SystemClock
from ._time.repeats import RULE, Doing, Fault, Next

R = TypeVar("R", bound=Resource)

Run = Callable[[Session, bool], dict[str, Any]]
"""Does the work of a task and returns its result; the flag says whether this is check mode."""

_REFUSED = (400, 404)
_CENSORED = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"  # Ansible's own words


@dataclass(frozen=True)
class Task:
    """What a module is: its options, the rules between them, and its work.

    Args:
        options: The whole argument specification.
        run: See C(converging) and C(reporting).
        rules: Further arguments of AnsibleModule, such as C(required_if).
        verbatim: Key of the result that is a secret which the user asked for. It is not masked.
    """

    options: Mapping[str, Mapping[str, Any]]
    run: Run
    rules: Mapping[str, Any] = field(default_factory=dict)
    verbatim: str | None = None


@dataclass(frozen=True)
class Done(Generic[R]):
    """What came of a plan.

    Args:
        resource: As it is now; None when it is gone.
        operation: The asynchronous work, as seen last.
        removed: Versions that were deleted.
        kept: Versions that were to be deleted and turned out to be in use.
    """

    resource: R | None
    operation: Operation | None = None
    removed: tuple[R, ...] = ()
    kept: tuple[Kept[R], ...] = ()


class Steps(Protocol[R]):
    """What the runner needs to know about one kind of resource.

    C(key) names it in the result. C(extras) are the further keys of its result: C(operation) where work is
    asynchronous, C(removed), C(kept) and C(reference) where there are versions.
    """

    @property
    def key(self) -> str:
        """The key of the result that holds the resource."""

    @property
    def extras(self) -> tuple[str, ...]:
        """Further keys of the result."""

    @property
    def wanted(self) -> R | None:
        """What is to exist; None when nothing is to."""

    def plan(self) -> Plan[R]:
        """Look at the service and decide. Sends nothing but reads."""

    def apply(self, plan: Plan[R]) -> Done[R]:
        """Do what the plan says, and wait for it if the user wants that."""


def converging(steps_for: Callable[[Session], Steps[R]]) -> Run:
    """Return the work of a task that makes something so."""

    def run(session: Session, check_mode: bool) -> dict[str, Any]:
        steps = steps_for(session)
        with nullcontext() if check_mode else session.alone(steps.key):
            return converge(steps, session, check_mode)

    def converge(steps: Steps[R], session: Session, check_mode: bool) -> dict[str, Any]:
        plan = _first_plan(steps)
        for missing in plan.missing:
            if not check_mode:
                raise NotFoundError(missing)
            if NEW_VERSION not in missing:
                session.warn(f"{missing} In check mode it is taken for something that an earlier task would make.")
        for held in plan.holders() if check_mode else ():
            session.warn(f"{held} In check mode it is taken for something that an earlier task would delete.")
        if check_mode or (plan.action == "none" and not plan.removed):
            return _result(steps, plan, Done(plan.after, removed=plan.removed))
        reported = plan  # what the user is shown: if an answer was lost, what it came of is still this task's change
        attempts, what = session.repeats.begin(session.patience.for_looks()), f"Making {steps.key}"
        while True:
            repeated = session.repeats.count
            try:
                return _result(steps, reported, steps.apply(plan))
            except OperationFailed:
                raise  # the request was understood, and what it asked for ended badly
            except MmsError as error:
                if plan.action == "create" and error.status in _REFUSED:
                    seen = steps.plan()
                    if seen.after == plan.after or not attempts.again(what, Fault.FAILED, error.message):
                        raise
                    plan = seen  # what it referred to was a twin that has just gone
                    continue
                conflicts = error.status == 409 and session.repeats.count == repeated
                fault = _open(plan, error, repeated=session.repeats.count > repeated)
                if fault is None or not attempts.again(what, fault, error.message):
                    raise
                session.tell(f"{error.message} Looking again before anything is sent twice.")
                plan = steps.plan()
                if conflicts:
                    reported = plan  # someone else was faster

    return run


def _first_plan(steps: Steps[R]) -> Plan[R]:
    """Return the plan; in an account that does not exist there is nothing yet."""
    try:
        return steps.plan()
    except AccountMissingError as error:
        return Plan("none" if steps.wanted is None else "create", after=steps.wanted, missing=(error.message,))


def reporting(read: Callable[[Session], dict[str, Any]]) -> Run:
    """Return the work of a task that only reads."""
    return lambda session, check_mode: {"changed": False, **read(session)}


def _open(plan: Plan[R], error: MmsError, *, repeated: bool) -> Fault | None:
    """Return why it is open what came of a request, so that only a look can tell; None when it is not.

    The answer of a request that creates something was lost, or someone else was faster. Or the request was repeated,
    and the second one met what the first had begun.

    Args:
        repeated: Whether something was repeated on the way to this error.
    """
    creates = plan.action == "create"
    if error.status == 409:
        return Fault.FAILED if creates or repeated else None
    looks = creates and error.fault is not None and RULE[Doing.CREATE][error.fault] is Next.LOOK
    return error.fault if looks else None


def _result(steps: Steps[R], plan: Plan[R], done: Done[R]) -> dict[str, Any]:
    """Return the result: always the same keys, whether in check mode, after a change or without one."""
    plan = plan.sparing(done.kept)
    extras: dict[str, Any] = {
        "operation": done.operation.to_result() if done.operation else None,
        "removed": [label(version) for version in done.removed],
        "kept": [{"name": label(one.resource), "reason": one.reason} for one in (*plan.kept, *done.kept)],
        "reference": reference(done.resource),
    }
    return {
        "changed": plan.changed,
        "action": plan.action,
        "changes": {name: change._asdict() for name, change in plan.changes.items()},
        "missing": list(plan.missing),
        steps.key: done.resource.to_result() if done.resource else None,
        **{name: extras[name] for name in steps.extras},
        "diff": plan.diff(steps.key),
    }


def outcome(
    task: Task,
    options: Mapping[str, Any],
    *,
    check_mode: bool,
    diff: bool,
    gate: Gate,
    clock: Clock | None = None,
) -> dict[str, Any]:
    """Run a task and return its result for Ansible, C(failed) included.

    Args:
        gate: What progress, warnings and the result pass; it takes the secrets out.
    """
    gate.hide(*secrets_in(task.options, options))
    session = Session(options, clock or SystemClock(), gate)
    result: dict[str, Any]
    try:
        session.check()
        result = task.run(session, check_mode)
    except MmsError as error:
        result = failed_result(error)
    result["request_ids"] = session.request_ids
    result["retries"] = session.repeats.count
    result["invocation"] = {"module_args": _shown(task.options, options)}
    if not diff:
        result.pop("diff", None)
    return {name: value if name == task.verbatim else gate.masked(value) for name, value in result.items()}


def failed_result(error: MmsError) -> dict[str, Any]:
    """Return the result of a task that failed."""
    words = error.message
    if isinstance(error, MissingLibraryError):
        words = missing_required_lib(error.library, reason=error.reason or None)
    return {"failed": True, "msg": words, "failure": error.to_failure()}


def _shown(spec: Mapping[str, Mapping[str, Any]], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options without secrets, by name.

    Left to itself, Ansible shows a model's URL with its signature, and a kubeconfig that it has trimmed.
    """
    shown: dict[str, Any] = {}
    for name, value in options.items():
        inner = spec.get(name, {}).get("options")
        if value is not None and spec.get(name, {}).get("no_log"):
            value = _CENSORED
        elif inner and isinstance(value, Mapping):
            value = _shown(inner, value)
        shown[name] = value
    return shown


class _Module(AnsibleModule):
    """The module process. Its options stay out of the system's log: a model's URL carries a signature.

    The C(no_log) of AnsibleModule would not do that, for every task sets it anew.
    """

    def __init__(self, task: Task) -> None:
        begin: Callable[..., None] = super().__init__
        begin(argument_spec=dict(task.options), supports_check_mode=True, **task.rules)

    def _load_params(self) -> None:
        load: Callable[[], None] = super()._load_params
        load()
        self.params = given(self.params, self.argument_spec)

    def _log_invocation(self) -> None:
        pass


def run_module(task: Task) -> None:
    """Be a module: the shell that always works, on any host, with C(become) and with C(async)."""
    module = _Module(task)
    result = outcome(
        task,
        module.params,
        check_mode=module.check_mode,
        diff=module._diff,
        gate=Gate(module.debug, module.warn, mention=module.debug, quiet=module.no_log),
    )
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)

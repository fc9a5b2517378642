# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The second shell of every module here: runs it in the controller's own process when that is provably the same.

Starting a module costs several hundred milliseconds of CPU, the call to the service a few. Each module has an action
plugin of its name in C(plugins/action), which is this one. In every case that is not plainly the same, the module
itself is run as ever.

Importing requests with this file, and not with the first request, lets all workers inherit it from the controller,
which loads action plugins before it forks.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from ansible import constants as C
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.azureml.model_management.plugins.module_utils._errors import InputError
from ansible_collections.azureml.model_management.plugins.module_utils._masking import Gate
from ansible_collections.azureml.model_management.plugins.module_utils._options.files import with_paths
from ansible_collections.azureml.model_management.plugins.module_utils._options.given import given
from ansible_collections.azureml.model_management.plugins.module_utils._runner import Task, failed_result, outcome
from ansible_collections.azureml.model_management.plugins.plugin_utils._local_files import LocalFiles

try:
    import requests
except ImportError:
    HAS_REQUESTS = False
else:
    HAS_REQUESTS = bool(requests)

_MODULES = "ansible_collections.azureml.model_management.plugins.modules"
_SWITCH = "mms_in_process"
_PROGRESS = "mms_progress"

display = Display()


class NotTheSame(Exception):
    """The module must be run; says why."""


class ActionModule(ActionBase):
    """Runs a module of this collection here, or hands over to it."""

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        name = self._task.action.rpartition(".")[2]
        task: Task = importlib.import_module(f"{_MODULES}.{name}").TASK
        arguments = given(_with_json_text(task, self._task.args), task.options)
        progress = self._progress(variables)
        try:
            try:
                self._check_same(variables)
                result.update(self._in_process(task, arguments, progress))
                if not _invocation_is_shown(variables):
                    result.pop("invocation")
            except NotTheSame as difference:
                display.vvv(f"{self._task.action} runs as a module: {difference}.")
                with self._announced(task, arguments, progress, difference):
                    result.update(self._as_module(task, arguments, variables))
        except InputError as error:
            result.update(failed_result(error), request_ids=[])
        return result

    def _progress(self, variables: Mapping[str, Any]) -> Callable[[str], None]:
        """Return what takes lines of progress: standard error, where they are in the way of no callback's output."""
        if not boolean(self._templar.template(variables.get(_PROGRESS, True))):
            return display.v
        host = variables.get("inventory_hostname", "localhost")
        show: Callable[..., None] = display.display
        return lambda line: show(f"[{host}] {line}", stderr=True)

    @contextmanager
    def _announced(
        self, task: Task, arguments: Mapping[str, Any], progress: Callable[[str], None], difference: NotTheSame
    ) -> Iterator[None]:
        """Tell before and after a module that waits what is known of it; what a module says, nobody hears meanwhile."""
        waits = "wait" in task.options and boolean(arguments.get("wait", True), strict=False)
        if not waits or any((self._task.no_log, self._task.check_mode, self._task.async_val)):
            yield
            return
        name, began = self._task.action.rpartition(".")[2], time.monotonic()
        progress(f"{name} runs as a module, whose progress cannot be shown: {difference}. It waits for its operation.")
        yield
        progress(f"{name} has ended after {time.monotonic() - began:.0f} s")

    def _as_module(self, task: Task, arguments: Mapping[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        wrap_async = self._task.async_val and not self._connection.has_native_async
        started = False
        try:
            files = LocalFiles(self._loader, self._found, self._tmpdir_of_module)
            arguments = self._with_files(task, arguments, files)
            if files.copies:
                # Another user may have to read them.
                allow: Callable[..., Any] = self._fixup_perms2
                allow([self._connection._shell.tmpdir, *map(str, files.copies)], execute=False)
            result: dict[str, Any] = self._execute_module(
                module_args=dict(arguments), task_vars=variables, wrap_async=wrap_async
            )
            started = "ansible_job_id" in result
        finally:
            if not started:  # what runs in the background removes the folder when it has ended
                ActionBase._remove_tmp_path(self, self._connection._shell.tmpdir)
        return result

    def _tmpdir_of_module(self) -> str:
        """Return the folder that a module process is put in, and that is removed after it."""
        return str(self._connection._shell.tmpdir or self._make_tmp_path())

    def _found(self, path: str) -> str:
        find: Callable[[str, str], str] = self._find_needle
        return find("files", path)

    def _with_files(self, task: Task, arguments: Mapping[str, Any], files: LocalFiles) -> Mapping[str, Any]:
        """Return the arguments with the paths of files on the controller.

        Where a task runs on another machine, its paths are those of files there, and are left as they are.

        Raises:
            InputError: a file cannot be decrypted.
        """
        local = self._connection.transport == "local"
        return with_paths(task.options, arguments, files.place) if local else arguments

    def _check_same(self, variables: Mapping[str, Any]) -> None:
        """Check that a module would run on this machine, as this user, with this Python and in this environment.

        Raises:
            NotTheSame: it would not, or nobody can tell.
        """
        switch = self._templar.template(variables.get(_SWITCH, True))
        if switch != "" and not boolean(switch):
            raise NotTheSame(f"{_SWITCH} is off")
        if self._connection.transport != "local":
            raise NotTheSame(f"the connection is {self._connection.transport}")
        for keyword, value in (("become", self._task.become), ("async", self._task.async_val)):
            if value:
                raise NotTheSame(f"{keyword} is set")
        if any(self._task.environment or ()):
            raise NotTheSame("environment is set")
        if C.config.get_config_value("DEFAULT_KEEP_REMOTE_FILES"):
            raise NotTheSame("the files of the module are to be kept")
        if not HAS_REQUESTS:
            raise NotTheSame("the library requests is missing here")
        interpreter = self._interpreter(variables)
        if not _is_this_python(interpreter):
            raise NotTheSame(f"its Python is {interpreter}, not {sys.executable}")

    def _interpreter(self, variables: Mapping[str, Any]) -> str:
        """Return the Python that a module would run with, found as ansible-core finds it."""
        if self._task.delegate_to:
            variables = variables.get("ansible_delegated_vars", {}).get(self._task.delegate_to, {})
        configured = C.config.get_config_value("INTERPRETER_PYTHON", variables=variables)
        return str(self._templar.template(configured)).strip()

    def _in_process(self, task: Task, arguments: Mapping[str, Any], progress: Callable[[str], None]) -> dict[str, Any]:
        """Do what the module would do.

        Raises:
            NotTheSame: the options are not in order; the module says so in its own words.
            InputError: a file cannot be decrypted.
        """
        with ExitStack() as stack:

            def private_folder() -> str:
                return stack.enter_context(
                    tempfile.TemporaryDirectory(prefix="mms-", dir=vars(C).get("DEFAULT_LOCAL_TMP"))
                )

            files = LocalFiles(self._loader, self._found, private_folder)
            return self._outcome(task, plain(self._with_files(task, arguments, files)), progress)

    def _outcome(self, task: Task, arguments: dict[str, Any], progress: Callable[[str], None]) -> dict[str, Any]:
        validated = ArgumentSpecValidator(task.options, **task.rules).validate(arguments)
        if validated.error_messages or validated._warnings or validated._deprecations:
            raise NotTheSame("there is something to say about its options")
        warnings: list[str] = []
        result = outcome(
            task,
            validated.validated_parameters,
            check_mode=bool(self._task.check_mode),
            diff=bool(self._task.diff),
            gate=Gate(progress, warnings.append, mention=display.v, quiet=bool(self._task.no_log)),
        )
        if warnings:
            result["warnings"] = warnings
        censored: dict[str, Any] = remove_values(result, validated._no_log_values)
        return censored


def _invocation_is_shown(variables: Mapping[str, Any]) -> bool:
    """Tell whether a result shows the options; newer releases of ansible-core let users choose."""
    if "INJECT_INVOCATION" not in C.config.get_configuration_definitions():
        return True
    return bool(C.config.get_config_value("INJECT_INVOCATION", variables=variables))


def _with_json_text(task: Task, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments with mappings as text where JSON is wanted.

    Of a mapping, Ansible would take every single value for a secret and censor such words as C(default) in the result.
    """
    return {
        name: json.dumps(plain(value))
        if isinstance(value, Mapping) and task.options.get(name, {}).get("type") == "json"
        else value
        for name, value in arguments.items()
    }


def plain(value: Any) -> Any:
    """Return what a module would get: the value after a trip through JSON, as Python's own types.

    Raises:
        NotTheSame: it holds something else, which only Ansible knows how to pass on.
    """
    if isinstance(value, Mapping):
        return {plain(name): plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, str):
        return str.__str__(value)
    for kind in (bool, int, float):
        if isinstance(value, kind):
            return kind(value)
    if value is None:
        return None
    raise NotTheSame(f"an option is of type {type(value).__name__}")


def _is_this_python(interpreter: str) -> bool:
    """Tell whether it is the controller's Python. The same file is not enough: a virtual environment links to its
    base."""
    return (
        os.path.isabs(interpreter)
        and os.path.dirname(os.path.abspath(interpreter)) == os.path.dirname(os.path.abspath(sys.executable))
        and os.path.realpath(interpreter) == os.path.realpath(sys.executable)
    )

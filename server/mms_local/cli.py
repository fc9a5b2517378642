# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The command `mms-local`. Only `serve` loads the server itself; the other commands talk to one that runs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from io import TextIOWrapper
from typing import TYPE_CHECKING, Literal, NoReturn

from mms_local import __version__
from mms_local.config import FLAGS, add_flags, config_of, settings_in_environment, unknown_setting, written
from mms_local.data_directory import FolderUnusable

if TYPE_CHECKING:
    from mms_local import background

_ABOUT = """\
A Model Management Service on this machine: the Azure ML MMS REST API, and real deployments behind it.

  mms-local serve                      run in the foreground; Ctrl-C ends it
  eval "$(mms-local start)"            run in the background, and point clients of this shell at it
  eval "$(mms-local env)"              point clients of another shell at it
  mms-local status                     is it running, and where
  mms-local open                       show its page in a browser
  mms-local logs --follow              what it does
  mms-local reset                      forget everything that was registered, built and deployed
  mms-local stop                       end it; state stays in the data directory
"""

_SERVE = """\
Runs the server until SIGTERM, SIGINT or Ctrl-C. When it is ready it prints its address, and the variables by which
the Ansible collection and the Azure SDKs find it:

  mms-local ready: http://127.0.0.1:8780
  export AZUREML_MMS_API_URL=http://127.0.0.1:8780
  . /home/me/.local/share/mms-local/env

The last line reads all variables, secrets included, from a file that only you can read.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit status."""
    _speak_in_any_locale()
    if arguments is None and sys.argv[1:2] == ["serve"]:
        environment: Mapping[str, str] = settings_in_environment()
    else:
        environment = os.environ
    parser = _parser(environment)
    parsed = parser.parse_args(arguments)
    parsed.given = vars(_parser(environment, only_given=True).parse_args(arguments))
    unknown = unknown_setting(environment) if parsed.command in ("serve", "start", "restart") else None
    if unknown:
        parser.error(unknown)
    try:
        return _run(parsed)
    except FolderUnusable as error:
        print(f"mms-local: {error}", file=sys.stderr)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # who read has enough, and so have we
    except OSError as error:
        print(f"mms-local: {error.filename or parsed.command}: {error.strerror}", file=sys.stderr)
    return 1


def _run(parsed: argparse.Namespace) -> int:
    if parsed.command == "serve":
        from mms_local import serve

        return serve.run(config_of(parsed))
    from mms_local import background

    commands = {
        "start": lambda: background.start(_start(parsed, "if it differs" if parsed.restart else "never")),
        "restart": lambda: background.start(_start(parsed, "always")),
        "env": lambda: background.environment(parsed.data_dir),
        "wait": lambda: background.wait_for(parsed.data_dir, parsed.wait),
        "stop": lambda: background.stop(parsed.data_dir, parsed.wait),
        "status": lambda: background.status(parsed.data_dir),
        "reset": lambda: background.reset(parsed.data_dir),
        "open": lambda: background.open_page(parsed.data_dir),
        "logs": lambda: background.logs(parsed.data_dir, parsed.lines, parsed.follow),
    }
    return commands[parsed.command]()


def _speak_in_any_locale() -> None:
    """Write what the terminal's encoding does not have as escapes, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _parser(environment: Mapping[str, str], *, only_given: bool = False) -> argparse.ArgumentParser:
    parser = _Parser("mms-local", description=_ABOUT, formatter_class=_Help)
    parser.add_argument("--version", action="version", version=f"mms-local {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, about: str, more: str = "") -> argparse.ArgumentParser:
        return commands.add_parser(name, help=about, description=more or about, formatter_class=_Help)

    add_flags(command("serve", "run the server in the foreground", _SERVE), environment, only_given=only_given)
    start = command("start", "run the server in the background and wait until it is ready")
    start.add_argument("--restart", action="store_true", help="start a server anew that runs with other settings")
    restart = command("restart", "end the background server, and start it with these settings")
    for one in (start, restart):
        add_flags(one, environment, only_given=only_given)
        if not only_given and not environment.get("MMS_LOCAL_PORT"):
            one.set_defaults(port=None)  # the usual one, or the next that is free
    stop = command("stop", "end the background server")
    wait = command("wait", "wait until the server is ready that somebody else starts")
    for one in (start, restart, stop, wait):
        one.add_argument("--wait", type=float, default=30, metavar="SECONDS", help="how long it may take (default 30)")
    logs = command("logs", "print what the background server wrote")
    logs.add_argument("--lines", type=int, default=100, metavar="N", help="how many of the last lines (default 100)")
    logs.add_argument("--follow", action="store_true", help="go on printing as lines are written")
    others = (
        stop,
        wait,
        logs,
        command("env", "point clients of this shell at the server that runs"),
        command("status", "tell whether a server runs, and where"),
        command("open", "show the server's page in a browser"),
        command("reset", "forget everything"),
    )
    for other in others:
        add_flags(other, environment, ("data-dir",))
    return parser


def _start(parsed: argparse.Namespace, restart: Literal["never", "if it differs", "always"]) -> background.Start:
    from mms_local import background

    texts = written(config_of(parsed))
    given = [flag.name for flag in FLAGS if flag.attribute in parsed.given and flag.name != "data-dir"]
    asked = {name: texts[name] for name in given}
    return background.Start(parsed.data_dir, parsed.wait, _serve_arguments(parsed), asked, parsed.port, restart)


def _serve_arguments(parsed: argparse.Namespace) -> list[str]:
    """The flags of `serve` that say the same; secrets go by the environment, not by the process list."""
    values = {name: value for name, value in vars(config_of(parsed)).items() if value is not None}
    for flag in FLAGS:
        if flag.secret and flag.attribute in values:
            os.environ[flag.variable] = values.pop(flag.attribute)
    arguments = []
    for name, value in values.items():
        option = "--" + name.replace("_", "-")
        if isinstance(value, bool):
            arguments.append(option if value else option.replace("--", "--no-", 1))
        else:
            arguments += [option, str(value)]
    return arguments


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the thirty lines of all flags before it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} ({self.prog} --help tells more)\n")


class _Help(argparse.RawDescriptionHelpFormatter):
    """Keeps the examples as they are written."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32, width=110)


if __name__ == "__main__":
    sys.exit(main())

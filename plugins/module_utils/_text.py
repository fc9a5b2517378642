# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts that somebody else wrote: their encoding, and JSON and YAML that must not harm their reader. Pure."""

from __future__ import annotations

import codecs
import json
from typing import Any

_DEEPEST_JSON = 100  # levels; more of them would overflow the stack of whoever walks through the value
_LARGEST_YAML = 1 << 20  # characters; a kubeconfig with ten clusters has some 50,000
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is the beginning of this one
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decoded(content: bytes) -> str:
    """Return the text of a file: UTF-8, or what a byte order mark says, as files from Windows have it.

    Raises:
        UnicodeDecodeError: it is neither.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding)
    return content.decode("utf-8")


def parsed_json(body: bytes | str) -> Any:
    """Return the value of a JSON text, which may begin with a byte order mark.

    Raises:
        ValueError: it is no JSON, or nested so deeply that nobody can mean it.
    """
    too_deep = f"it is nested more than {_DEEPEST_JSON} levels deep"
    try:
        value = json.loads(decoded(body) if isinstance(body, bytes) else body.lstrip("\ufeff"))
    except RecursionError as error:
        raise ValueError(too_deep) from error
    level = [value]
    for _depth in range(_DEEPEST_JSON + 1):
        containers = [one.values() if isinstance(one, dict) else one for one in level if isinstance(one, (dict, list))]
        if not containers:
            return value
        level = [part for container in containers for part in container]
    raise ValueError(too_deep)


class YamlRefused(ValueError):
    """A text that is no YAML, or a kind of YAML that harms its reader. It quotes nothing: there may be secrets.

    The message fits behind the name of what was read.
    """


def parsed_yaml(text: str) -> Any:
    """Return the value of a YAML text.

    What looks like a date, or like digits in base 60, stays the text that it is: a token may look like one.

    Raises:
        YamlRefused: it is no YAML, too large, too deep, or has aliases: a few lines of them can mean gigabytes.
        ImportError: PyYAML is not there.
    """
    import yaml

    class PlainLoader(yaml.SafeLoader):
        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                raise YamlRefused(f"has a YAML alias near line {self.line + 1}. Write it out.")
            return super().compose_node(parent, index)

        def construct_yaml_int(self, node: Any) -> Any:
            return self.construct_scalar(node) if ":" in node.value else super().construct_yaml_int(node)

        def construct_yaml_float(self, node: Any) -> Any:
            return self.construct_scalar(node) if ":" in node.value else super().construct_yaml_float(node)

    PlainLoader.add_constructor("tag:yaml.org,2002:int", PlainLoader.construct_yaml_int)
    PlainLoader.add_constructor("tag:yaml.org,2002:float", PlainLoader.construct_yaml_float)
    PlainLoader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    if len(text) > _LARGEST_YAML:
        raise YamlRefused(f"has more than {_LARGEST_YAML} characters.")
    try:
        return yaml.load(text, Loader=PlainLoader)
    except YamlRefused:
        raise
    except RecursionError:
        raise YamlRefused("is nested too deeply.") from None
    except (yaml.YAMLError, ValueError, LookupError, TypeError) as error:  # or a tag that its text does not fit
        mark = getattr(error, "problem_mark", None)
        place = f" near line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise YamlRefused(f"is neither JSON nor YAML{place}.") from None

# Copyright (c) 2026 azureml.model_management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup C(role_options): the variables of a role of this collection, in the types of its specification."""

from __future__ import annotations

DOCUMENTATION = r"""
name: role_options
short_description: The variables of a role of this collection, each in its own type
version_added: 1.0.0
author:
  - azureml.model_management contributors (@azureml-model-management)
description:
  - Ansible checks the variables of a role against its argument specification, but hands them on as they were written.
    A variable from the command line, a survey or a template is a text then, and C("false") counts as true there.
  - This lookup returns all variables of one role as one mapping, without the prefix of the role's name, converted once
    to the types of the argument specification. Defaults inside of dictionaries are filled in.
  - An empty text counts as not given, for that is what surveys and unset variables leave behind. What is not given is
    V(none).
options:
  _terms:
    description: Name of the role.
    type: list
    elements: str
    required: true
seealso:
  - plugin: azureml.model_management.deployment_record
    plugin_type: filter
"""

EXAMPLES = r"""
- name: A text from the command line is a boolean here
  ansible.builtin.debug:
    msg: "{{ lookup('azureml.model_management.role_options', 'deploy_web_service').rollback }}"
  vars:
    deploy_web_service_name: iris
    deploy_web_service_rollback: "false"
"""

RETURN = r"""
_raw:
  description: One mapping for each role, from option to value.
  type: list
  elements: dict
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ansible.errors import AnsibleLookupError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.lookup import LookupBase

from ..module_utils._options.given import given
from ..plugin_utils._values import plain

_ROLES = Path(__file__).resolve().parents[2] / "roles"
_OPTION = re.compile(r"\{\{ (\w+) \}\}")


@cache
def specification(role: str) -> dict[str, dict[str, Any]]:
    """Return the options of a role's main entry point.

    Raises:
        OSError: there is no such role.
    """
    text = (_ROLES / role / "meta/argument_specs.yml").read_text(encoding="utf-8")
    options: dict[str, dict[str, Any]] = yaml.safe_load(text)["argument_specs"]["main"]["options"]
    return options


class LookupModule(LookupBase):
    """What Ansible loads."""

    def run(self, terms: list[str], variables: Mapping[str, Any] | None = None, **kwargs: Any) -> list[dict[str, Any]]:
        return [dict(self._options_of(role, variables or {})) for role in terms]

    def _options_of(self, role: str, variables: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        try:
            spec = specification(role)
        except OSError as error:
            raise AnsibleLookupError(f"role_options: this collection has no role {role!r}") from error
        templar = self._templar
        values = {name: templar.template(variables[name]) for name in spec if name in variables} if templar else {}
        validated = ArgumentSpecValidator(spec).validate(given(plain(values), spec))
        if validated.error_messages:
            raise AnsibleLookupError(f"role_options: {'; '.join(validated.error_messages)}")
        options = validated.validated_parameters
        for name in spec:
            value = options.get(name)
            if isinstance(value, str) and value == spec[name].get("default"):
                # A default may name another option; Ansible does not render what it reads from a specification.
                value = _OPTION.sub(lambda found: str(options[found[1]]), value)
            yield name.removeprefix(f"{role}_"), value

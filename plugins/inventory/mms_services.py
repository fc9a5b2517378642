# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: mms_services
author:
  - azureml.model_management contributors (@azureml-model-management)
short_description: Web services of the Model Management Service as inventory hosts
version_added: 1.0.0
description:
  - Every web service of an account becomes a host with the service's name, so that smoke tests, monitoring and
    clean-up can be written as plays over services.
  - The file's name must end in C(.mms_services.yml) or C(.mms_services.yaml).
  - The service's keys are not read, and no secret is in any variable.
  - A service becomes a new host or none. Where its name could not be that of a host, or is that of a host or group
    which the inventory has already, nothing is added at all and the reason is told; O(host_prefix) makes names that are
    your own. Only sources that were read before are known, so let this one come last.
extends_documentation_fragment:
  - azureml.model_management.connection
  - azureml.model_management.auth
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description: Name of this plugin, which every inventory file must hold.
    type: str
    required: true
    choices: [azureml.model_management.mms_services]
  states:
    description:
      - Only services in one of these states become hosts.
      - Without any, all of them do.
    type: list
    elements: str
    default: []
  host_prefix:
    description: Put before the name of each service to make the name of its host, such as C(prod-).
    type: str
    default: ''
  api_url:
    env:
      - name: AZUREML_MMS_API_URL
  arm_url:
    env:
      - name: AZUREML_MMS_ARM_URL
  subscription_id:
    env:
      - name: AZURE_SUBSCRIPTION_ID
  resource_group:
    env:
      - name: AZURE_RESOURCE_GROUP
  account_name:
    env:
      - name: AZUREML_MMS_ACCOUNT
seealso:
  - module: azureml.model_management.mms_service_info
    description: The same services as the result of a task.
  - module: azureml.model_management.mms_score
    description: Score a service.
"""

EXAMPLES = r"""
# prod.mms_services.yml: the services of one account. The first three lines are enough; the others take those that run,
# put them in groups by state and by scale, and let their tasks run on this machine.
plugin: azureml.model_management.mms_services
resource_group: prod-rg
account_name: prod
states: [Succeeded]
host_prefix: prod-
keyed_groups:
  - key: mms_service.state
    prefix: state
groups:
  scaled: mms_service.replicas | default(1, true) > 1
compose:
  ansible_connection: "'local'"
  ansible_python_interpreter: ansible_playbook_python
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/mms-inventory
cache_timeout: 300
"""

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypedDict

from ansible import constants as C
from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.display import Display
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.azureml.model_management.plugins.module_utils._errors import InputError, MmsError
from ansible_collections.azureml.model_management.plugins.module_utils._masking import Gate, masked, secrets_in
from ansible_collections.azureml.model_management.plugins.module_utils._options.auth import AUTH_OPTIONS
from ansible_collections.azureml.model_management.plugins.module_utils._options.connection import CONNECTION_OPTIONS
from ansible_collections.azureml.model_management.plugins.module_utils._session import Session
from ansible_collections.azureml.model_management.plugins.module_utils._time.clock import SystemClock

_HOST_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9])?")
SUFFIXES = (".mms_services.yml", ".mms_services.yaml")

display = Display()


class Account(TypedDict):
    """Where a service is."""

    subscription_id: str
    resource_group: str
    account_name: str


class HostVariables(TypedDict):
    """The variables of one host."""

    mms_service: dict[str, Any]
    mms_account: Account


def chosen(services: Iterable[dict[str, Any]], states: Iterable[str]) -> list[dict[str, Any]]:
    """Return the services in one of these states, or all of them when no state is named; sorted by name."""
    wanted = {state.lower() for state in states}
    found = [service for service in services if not wanted or str(service["state"]).lower() in wanted]
    return sorted(found, key=lambda service: str(service["name"]))


def host_names(services: Iterable[dict[str, Any]], prefix: str, taken: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the services by the names of their hosts.

    Args:
        taken: Names of the hosts and groups that the inventory has. To add a host of such a name would change that one.

    Raises:
        InputError: A name cannot be that of a host, or is taken; tells all of them.
    """
    known = {*taken, *C.LOCALHOST}
    named: dict[str, dict[str, Any]] = {}
    refused = []
    for service in services:
        name = f"{prefix}{service['name']}"
        if not _HOST_NAME.fullmatch(name):
            refused.append(f"{name!r} cannot be the name of a host")
        elif name in known or name in named:
            refused.append(f"{name!r} is in the inventory already")
        named[name] = service
    if refused:
        raise InputError(f"No service was added, for {'; '.join(refused)}. Set host_prefix to make other names.")
    return named


def variables_of(service: dict[str, Any], account: Account) -> HostVariables:
    """Return the variables of one host, marked so that a template that somebody hid in a service is not evaluated."""
    variables: HostVariables = wrap_var({"mms_service": service, "mms_account": account})
    return variables


def services_of(options: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Ask the account for its services.

    Raises:
        MmsError: An option cannot work, or the account cannot be read.
    """
    gate = Gate(tell=display.vvv, warn=display.warning)
    gate.hide(*secrets_in(AUTH_OPTIONS, options))
    session = Session(options, SystemClock(), gate)
    return [service.to_result() for service in session.client.services.list()]


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Web services as inventory hosts."""

    NAME = "azureml.model_management.mms_services"

    def verify_file(self, path: str) -> bool:
        """Tell whether this plugin reads the file."""
        readable: Callable[[str], bool] = super().verify_file
        return readable(path) and path.endswith(SUFFIXES)

    def set_options(self, task_keys: Any = None, var_options: Any = None, direct: Any = None, **further: Any) -> None:
        """Take the options of a file; an empty text counts as not given, as in the modules."""
        take: Callable[..., None] = super().set_options
        given = {name: value for name, value in (direct or {}).items() if value != ""}
        take(task_keys=task_keys, var_options=var_options, direct=given, **further)

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Fill the inventory from the account that the file names.

        Raises:
            AnsibleParserError: The account cannot be read; says why.
        """
        super().parse(inventory, loader, path, cache)
        read: Callable[[str], Any] = self._read_config_data
        read(path)
        option: Callable[[str], Any] = self.get_option
        options = {name: option(name) for name in (*CONNECTION_OPTIONS, *AUTH_OPTIONS)}
        try:
            services = self._services(options, self.get_cache_key(path), option("cache"), may_read=cache)
            wanted = chosen(services, option("states"))
            named = host_names(wanted, option("host_prefix"), (*inventory.hosts, *inventory.groups))
        except MmsError as error:
            raise AnsibleParserError(f"{os.path.basename(path)}: {masked(error.message)}") from error
        account = Account(
            subscription_id=options["subscription_id"] or "",
            resource_group=options["resource_group"] or "",
            account_name=options["account_name"] or "",
        )
        for name, service in named.items():
            self._add(inventory, name, variables_of(service, account))

    def _services(self, options: dict[str, Any], key: str, cached: bool, may_read: bool) -> list[dict[str, Any]]:
        """Return the account's services, from the cache if that is wanted, allowed and possible."""
        if cached and may_read:
            try:
                return list(self._cache[key])
            except KeyError:
                pass  # never stored, or too old
        services = services_of(options)
        if cached:
            self._cache[key] = services
        return services

    def _add(self, inventory: Any, name: str, variables: HostVariables) -> None:
        """Add one host, with what the user composes from its variables."""
        inventory.add_host(name)
        for variable, value in variables.items():
            inventory.set_variable(name, variable, value)
        # What plays know and inventories do not, for the interpreter of hosts whose tasks run on this machine.
        known = {**variables, "ansible_playbook_python": sys.executable}
        option: Callable[[str], Any] = self.get_option
        composers: dict[str, Callable[..., None]] = {
            "compose": self._set_composite_vars,
            "groups": self._add_host_to_composed_groups,
            "keyed_groups": self._add_host_to_keyed_groups,
        }
        for name_of_option, add in composers.items():
            add(option(name_of_option), known, name, strict=option("strict"))

# Copyright (c) 2026 azureml.model_management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup C(mms_scoring_uri): where a web service is called."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mms_scoring_uri
short_description: The URL at which a web service is called
version_added: 1.0.0
author:
  - azureml.model_management contributors (@azureml-model-management)
description:
  - Returns the scoring URI of each service that is named, for the templates of other roles, such as the settings of an
    application that calls the service.
  - A lookup runs on the controller and knows neither C(module_defaults) nor the keyword C(environment) of a task. The
    connection comes from the options here, or from the environment that Ansible itself runs in.
  - A lookup is evaluated each time its template is. Where it is used in many places, keep its value with
    M(ansible.builtin.set_fact).
options:
  _terms:
    description: Names or ids of services.
    type: list
    elements: str
    required: true
extends_documentation_fragment:
  - azureml.model_management.connection
  - azureml.model_management.auth
seealso:
  - plugin: azureml.model_management.mms_service_keys
    plugin_type: lookup
  - module: azureml.model_management.mms_service_info
    description: All about a service, as the result of a task.
"""

EXAMPLES = r"""
- name: Tell where iris is called
  ansible.builtin.debug:
    msg: "{{ lookup('azureml.model_management.mms_scoring_uri', 'iris') }}"

- name: Tell where services of another account are called
  ansible.builtin.debug:
    msg: "{{ query('azureml.model_management.mms_scoring_uri', 'iris', **account) }}"
  vars:
    account:
      resource_group: "{{ lookup('ansible.builtin.env', 'AZURE_RESOURCE_GROUP') }}"
      account_name: "{{ lookup('ansible.builtin.env', 'AZUREML_MMS_ACCOUNT') }}"
"""

RETURN = r"""
_raw:
  description: The scoring URI of each service.
  type: list
  elements: str
"""

from ..module_utils._errors import NotFoundError
from ..module_utils._resources.service import Service
from ..module_utils._session import Session
from ..plugin_utils._service_lookup import ServiceLookup


class LookupModule(ServiceLookup):
    """What Ansible loads."""

    def of(self, session: Session, service: Service) -> str:
        if not service.scoring_uri:
            raise NotFoundError(f"Service {service.name!r} has no scoring URI yet; its state is {service.state}.")
        return service.scoring_uri

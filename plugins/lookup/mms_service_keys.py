# Copyright (c) 2026 azureml.model_management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup C(mms_service_keys): with what a web service is called."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mms_service_keys
short_description: The keys with which a web service is called
version_added: 1.0.0
author:
  - azureml.model_management contributors (@azureml-model-management)
description:
  - Returns the keys of each service that is named, for the templates of other roles.
  - The keys are secrets. The lookup itself writes them nowhere, but Ansible shows what a task does with them, so every
    task that uses this lookup needs C(no_log=true). A template that holds a key needs a C(mode) that keeps others out.
  - A lookup runs on the controller and knows neither C(module_defaults) nor the keyword C(environment) of a task. The
    connection comes from the options here, or from the environment that Ansible itself runs in.
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
  - plugin: azureml.model_management.mms_scoring_uri
    plugin_type: lookup
  - module: azureml.model_management.mms_service_keys
    description: Reads the keys as a task, and makes them anew.
"""

EXAMPLES = r"""
- name: Write the settings of an application that calls iris
  ansible.builtin.copy:
    content: |
      IRIS_URL={{ lookup('azureml.model_management.mms_scoring_uri', 'iris') }}
      IRIS_KEY={{ lookup('azureml.model_management.mms_service_keys', 'iris').primary }}
    dest: "{{ settings_folder }}/iris.env"
    mode: "0600"
  no_log: true
"""

RETURN = r"""
_raw:
  description: For each service a mapping with C(service), which is its name, C(primary) and C(secondary).
  type: list
  elements: dict
"""

from ..module_utils._resources.service import Service
from ..module_utils._session import Session
from ..plugin_utils._service_lookup import ServiceLookup


class LookupModule(ServiceLookup):
    """What Ansible loads."""

    def of(self, session: Session, service: Service) -> dict[str, str | None]:
        keys = session.client.keys(service.id or "")
        session.hide(keys.primary, keys.secondary)
        return {"service": service.name, "primary": keys.primary, "secondary": keys.secondary}

# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  state:
    description:
      - With V(present) a version equal to what is described exists afterwards. If there is none yet, a new one is
        made; what exists is never changed, because the service cannot do that. Options that are left out are not
        compared.
      - With V(absent) the versions named by O(id), or by O(name) and O(version), are deleted. The generation
        V(2017-06-01-privatepreview) cannot delete them.
    type: str
    choices: [absent, present]
    default: present
  id:
    description:
      - Id of the version to delete, a GUID with or without dashes. Only with O(state=absent).
    type: str
  version:
    description:
      - Number of the version of O(name) to delete; left out, all of them are. Only with O(state=absent).
    type: int
  keep_last:
    description:
      - How many versions of O(name) to keep. Older ones are deleted unless something uses them; RV(removed) and
        RV(kept) tell which.
      - With O(state=absent) the old versions are deleted and nothing else is done. Left out, O(state=absent) deletes
        all that it names, and O(state=present) none.
    type: int
"""

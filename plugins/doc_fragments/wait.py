# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether to wait until the service has finished what was asked of it.
    type: bool
    default: true
  wait_timeout:
    description:
      - Number of seconds after which waiting is given up and the task fails. The work goes on at the service, and the
        message says how to wait for it again.
    type: int
    default: 1800
  poll_interval:
    description:
      - Longest pause between two looks at the work, in seconds. The first pauses are shorter.
    type: float
    default: 5.0
notes:
  - While it waits, the task says on standard error what goes on. It says where to look when an operation starts, each
    change of its state, and every 30 seconds the same again. Set the variable C(mms_progress) to V(false) to see that
    with C(-v) only. Under C(no_log) nothing of it is shown.
"""

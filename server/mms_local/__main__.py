# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""`python -m mms_local` is `mms-local`."""

from mms_local.cli import main

raise SystemExit(main())

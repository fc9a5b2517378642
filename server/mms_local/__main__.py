# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m mms_local` is `mms-local`."""

from mms_local.cli import main

raise SystemExit(main())

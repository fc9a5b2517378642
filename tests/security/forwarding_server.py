# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real server whose services are all one place: where MMS_TEST_ENDPOINT says."""

from __future__ import annotations

import argparse
import os

from mms_local import serve
from mms_local.app import Origins
from mms_local.compute.null import NullBuilder, NullCompute
from mms_local.compute.traffic import Traffic
from mms_local.config import Config, add_flags, config_of
from mms_local.core.ports import Builder, Compute


class OnePlace(NullCompute):
    async def endpoint(self, service_id: str) -> str | None:
        return os.environ["MMS_TEST_ENDPOINT"]


def engines(config: Config, traffic: Traffic, own: Origins) -> tuple[Builder, Compute]:
    return NullBuilder(config.data_dir), OnePlace()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    add_flags(parser, {})
    raise SystemExit(serve.run(config_of(parser.parse_args()), engines))

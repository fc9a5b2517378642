# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
import datetime

import numpy as np


def init():
    pass


def run(raw_data):
    return {
        "scalar": np.int64(1),
        "flag": np.bool_(True),
        "array": np.array([[1.5, 2.5]]),
        "day": datetime.date(2017, 12, 31),
        "moment": datetime.datetime(2017, 12, 31, 23, 59),
        "bytes": b"\x00\x01",
        np.int64(3): "set",
    }

# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
import json

from azureml.core.model import Model


def init():
    global threshold
    with open(Model.get_model_path("threshold")) as file:
        threshold = float(file.read())


def run(raw_data):
    return {"above": json.loads(raw_data)["value"] > threshold}

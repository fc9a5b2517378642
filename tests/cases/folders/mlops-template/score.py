# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os

import numpy


def init():
    global model
    with open(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "model.txt")) as file:
        model = float(file.read())


def run(raw_data, request_headers):
    data = numpy.array(json.loads(raw_data)["data"])
    assert request_headers["Content-Type"] == "application/json"
    return {"result": (data.sum(axis=1) * model).tolist()}

# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os

from project.power.square import square


def init():
    global model
    with open(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "empty.bin")) as file:
        model = file.read()


def run(raw_data):
    return {"model": model, "answer": square(json.loads(raw_data))}

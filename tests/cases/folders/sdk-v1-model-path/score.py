# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
import json

from azureml.core.model import Model


def init():
    global text
    with open(Model.get_model_path("greeting")) as file:
        text = file.read()
    with open(Model.get_model_path(model_name="greeting", version=1)) as file:
        assert file.read() == text


def run(raw_data):
    return text + " " + json.loads(raw_data)["who"]

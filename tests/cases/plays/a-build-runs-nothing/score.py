# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
import json


def init():
    pass


def run(raw_data):
    return json.loads(raw_data)

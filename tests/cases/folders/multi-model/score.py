# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
import os


def _read(*parts):
    with open(os.path.join(*parts)) as file:
        return file.read()


def init():
    global models
    root = os.environ["AZUREML_MODEL_DIR"]
    models = [_read(root, "left", "1", "left.txt"), _read(root, "right", "1", "right.txt"), _read("right.txt")]


def run(raw_data):
    return models

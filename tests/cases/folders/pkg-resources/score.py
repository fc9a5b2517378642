# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
import pkg_resources


def init():
    pass


def run(raw_data):
    return bool(pkg_resources.get_distribution("flask"))

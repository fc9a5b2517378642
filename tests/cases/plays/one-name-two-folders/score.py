# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
import left
import right


def init():
    pass


def run(raw_data):
    return [left.NUMBER, right.NUMBER]

# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
def init():
    raise RuntimeError('no weights')


def run(raw_data):
    return raw_data

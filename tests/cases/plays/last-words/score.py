# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
def init():
    pass


def run(raw_data):
    raise ValueError('five columns are needed')

# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
def init():
    pass


def run(table, factor):
    return [float(table["width"].sum()) * factor, list(table.columns)]

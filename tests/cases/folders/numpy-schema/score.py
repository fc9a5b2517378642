# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
def init():
    pass


def run(data):
    return {"shape": data.shape, "kind": data.dtype.kind, "sum": data.sum()}

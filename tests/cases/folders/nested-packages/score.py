# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
import a
import a.b
import c


def init():
    global texts
    texts = [open(f"{name}/data.txt").read() for name in "ca"]


def run(raw_data):
    return [a.X, a.b.X, c.X, *texts]

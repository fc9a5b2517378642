# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Driver program of the quickstart: `init()` once per worker, `run()` once per request."""

import json

import joblib

_model = None


def init():
    """Load the model by the name it was registered with; the working directory holds all registered models."""
    global _model
    _model = joblib.load("iris.joblib")


def run(raw):
    """Return the species, one per row of `data` (sepal length, sepal width, petal length, petal width in cm)."""
    rows = json.loads(raw)["data"]
    return [str(species) for species in _model.predict(rows)]

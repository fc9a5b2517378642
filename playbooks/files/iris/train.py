# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Train the quickstart's classifier and keep three rows back: `python train.py DIRECTORY`.

Writes `iris.joblib` (the model) and `sample.json` (three rows that the model has not seen, with the species of each).
"""

import json
import sys
from pathlib import Path

import joblib
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

HELD_OUT = (0, 50, 100)  # the first flower of each species


def main(directory: Path) -> None:
    """Train on all flowers but the held-out ones; the same input gives the same files."""
    iris = load_iris()
    species = iris.target_names[iris.target]
    training = [row for row in range(len(iris.data)) if row not in HELD_OUT]
    model = LogisticRegression(max_iter=1000).fit(iris.data[training], species[training])

    directory.mkdir(parents=True, exist_ok=True)
    joblib.dump(model, directory / "iris.joblib")
    sample = {
        "input": {"data": [iris.data[row].tolist() for row in HELD_OUT]},
        "expected": [str(species[row]) for row in HELD_OUT],
    }
    (directory / "sample.json").write_text(json.dumps(sample, indent=2) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

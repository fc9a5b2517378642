# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from azureml.api.realtime.services import generate_schema
from azureml.api.schema.dataTypes import DataTypes
from azure.ml.api.schema.sampleDefinition import SampleDefinition
from azureml.datacollector import ModelDataCollector


def init():
    global best, inputs
    with open("points.txt") as file:
        best = int(file.read())
    inputs = ModelDataCollector("points", identifier="inputs")


def run(name, points):
    inputs.collect(points)
    return f"{name} has {sum(points)} of {best}"


if __name__ == "__main__":
    samples = {
        "name": SampleDefinition(DataTypes.STANDARD, "Ada"),
        "points": SampleDefinition(DataTypes.STANDARD, [1.0]),
    }
    generate_schema(run_func=run, inputs=samples, filepath="service_schema.json")

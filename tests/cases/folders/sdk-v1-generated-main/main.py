# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
import importlib.util as importing
import inspect
import os

location = os.path.join(os.path.dirname(os.path.realpath(__file__)), "score.py")
specification = importing.spec_from_file_location("service_driver", location)
driver_module = importing.module_from_spec(specification)
specification.loader.exec_module(driver_module)


def run(http_body, request_headers):
    return driver_module.run(**{first_name: http_body})


def init():
    global first_name
    first_name = next(iter(inspect.signature(driver_module.run).parameters))
    driver_module.init()

# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
import importlib.util as importing
import os

from azureml.api.exceptions.BadRequest import BadRequestException
from azureml.api.realtime.swagger_spec_generator import generate_service_swagger
from azureml.api.schema.schemaUtil import *

specification = importing.spec_from_file_location("service_driver", "score.py")
driver_module = importing.module_from_spec(specification)
specification.loader.exec_module(driver_module)


def run(http_body):
    arguments = parse_service_input(http_body, schema.input)
    try:
        return driver_module.run(**arguments)
    except TypeError as error:
        raise BadRequestException(str(error))


def init():
    global schema
    schema = load_service_schema("schema/input.json")
    description = generate_service_swagger(
        service_name=os.getenv("SERVICE_NAME", "service"),
        service_schema_file_path="schema/input.json",
        service_version=os.getenv("SERVICE_VERSION", "1.0"),
        service_path_prefix=os.getenv("SERVICE_PATH_PREFIX", ""),
    )
    with open("swagger.json", "w") as file:
        json.dump(description, file)
    driver_module.init()

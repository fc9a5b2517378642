# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What drivers of 2017 to 2020 import, in an interpreter that has nothing but the runtime."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mms_local.images.builder import copy_runtime


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """The working directory of a service, with two versions of a model and one of another."""
    copy_runtime(tmp_path)
    app = tmp_path / "app"
    for path, content in {"greeting/2/a.txt": "two", "greeting/10/a.txt": "ten", "net/1/x": "", "net/1/y": ""}.items():
        file = app / "azureml-models" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return app


def run(app: Path, program: str, **environment: str) -> str:
    """What a program prints, or the last line of its traceback."""
    known = {"PYTHONPATH": str(app.parent / "runtime"), "AML_APP_ROOT": str(app), **environment}
    done = subprocess.run(
        [sys.executable, "-S", "-c", program], env=known, cwd=app, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("'greeting'", "greeting/10/a.txt"),
        ("model_name='greeting', version=2", "greeting/2/a.txt"),
        ("'greeting:2'", "greeting/2/a.txt"),
        ("'net'", "net/1"),
    ],
)
def test_a_model_is_found_by_name_and_version(app: Path, asked: str, told: str) -> None:
    program = f"from azureml.core.model import Model; print(Model.get_model_path({asked}))"
    assert run(app, program) == str(app / "azureml-models" / told)


@pytest.mark.parametrize("asked", ["'other'", "'greeting', 3"])
def test_a_model_that_is_not_there_is_told_with_those_that_are(app: Path, asked: str) -> None:
    told = run(app, f"from azureml.core import Model; Model.get_model_path({asked})")
    assert told.startswith("azureml.core.model.ModelNotFoundException: Model ")
    assert told.endswith("It holds: greeting:10, greeting:2, net:1.")


@pytest.mark.parametrize(
    "imports",
    [
        "from azureml.api.schema.dataTypes import DataTypes",
        "from azureml.api.schema.sampleDefinition import SampleDefinition",
        "from azureml.api.schema.schemaUtil import *; json.dumps; load_service_schema; parse_service_input",
        "from azureml.api.realtime.services import generate_schema",
        "from azureml.api.realtime.swagger_spec_generator import generate_service_swagger",
        "import azureml.api.schema.utilities as util",
        "import azure.ml.api.schema.schemautil as util; import azureml.api.schema.schemaUtil as same; util.json",
        "from azure.ml.api.schema.dataTypes import DataTypes; import azure.ml.api.realtime.services",
        "from azureml.datacollector import ModelDataCollector",
        "from azureml.monitoring import ModelDataCollector",
        "from azureml.logging import get_azureml_logger; get_azureml_logger().log('a', 1)",
        *(
            f"from azureml.api.exceptions.{module} import {name}; assert {name}('m').to_dict()['errorCode'] == {status}"
            for module, name, status in (
                ("BadRequest", "BadRequestException", 400),
                ("Unauthorized", "UnauthorizedException", 401),
                ("NotFound", "NotFoundException", 404),
                ("UnsupportedMediaType", "UnsupportedMediaTypeException", 415),
                ("TooManyRequests", "TooManyRequestsException", 429),
                ("InternalServerError", "InternalServerException", 500),
                ("ServiceUnavailable", "ServiceUnavailableException", 503),
            )
        ),
    ],
)
def test_what_drivers_import_is_there(app: Path, imports: str) -> None:
    assert run(app, f"{imports}; print('imported')").endswith("imported")


def test_another_package_of_the_family_lives_beside_it(app: Path) -> None:
    other = app / "azureml"
    (other / "core").mkdir(parents=True)
    (other / "__init__.py").write_text("__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n")
    (other / "core" / "__init__.py").write_text("VERSION = 'real'\n")
    program = "import azureml.core, azureml.datacollector; print(azureml.core.VERSION)"
    path = os.pathsep.join((str(app), str(app.parent / "runtime")))
    assert run(app, program, PYTHONPATH=path) == "real"


def test_what_scikit_learn_had_of_others_is_found_where_it_is_today(app: Path) -> None:
    for name, text in {
        "sklearn/__init__.py": "",
        "sklearn/externals/__init__.py": "",
        "joblib.py": "load = 1\n",
    }.items():
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_text(text)
    program = "from mms_runtime.moved import find_moved; find_moved()\n"
    program += "from sklearn.externals import joblib; print(joblib.load)"
    assert run(app, program) == "1"
    assert run(app, program.replace("externals import joblib", "externals import other")).startswith("ImportError")
    (app / "sklearn/externals/joblib.py").write_text("load = 'its own'\n")
    assert run(app, program) == "its own"


def test_data_is_collected_only_where_that_is_switched_on(app: Path, tmp_path: Path) -> None:
    program = (
        "from azureml.datacollector import ModelDataCollector as C\n"
        "C('iris', identifier='inputs', feature_names=['a', 'b']).collect([[1, 2], [3, 4]], 'id')"
    )
    place = {"TMPDIR": str(tmp_path), "SERVICE_NAME": "../iris"}
    assert run(app, program, **place) == ""
    assert not list(tmp_path.rglob("data.csv"))
    assert run(app, program, **place, AML_MODEL_DC_STORAGE_ENABLED="true") == ""
    (file,) = tmp_path.rglob("data.csv")
    assert file.is_relative_to(tmp_path / "azureml-data-collection")
    assert file.read_text().split() == ["a,b,$CorrelationId", "1,2,id", "3,4,id"]

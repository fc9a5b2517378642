# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from azureml.contrib.services.aml_request import AMLRequest, rawhttp
from azureml.contrib.services.aml_response import AMLResponse


def init():
    pass


@rawhttp
def run(request):
    assert AMLRequest
    if request.method != "POST":
        return AMLResponse("only POST", 405)
    return AMLResponse(request.get_data()[::-1].upper(), 201, {"Content-Type": "text/plain"})

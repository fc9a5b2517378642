# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from azureml.api.exceptions.BadRequest import BadRequestException


def init():
    global factor
    factor = 2


def run(number):
    if number < 0:
        raise BadRequestException("numbers begin at 0")
    return {"double": number * factor}

# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""What runs inside every image: the scoring app of azureml-inference-server-http behind our keys, under gunicorn.

The files of this package are copied into each image as the package `mms_runtime`. They import nothing but the standard
library, the packages of the image and each other.
"""

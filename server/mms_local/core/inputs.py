# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each request body may hold, per generation (protocol 2.1.2 to 2.1.5 and 2.2.2).

Where published clients break the documents, the clients win (protocol 7.1.8): asset ids may be file paths, model names
may hold dots and underscores, descriptions may be null.
"""

from __future__ import annotations

from mms_local.core.fields import Field, Flag, ListOf, MapOf, Number, Record, Text
from mms_local.core.generation import Generation

_ID = Text(shortest=1, longest=64)
_ARM_ID = Text(shortest=1, longest=1024)
_URL = Text(
    shortest=1,
    longest=8192,
    pattern=r"(?i:https?|wasbs?)://[^\s/?#]+\S*",
    rule="must be an absolute URL that begins with http://, https:// or wasb://",
)
_MIME_TYPE = Text(shortest=1, longest=256)
_KUBE_CONFIG = Text(shortest=1, longest=1_048_576)
_QUANTITY = Text(
    longest=32,
    pattern=r"\d+(\.\d+)?([eE][+-]?\d{1,2}|[mkMGTPE]|[KMGTPE]i)?",
    rule="must be a Kubernetes quantity, such as 0.5, 100m, 512Mi or 1G",
)
# NAME:VERSION is how clients refer to a version, so a name with a colon could never be referred to.
_FILE_NAME_RULE = "must not hold colons, slashes, backslashes or control characters, and must not be '.' or '..'"
_FILE_NAME = r"(?!\.{1,2}$)[^:/\\\x00-\x1f\x7f]+"
_SERVICE_NAME = Text(
    shortest=3,
    longest=32,
    pattern=r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?",
    rule="must be lower-case letters, digits, '-' or '.', and begin and end with a letter or digit",
)
_ASSET_ID = Text(
    shortest=1,
    longest=1024,
    pattern=r"(?!(.*[/\\])?\.\.?([/\\]|$))[^\x00-\x1f\x7f]+",
    rule="must not hold control characters nor the path segments '.' and '..'",
)
_MOST = 2**31 - 1


def _model(longest_name: int, longest_description: int, tag: Text) -> Record:
    return Record(
        (
            Field("name", Text(1, longest_name, _FILE_NAME, _FILE_NAME_RULE), required=True),
            Field("url", _URL, required=True),
            Field("mimeType", _MIME_TYPE, required=True, aliases=("mimetypes",)),
            Field("description", Text(longest=longest_description)),
            Field("tags", ListOf(tag)),
            Field("unpack", Flag()),
        )
    )


def _manifest(asset_required: bool, runtimes: tuple[str, ...], own: tuple[Field, ...]) -> Record:
    asset = Record(
        (
            Field("id", _ASSET_ID, required=True),
            Field("url", _URL, required=True),
            Field("mimeType", _MIME_TYPE, required=asset_required, aliases=("mimetypes",)),
            Field("unpack", Flag()),
        )
    )
    runtime = Record(
        (
            Field("runtimeType", Text(choices=runtimes), required=True),
            Field("properties", MapOf(Text(longest=8192))),
        )
    )
    return Record(
        (
            Field("assets", ListOf(asset), required=True),
            Field("targetRuntime", runtime, required=True),
            Field("description", Text(longest=512)),
            *own,
        )
    )


_DATA_COLLECTION = Record(
    tuple(Field(name, Flag()) for name in ("appInsightsEnabled", "storageEnabled", "eventHubEnabled"))
)

_SCALING = Record(
    (
        Field("autoscaleEnabled", Flag()),
        Field("minReplicas", Number(0, _MOST)),
        Field("maxReplicas", Number(1, _MOST)),
        Field("targetUtilization", Number(0, 100)),
        Field("refreshPeriodInSeconds", Number(1, _MOST)),
    )
)

_ACCOUNT_SETTINGS = (
    Field("numReplicas", Number(0, _MOST)),
    Field("autoScaler", _SCALING),
    Field("containerResourceReservation", Record((Field("cpu", _QUANTITY), Field("memory", _QUANTITY)))),
    Field("maxConcurrentRequestsPerContainer", Number(1, _MOST)),
    Field("appInsightsEnabled", Flag()),
    Field("dataCollection", _DATA_COLLECTION),
)

MODEL = {
    Generation.HOSTING: _model(32, 200, Text(1, 30)),
    Generation.ACCOUNT: _model(255, 4096, Text(1, 256)),
}

MANIFEST = {
    Generation.HOSTING: _manifest(
        True,
        ("SparkPython", "parkPython", "CNTKPython", "ScikitPython", "TLC", "Tlc37", "Python"),
        (
            Field("name", Text(longest=255, pattern="[^:]*", rule="must not hold colons")),
            Field("driverProgram", _ASSET_ID),
            Field("modelType", Text(choices=("Registered",)), required=True),
            Field("modelIds", ListOf(_ID), required=True),
        ),
    ),
    Generation.ACCOUNT: _manifest(
        False,
        ("SparkPython", "Python"),
        (
            Field("name", Text(1, 255, _FILE_NAME, _FILE_NAME_RULE), required=True),
            Field("driverProgram", _ASSET_ID, required=True),
            Field("modelType", Text(choices=("Registered",))),
            Field("modelIds", ListOf(_ID)),
            Field("webserviceType", Text(choices=("Realtime",))),
        ),
    ),
}

_IMAGE_COMMON = (
    Field("manifestId", _ID, required=True),
    Field("imageType", Text(choices=("Docker",)), required=True),
    Field("description", Text(longest=4096)),
)

IMAGE = {
    Generation.HOSTING: Record(
        (
            *_IMAGE_COMMON,
            Field(
                "registryInfo",
                Record(
                    (
                        Field("user", Text(1, 256), required=True),
                        Field("location", Text(1, 255), required=True),
                        Field("password", Text(1, 4096), required=True),
                    )
                ),
                required=True,
            ),
        )
    ),
    Generation.ACCOUNT: Record(
        (
            *_IMAGE_COMMON,
            Field(
                "name",
                Text(
                    1,
                    128,
                    r"[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?",
                    "must be letters, digits, '.', '_' or '-', and begin and end with a letter or digit",
                ),
                required=True,
            ),
            Field("computeResourceId", _ARM_ID, required=True),
        )
    ),
}

SERVICE_CREATE = {
    Generation.HOSTING: Record(
        (
            Field("name", _SERVICE_NAME, required=True),
            Field("imageId", _ID, required=True),
            Field("kubeConfig", _KUBE_CONFIG, required=True),
            Field("acrImagePullSecret", Text(1, 253), required=True),
            Field("dataCollection", _DATA_COLLECTION),
        )
    ),
    Generation.ACCOUNT: Record(
        (
            Field("name", _SERVICE_NAME, required=True),
            Field("imageId", _ID, required=True),
            Field(
                "computeResource",
                Record((Field("id", _ARM_ID, required=True), Field("type", Text(choices=("Cluster",)), required=True))),
                required=True,
            ),
            *_ACCOUNT_SETTINGS,
        )
    ),
}

SERVICE_UPDATE = {
    Generation.HOSTING: Record(
        (
            Field("imageId", _ID),
            Field("manifestId", _ID),
            Field("acrImagePullSecret", Text(1, 253)),
            Field("dataCollection", _DATA_COLLECTION),
        )
    ),
    Generation.ACCOUNT: Record((Field("imageId", _ID), *_ACCOUNT_SETTINGS)),
}

REGENERATE_KEYS = Record((Field("keyType", Text(choices=("Primary", "Secondary"))),))

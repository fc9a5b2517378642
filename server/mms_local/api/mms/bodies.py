# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""What request bodies may hold, as far as generations share it (protocol 2.1.2 to 2.1.5 and 2.2.2).

Where published clients break the documents, the clients win (protocol 7.1.8): asset ids may be file paths, model names
may hold dots and underscores, descriptions may be null.
"""

from __future__ import annotations

from mms_local.core.fields import Field, Flag, ListOf, MapOf, Number, Record, Text

ID = Text(shortest=1, longest=64)
ARM_ID = Text(shortest=1, longest=1024)
URL = Text(
    shortest=1,
    longest=8192,
    pattern=r"(?i:https?|wasbs?)://[^\s/?#]+\S*",
    rule="must be an absolute URL that begins with http://, https:// or wasb://",
)
MIME_TYPE = Text(shortest=1, longest=256)
KUBE_CONFIG = Text(shortest=1, longest=1_048_576)
QUANTITY = Text(
    longest=32,
    pattern=r"\d+(\.\d+)?([eE][+-]?\d{1,2}|[mkMGTPE]|[KMGTPE]i)?",
    rule="must be a Kubernetes quantity, such as 0.5, 100m, 512Mi or 1G",
)
# NAME:VERSION is how clients refer to a version, so a name with a colon could never be referred to.
FILE_NAME_RULE = "must not hold colons, slashes, backslashes or control characters, and must not be '.' or '..'"
FILE_NAME = r"(?!\.{1,2}$)[^:/\\\x00-\x1f\x7f]+"
SERVICE_NAME = Text(
    shortest=3,
    longest=32,
    pattern=r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?",
    rule="must be lower-case letters, digits, '-' or '.', and begin and end with a letter or digit",
)
ASSET_ID = Text(
    shortest=1,
    longest=1024,
    pattern=r"(?!(.*[/\\])?\.\.?([/\\]|$))[^\x00-\x1f\x7f]+",
    rule="must not hold control characters nor the path segments '.' and '..'",
)
MOST = 2**31 - 1


def model(longest_name: int, longest_description: int, tag: Text) -> Record:
    return Record(
        (
            Field("name", Text(1, longest_name, FILE_NAME, FILE_NAME_RULE), required=True),
            Field("url", URL, required=True),
            Field("mimeType", MIME_TYPE, required=True, aliases=("mimetypes",)),
            Field("description", Text(longest=longest_description)),
            Field("tags", ListOf(tag)),
            Field("unpack", Flag()),
        )
    )


def manifest(asset_required: bool, runtimes: tuple[str, ...], own: tuple[Field, ...]) -> Record:
    asset = Record(
        (
            Field("id", ASSET_ID, required=True),
            Field("url", URL, required=True),
            Field("mimeType", MIME_TYPE, required=asset_required, aliases=("mimetypes",)),
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


DATA_COLLECTION = Record(
    tuple(Field(name, Flag()) for name in ("appInsightsEnabled", "storageEnabled", "eventHubEnabled"))
)

SCALING = Record(
    (
        Field("autoscaleEnabled", Flag()),
        Field("minReplicas", Number(0, MOST)),
        Field("maxReplicas", Number(1, MOST)),
        Field("targetUtilization", Number(0, 100)),
        Field("refreshPeriodInSeconds", Number(1, MOST)),
    )
)

IMAGE_COMMON = (
    Field("manifestId", ID, required=True),
    Field("imageType", Text(choices=("Docker",)), required=True),
    Field("description", Text(longest=4096)),
)

REGENERATE_KEYS = Record((Field("keyType", Text(choices=("Primary", "Secondary"))),))

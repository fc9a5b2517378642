# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The kinds of resource, as data: versions, what a body may hold, what an answer shows (protocol 4.1 and 4.3)."""

from __future__ import annotations

from dataclasses import dataclass

from mms_local.core.accounts import ArmKind
from mms_local.core.fields import Anything, Field, Flag, ListOf, MapOf, Number, Record, Share, Text

_DESCRIPTION = Field("description", Text())
_LOCATION = Field("location", Text(1, 64, r"[A-Za-z0-9 ]+", "must be the name of a region, such as eastus2"))
_TAGS = Field("tags", MapOf(Text(longest=256), longest=15))


def _tracked(*fields: Field) -> Record:
    return Record((Field(_LOCATION.name, _LOCATION.shape, required=True), _TAGS, *fields))


@dataclass(frozen=True)
class Kind:
    """One resource type.

    Attributes:
        versions: the api-versions that it takes.
        body: the body of a PUT.
        actions: what can be POSTed behind the name; for the list of provider operations.
        deletes_later: whether DELETE answers 202 and a place to look, instead of 200.
        name_pattern: what a new resource's name must match, as a whole.
    """

    arm: ArmKind
    versions: tuple[str, ...]
    body: Record
    actions: tuple[str, ...] = ()
    deletes_later: bool = False
    name_pattern: str = r".+"

    @property
    def namespace(self) -> str:
        """The resource provider."""
        return self.arm.value.partition("/")[0]

    @property
    def type(self) -> str:
        """The type below the provider."""
        return self.arm.value.partition("/")[2]


_HOSTING_SKU = Record(
    (
        Field("name", Text(choices=("F0", *(f"P{size}" for size in range(3)), *(f"S{size}" for size in range(7))))),
        Field("tier", Text(choices=("Free", "Basic", "Standard", "Premium"))),
    )
)
_ACCOUNT_SKU = Record(
    (
        Field("name", Text(choices=("S1", "S2", "S3", "DevTest")), required=True),
        Field("tier", Text(choices=("Free", "Basic", "Standard", "Premium"))),  # in one published template
        Field("capacity", Number(1, 16)),
    )
)
_ACCOUNT_PROPERTIES = Field("properties", Record((_DESCRIPTION,)))

_REFERENCE = Field("resourceId", Text())
_AUTO_SCALE = Record(
    (
        Field("status", Text(choices=("Enabled", "Disabled"))),
        Field("minReplicas", Number(1, 1000)),
        Field("maxReplicas", Number(1, 1000)),
        Field("targetUtilization", Share()),
        Field("refreshPeriodInSeconds", Number(1, 3600)),
    )
)
_STORAGE = Field("storageAccount", Record((_REFERENCE, Field("primaryKey", Text(1)), Field("secondaryKey", Text(1)))))
_REGISTRY = Field(
    "containerRegistry",
    Record((_REFERENCE, Field("loginServer", Text(1)), Field("username", Text(1)), Field("password", Text(1)))),
)
_KUBECONFIG = Text(1, 1 << 20)
_PULL_SECRET = Field("imagePullSecretName", Text(1, 253))
_CLUSTER_PROPERTIES = Record(
    (
        _DESCRIPTION,
        Field("clusterType", Text(choices=("ACS", "Local")), required=True),
        _STORAGE,
        _REGISTRY,
        Field(
            "containerService",
            Record(
                (
                    Field("orchestratorType", Text(choices=("Kubernetes", "None"))),
                    Field("clusterFqdn", Text()),
                    Field("masterCount", Number(1, 5)),
                    Field("agentCount", Number(1, 100)),
                    Field("agentVmSize", Text()),
                    Field(
                        "systemServices",
                        ListOf(
                            Record(
                                (
                                    Field(
                                        "systemServiceType", Text(choices=("None", "ScoringFrontEnd", "BatchFrontEnd"))
                                    ),
                                )
                            )
                        ),
                    ),
                    Field("acsKubeConfig", _KUBECONFIG),
                    _PULL_SECRET,
                )
            ),
        ),
        Field("appInsights", Record((_REFERENCE,))),
        Field("globalServiceConfiguration", Record((Field("autoScale", _AUTO_SCALE),))),
    )
)

KUBECONFIG_ONLY = Record((Field("kubeConfig", _KUBECONFIG, required=True),))
CLUSTER_SECRETS = Record((Field("kubeConfig", _KUBECONFIG), _PULL_SECRET, _REGISTRY, _STORAGE))
"""Bodies of the control API; see :mod:`mms_local.api.arm.control`."""

_LINKS = ("storageAccount", "keyVault", "applicationInsights", "containerRegistry")
_WORKSPACE_PROPERTIES = Record(
    (
        _DESCRIPTION,
        *(Field(name, Text(1, 1024)) for name in _LINKS),
        *(Field(name, Text()) for name in ("friendlyName", "imageBuildCompute", "publicNetworkAccess")),
        *(Field(name, Flag()) for name in ("hbiWorkspace", "v1LegacyMode")),
        Field("encryption", Anything()),
    )
)
WORKSPACE = Kind(
    ArmKind.WORKSPACE,
    (
        "2022-05-01",
        "2018-03-01-preview",
        "2018-11-19",
        "2019-05-01",
        "2019-06-01",
        "2019-11-01",
        "2020-01-01",
        "2020-02-02",
        "2020-08-01",
        "2021-04-01",
        "2022-10-01",
        "2023-04-01",
    ),
    _tracked(
        Field("sku", Record((Field("name", Text()), Field("tier", Text())))),
        Field("identity", Record((Field("type", Text()),))),
        Field("properties", _WORKSPACE_PROPERTIES),
    ),
    ("listKeys",),
    name_pattern=r"[a-zA-Z0-9][\w-]{2,32}",
)
COMPUTE = Record(
    (
        Field("location", _LOCATION.shape),
        _TAGS,
        Field(
            "properties",
            Record(
                (
                    Field("computeType", Text(1, 64), required=True),
                    Field("resourceId", Text(1, 1024)),
                    _DESCRIPTION,
                    Field("properties", Anything()),
                )
            ),
            required=True,
        ),
    )
)
"""The body of a PUT of a compute of a workspace."""

KINDS = (
    Kind(
        ArmKind.HOSTING_ACCOUNT,
        ("2017-06-01-privatepreview",),
        _tracked(Field("sku", _HOSTING_SKU), _ACCOUNT_PROPERTIES),
        ("listTokens",),
    ),
    Kind(
        ArmKind.ACCOUNT,
        ("2017-09-01-preview", "2018-04-01-preview"),
        _tracked(Field("sku", _ACCOUNT_SKU), _ACCOUNT_PROPERTIES),
    ),
    Kind(
        ArmKind.CLUSTER,
        ("2017-08-01-preview", "2017-06-01-preview"),
        _tracked(Field("properties", _CLUSTER_PROPERTIES, required=True)),
        ("listKeys", "checkSystemServicesUpdatesAvailable", "updateSystemServices"),
        deletes_later=True,
        name_pattern=r"(?=.{1,90}$)[a-zA-Z][-\w.()]+[a-zA-Z0-9]",  # as the published client checks it
    ),
    WORKSPACE,
)

KIND_BY_NAME = {kind.arm.value.lower(): kind for kind in KINDS}
NAMESPACES = {kind.namespace.lower(): kind.namespace for kind in KINDS}

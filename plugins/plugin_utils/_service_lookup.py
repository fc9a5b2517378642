# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lookups about web services have in common: they find services by the options that the modules have."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ..module_utils._errors import InputError, MmsError, NotFoundError
from ..module_utils._masking import Gate, secrets_in
from ..module_utils._options.auth import AUTH_OPTIONS
from ..module_utils._options.connection import CONNECTION_OPTIONS
from ..module_utils._options.given import given
from ..module_utils._resources.service import Service
from ..module_utils._session import Session
from ..module_utils._tasks._find import service_referred
from ..module_utils._time.clock import SystemClock
from ._values import plain

_OPTIONS = {**CONNECTION_OPTIONS, **AUTH_OPTIONS}

display = Display()


class ServiceLookup(LookupBase):
    """Returns something of each service that is named. A lookup says what."""

    @abstractmethod
    def of(self, session: Session, service: Service) -> Any:
        """Return what is wanted of a service.

        Raises:
            MmsError: it cannot be had.
        """

    def run(self, terms: list[Any], variables: Mapping[str, Any] | None = None, **kwargs: Any) -> list[Any]:
        """Return it for every service, in the order in which they are named.

        Raises:
            AnsibleLookupError: an option cannot work, or there is no such service; says which. Holds no secret.
        """
        gate = Gate(tell=display.vvv, warn=display.warning)
        options = given(plain(kwargs), _OPTIONS)
        gate.hide(*secrets_in(_OPTIONS, options))
        try:
            session = Session(_validated(options), SystemClock(), gate)
            session.check()
            return [self.of(session, _found(session, plain(term))) for term in terms]
        except MmsError as error:
            raise AnsibleLookupError(gate.masked(error.message)) from None


def _validated(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options in their types, completed from the environment.

    Raises:
        InputError: they are not in order; says why.
    """
    validated = ArgumentSpecValidator(_OPTIONS).validate(options)
    if validated.error_messages:
        raise InputError("; ".join(validated.error_messages))
    parameters: dict[str, Any] = validated.validated_parameters
    return parameters


def _found(session: Session, reference: Any) -> Service:
    """Return the service with this name or id.

    Raises:
        InputError: that is no name.
        NotFoundError: there is none.
    """
    if not isinstance(reference, str) or not reference:
        raise InputError(f"A service is named by its name or its id, not by {reference!r}.")
    service = service_referred(session.client.services, reference)
    if service is None:
        raise NotFoundError(f"Service {reference!r} does not exist.")
    return service

# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection's own rule of what is repeated, in the place of that of azure-storage-blob.

That one gives up at the first 429, and knows nothing of the time that a task has.
"""

from __future__ import annotations

from typing import Any

from .._time.repeats import Patience, Repeats, asked_pause, fault_of_status


def repeating(repeats: Repeats, patience: Patience) -> Any:
    """Return a retry policy for the clients of azure-storage-blob.

    All that this collection sends there has the same effect twice: a blob is named by its content.
    """
    from azure.core.exceptions import AzureError
    from azure.storage.blob import ExponentialRetry

    from .._auth.network import fault_of

    class Repeating(ExponentialRetry):
        """Sends a request until it succeeds, fails for good, or patience is over."""

        def send(self, request: Any) -> Any:
            """Return the answer."""
            self.configure_retries(request)  # takes the library's own settings out of the request
            attempts = repeats.begin(patience)
            what = f"{request.http_request.method} of a blob"
            while True:
                try:
                    response = self.next.send(request)
                    status, headers = response.http_response.status_code, response.http_response.headers
                    asked = asked_pause(headers.get("Retry-After", ""), repeats.clock.time())
                    fault = fault_of_status(status, asked)
                    if fault is None or not attempts.again(what, fault, f"status {status}", asked):
                        return response
                except AzureError as error:
                    fault, asked = fault_of(error, repeats.clock.time())
                    if fault is None or not attempts.again(what, fault, str(error), asked):
                        raise

    return Repeating()

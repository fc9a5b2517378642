# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  storage_connection_string:
    description:
      - Connection string of the storage account that local files and folders are uploaded to.
      - It names the account and opens it, so the other options about the account are left out.
      - Unset, it is E(AZURE_STORAGE_CONNECTION_STRING), unless another storage option names or opens an account.
    type: str
  storage_account_url:
    description:
      - URL of the account's blob service, for example V(https://example.blob.core.windows.net).
      - The account is opened by O(storage_account_key) or O(storage_sas_token). With neither, a token is fetched with
        the credential of the task, whose identity needs the role C(Storage Blob Data Contributor). O(access_token) is
        no such credential.
      - Unset, it is E(AZUREML_MMS_STORAGE_ACCOUNT_URL).
    type: str
  storage_account_key:
    description:
      - Key of the account in O(storage_account_url).
      - Unset, it is E(AZURE_STORAGE_KEY).
    type: str
  storage_sas_token:
    description:
      - Shared access signature for the account in O(storage_account_url), or for one container of it. It must allow
        to read and write, and to create the container if that is missing.
      - No other signature can be made from it, so the URL that is registered carries this one. Prefer a key or an
        identity.
      - Unset, it is E(AZURE_STORAGE_SAS_TOKEN).
    type: str
  storage_sas_lifetime:
    description:
      - Number of seconds for which the registered URL can be read. It must outlive the building of images from it.
      - Unset, it is 30 days with an account key, and with a token 7 days, which is the most that is possible then.
    type: int
  storage_container:
    description:
      - Container for uploads. It is created when missing.
      - Unset, it is E(AZUREML_MMS_STORAGE_CONTAINER), or else V(mms-assets).
    type: str
requirements:
  - azure-storage-blob (to upload local files)
"""

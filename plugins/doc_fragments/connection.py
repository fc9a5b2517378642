# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  api_url:
    description:
      - URL of the Model Management Service, without the path of the account, such as
        V(https://eastus2.modelmanagement.azureml.net), or V(http://127.0.0.1:8780) for the local MMS.
      - Unset, Azure Resource Manager is asked where the account is, which takes one more request.
      - Unset, it is E(AZUREML_MMS_API_URL).
    type: str
  arm_url:
    description:
      - URL of Azure Resource Manager. The local MMS has one of its own.
      - Unset, it is E(AZUREML_MMS_ARM_URL), or else that of O(cloud_environment).
    type: str
  api_version:
    description:
      - Generation of the API.
      - V(2017-06-01-privatepreview) is that of hosting accounts, V(2017-09-01-preview) that of model management
        accounts, V(v1.0) that of Azure Machine Learning workspaces.
      - An option that the chosen generation does not have is refused before anything is sent.
      - Unset, it is E(AZUREML_MMS_API_VERSION), or else the default.
    type: str
    choices: [2017-06-01-privatepreview, 2017-09-01-preview, v1.0]
    default: 2017-09-01-preview
  subscription_id:
    description:
      - Id of the subscription.
      - Unset, it is E(AZURE_SUBSCRIPTION_ID), or else that of the profile in use of C(~/.azure/credentials).
    type: str
  resource_group:
    description:
      - Name of the resource group of the account.
      - Unset, it is E(AZURE_RESOURCE_GROUP).
    type: str
  account_name:
    description:
      - Name of the hosting account or model management account.
      - Unset, it is E(AZUREML_MMS_ACCOUNT).
    type: str
  workspace_name:
    description:
      - Name of the workspace, in generation V(v1.0). Without it, O(account_name) is taken.
      - Without O(api_url), the discovery document of the workspace says where its model management is.
      - Unset, it is E(AZUREML_MMS_WORKSPACE).
    type: str
  validate_certs:
    description:
      - Whether the certificate of the service must be valid. Rather set O(ca_path) than turn this off.
    type: bool
    default: true
  ca_path:
    description:
      - File or folder with the certificate authorities to trust, instead of those of the system.
    type: path
  proxy:
    description:
      - URL of an HTTP proxy.
      - Unset, the environment decides, namely E(HTTPS_PROXY), E(HTTP_PROXY) and E(NO_PROXY). A service on the
        loopback address is never reached through a proxy of the environment.
    type: str
  timeout:
    description:
      - Number of seconds to wait for a connection, and again for each piece of an answer.
    type: int
    default: 30
  retries:
    description:
      - How often a request is sent again that failed for a passing reason, with growing pauses or after the time that
        the service asks for, within two minutes.
      - A request that creates something is never sent again blindly; the module looks first whether it took effect.
    type: int
    default: 3
  allow_insecure_http:
    description:
      - Whether a token or the key of a service may be sent over plain HTTP to another machine. Others on the way can
        read it there, so such a request is refused unless this is set. The loopback address needs no permission.
      - Unset, it is E(AZUREML_MMS_ALLOW_INSECURE_HTTP).
    type: bool
    default: false
  storage_connection_string:
    description:
      - Connection string of the storage account that local files and folders are uploaded to. Modules that upload
        nothing ignore the options of storage, so that the defaults of the action group can hold them.
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
  - requests
  - azure-storage-blob (to upload local files)
notes:
  - An empty text counts as not given, for every option.
  - On the controller, relative paths are found as M(ansible.builtin.copy) finds its O(ansible.builtin.copy#module:src),
    and files that C(ansible-vault) has encrypted are decrypted for the task. On other machines paths are as they are.
  - On the controller the module runs in the controller's own process, without starting a Python for it, when that is
    the same. Set the variable C(mms_in_process) to V(false) to switch this off.
"""

# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  access_token:
    description:
      - A bearer token that you already have. No library is needed for it, and it wins over every other credential.
      - It cannot be renewed, so it must outlive the task, waits included.
      - In the environment it is E(AZUREML_MMS_ACCESS_TOKEN), which belongs to the source V(env) of O(auth_source).
    type: str
  auth_source:
    description:
      - Where the credential comes from.
      - With V(auto) the sources are tried in the order of azure.azcollection, namely the options of the task, V(env),
        V(credential_file), V(cli). The first one that holds a credential is used. Options that are given but
        incomplete are an error.
      - Every other value uses that source alone, or fails. The credential options of the task are then not looked at.
      - V(env) reads E(AZUREML_MMS_ACCESS_TOKEN), then the profile named by E(AZURE_PROFILE), then the variables named
        with each option.
      - V(credential_file) reads O(profile) from C(~/.azure/credentials).
      - V(cli) uses the sign-in of the Azure CLI, C(az login).
      - V(msi) uses the managed identity of the Azure resource that runs the task; O(client_id) names a user-assigned
        one.
      - Unset, it is E(ANSIBLE_AZURE_AUTH_SOURCE), or else V(auto).
      - An empty string counts as unset, in every option here and in every environment variable.
    type: str
    choices: [auto, cli, credential_file, env, msi]
  profile:
    description:
      - Section of C(~/.azure/credentials) to use. Its keys are named like the options here.
      - In the environment it is E(AZURE_PROFILE).
    type: str
  client_id:
    description:
      - Client id of a service principal, or of a user-assigned managed identity.
      - In the environment it is E(AZURE_CLIENT_ID).
    type: str
  secret:
    description:
      - Client secret of the service principal O(client_id) in O(tenant).
      - In the environment it is E(AZURE_SECRET) or E(AZURE_CLIENT_SECRET).
    type: str
  tenant:
    description:
      - Id or domain name of the directory.
      - In the environment it is E(AZURE_TENANT) or E(AZURE_TENANT_ID).
    type: str
  ad_user:
    description:
      - Name of a user who signs in with O(password). Works only where no second factor is asked for.
      - O(tenant) and O(client_id) may be left out.
      - In the environment it is E(AZURE_AD_USER) or E(AZURE_USERNAME).
    type: str
  password:
    description:
      - Password of O(ad_user).
      - In the environment it is E(AZURE_PASSWORD).
    type: str
  x509_certificate_path:
    description:
      - PEM file with the private key and the certificate of the service principal O(client_id) in O(tenant).
      - In the environment it is E(AZURE_X509_CERTIFICATE_PATH) or E(AZURE_CLIENT_CERTIFICATE_PATH).
    type: path
  thumbprint:
    description:
      - SHA-1 thumbprint of the certificate in O(x509_certificate_path). When set, the file is checked to hold that
        certificate.
      - In the environment it is E(AZURE_THUMBPRINT).
    type: str
  oidc_token:
    description:
      - Token of another issuer that the service principal O(client_id) in O(tenant) trusts (workload identity
        federation).
      - In the environment it is E(AZURE_OIDC_TOKEN).
    type: str
  oidc_token_file:
    description:
      - File that holds such a token. It is read anew whenever a token is fetched, because its owner replaces it now
        and then.
      - O(oidc_token) wins over it.
      - In the environment it is E(AZURE_FEDERATED_TOKEN_FILE).
    type: path
  cloud_environment:
    description:
      - The cloud whose authority gives the token. One of V(AzureCloud), V(AzureChinaCloud), V(AzureUSGovernment), or
        the https URL of the Resource Manager of a cloud of your own, which describes its authority and audience
        itself.
      - Unset, it is what the profile in use says, or E(AZURE_CLOUD_ENVIRONMENT), or V(AzureCloud).
    type: str
  authority_host:
    description:
      - URL of the token authority, without tenant. Only https. Overrules what O(cloud_environment) says.
      - Unset, it is what the profile in use says (as C(adfs_authority_url)), or E(AZURE_ADFS_AUTHORITY_URL) or
        E(AZURE_AUTHORITY_HOST).
      - O(ca_path), O(validate_certs), O(proxy) and O(timeout) apply to requests to it.
    type: str
    aliases: [adfs_authority_url]
  disable_instance_discovery:
    description:
      - Do not ask Microsoft whether it knows the authority. Then make sure that you trust it yourself.
      - Unset, it is E(AZURE_DISABLE_INSTANCE_DISCOVERY), or else V(true) exactly for an authority that is not one of
        Microsoft's, as asking for those can only fail.
    type: bool
  token_audience:
    description:
      - The resource that the token is asked for. It is used as it stands, a slash at the end included.
      - Unset, it is E(AZUREML_MMS_TOKEN_AUDIENCE), or else what belongs to the cloud, for the public one
        V(https://management.core.windows.net/). V(https://management.azure.com/) is the other one in use.
    type: str
  token_cache:
    description:
      - Folder in which tokens are kept for later tasks. Each has a file of its own, with mode 0600, named by a hash
        of authority, identity and scope, and is replaced five minutes before it expires.
      - Unset, it is E(AZUREML_MMS_TOKEN_CACHE), or else tokens are not kept.
      - Whoever can read the folder can act as you until the tokens in it expire. Leave it out on machines that you
        share.
    type: path
requirements:
  - azure-identity (not with O(access_token) or E(AZUREML_MMS_ACCESS_TOKEN))
"""

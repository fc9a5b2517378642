# shellcheck shell=bash
# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# To be sourced: puts pyenv's real interpreters before its shims. ansible-test, nox and uv look for python3.X on PATH and
# would call a shim, which refuses every version but the chosen one.
_default="$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
if _root="$(pyenv root 2>/dev/null)"; then
  for _bin in "$_root"/versions/*/bin "$_root"/versions/"$_default".*/bin; do
    if [ -x "$_bin/python" ]; then PATH="$_bin:$PATH"; fi
  done
fi
export PATH

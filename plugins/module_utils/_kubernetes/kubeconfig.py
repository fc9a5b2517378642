# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A kubeconfig that can travel: one context, nothing but data, one line of JSON (protocol 5.2).

What C(kubectl config view --raw --flatten --minify -o json) answers, without kubectl, and from any form that a
kubeconfig comes in: block YAML, flow YAML, JSON, a mapping, or a list of files that are merged as kubectl merges those
of E(KUBECONFIG).

Only a kubeconfig that users name as a file, or bring a folder for, may name files itself: a text or a mapping may come
from a service, which has no business with the files of this machine.

Everything here is pure but for reading files. Messages hold names and paths from a kubeconfig, never its other values.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Union

from .._errors import InputError, MissingLibraryError
from .._text import YamlRefused, decoded, parsed_json, parsed_yaml

Source = Union[str, Mapping[str, Any], Sequence[str]]
"""Text, a path (or several, separated as in E(KUBECONFIG)), a mapping, or a list of paths."""

DEFAULT_PATH = "~/.kube/config"

# (field that names a file, field that holds the same as data); for clusters and users.
_CLUSTER_FILES = (("certificate-authority", "certificate-authority-data"),)
_USER_FILES = (("client-certificate", "client-certificate-data"), ("client-key", "client-key-data"))

# What YAML must have read as text; an unquoted number is not what the user typed.
_TEXT_FIELDS = frozenset({"server", "token", "tokenFile", "username", "password", "cluster", "user", "namespace", "as"})

_TRAP = (
    "It looks like a kubeconfig whose line ends were deleted, which destroys block-style YAML. Start again from the"
    " file as it is: give its path, or its unchanged text"
)


class KubeconfigError(InputError):
    """A kubeconfig that cannot be read, or cannot be made to travel."""

    code = "InvalidKubeconfig"


@dataclass(frozen=True)
class Kubeconfig:
    """A parsed kubeconfig; the named lists are mappings here.

    Args:
        origin: Where it came from, in words for messages.
        may_name_files: Whether it may name files of this machine.
    """

    origin: str
    clusters: Mapping[str, Mapping[str, Any]] = field(repr=False)
    users: Mapping[str, Mapping[str, Any]] = field(repr=False)
    contexts: Mapping[str, Mapping[str, Any]] = field(repr=False)
    current_context: str = ""
    preferences: Mapping[str, Any] = field(default_factory=dict, repr=False)
    extensions: Sequence[Any] = field(default=(), repr=False)
    may_name_files: bool = True


@dataclass(frozen=True)
class Chosen:
    """One context of a kubeconfig, and what it refers to."""

    name: str
    context: Mapping[str, Any]
    cluster: Mapping[str, Any] = field(repr=False)
    user: Mapping[str, Any] = field(repr=False)


def default_source(environ: Mapping[str, str]) -> list[str]:
    """Return the files that kubectl would read: those of E(KUBECONFIG), or C(~/.kube/config)."""
    return split_paths(environ.get("KUBECONFIG", "")) or [DEFAULT_PATH]


def is_text(source: str) -> bool:
    """Whether a string is a kubeconfig, not a path: those have no line end, no colon and space, no brace up front."""
    return "\n" in source or ": " in source or source.lstrip("\ufeff \t").startswith("{") or not source.strip()


def paths_in(source: str) -> list[str]:
    """Return the paths in an option that is either paths or a text."""
    return [] if is_text(source) else split_paths(source)


def split_paths(joined: str) -> list[str]:
    """Return the paths of a list as E(KUBECONFIG) holds it."""
    return [path for path in joined.split(os.pathsep) if path]


def flat_kubeconfig(
    source: Source, *, context: str | None = None, namespace: str | None = None, base_dir: str | None = None
) -> str:
    """Return the one context of a kubeconfig as one line of JSON that needs no file beside it.

    Args:
        source: See L(Source).
        context: The context to keep; the current one when None.
        namespace: Put in place of the namespace of the context.
        base_dir: Folder that relative paths in a text or mapping start from, which without it may not name files. Files
            bring their own.

    Raises:
        KubeconfigError: What is wrong, where, and what to do instead.
        MissingLibraryError: The text is YAML and PyYAML is not installed.
    """
    return flatten(read(source, base_dir=base_dir), context, namespace)


def read(source: Source, *, base_dir: str | None = None) -> Kubeconfig:
    """Parse a kubeconfig in any of its forms, without choosing a context or reading the files that it names."""
    folder = Path(base_dir).expanduser() if base_dir else None
    if isinstance(source, Mapping):
        return _from_mapping(source, "the kubeconfig mapping", folder)
    if not isinstance(source, str):
        return _merged(source)
    if is_text(source):
        return parse(source, base_dir=folder)
    return _merged(split_paths(source))


def parse(text: str, origin: str = "the kubeconfig text", *, base_dir: Path | None = None) -> Kubeconfig:
    """Parse a text, which is never taken for a path.

    Args:
        origin: Where it came from, in words for messages.
        base_dir: Folder that relative paths in it start from. Without one it may not name files.
    """
    return _from_mapping(_parsed(text, origin), origin, base_dir)


def chosen(config: Kubeconfig, context: str | None = None) -> Chosen:
    """Return one context of a kubeconfig with what it refers to; the current context when None."""
    name = context or config.current_context
    if not name:
        known = _names(config.contexts)
        raise KubeconfigError(f"{config.origin} has no current-context. Name one of its contexts: {known}.")
    if name not in config.contexts:
        raise KubeconfigError(f"{config.origin} has no context {name!r}. It has: {_names(config.contexts)}.")
    cluster = _referenced(config, name, "cluster", config.clusters)
    user = _referenced(config, name, "user", config.users)
    if not config.may_name_files:
        _refuse_files(config.clusters[cluster], _CLUSTER_FILES, f"cluster {cluster!r} of {config.origin}")
        _refuse_files(config.users[user], (*_USER_FILES, ("tokenFile", "token")), f"user {user!r} of {config.origin}")
    return Chosen(name, config.contexts[name], config.clusters[cluster], config.users[user])


def _refuse_files(entry: Mapping[str, Any], files: Sequence[tuple[str, str]], where: str) -> None:
    for path_key, data_key in files:
        if entry.get(path_key) and not entry.get(data_key):
            raise KubeconfigError(
                f"The {where} names a file of this machine ({path_key}: {entry[path_key]}). Only a kubeconfig that is "
                "given as a file may do that, for a text may come from elsewhere. Give its path, or set base_dir where "
                f"there is such an option, or put the content into {data_key}."
            )


def flatten(config: Kubeconfig, context: str | None = None, namespace: str | None = None) -> str:
    """Return a kubeconfig reduced to one context, files inlined, as one line of JSON."""
    one = chosen(config, context)
    cluster, user = one.context["cluster"], one.context["user"]
    _check_travels(one.user, f"user {user!r} of {config.origin}")
    flat: dict[str, Any] = {
        "kind": "Config",
        "apiVersion": "v1",
        "preferences": config.preferences,
        "clusters": [{"name": cluster, "cluster": _inlined(one.cluster, _CLUSTER_FILES, config.origin)}],
        "users": [{"name": user, "user": _inlined(one.user, _USER_FILES, config.origin)}],
        "contexts": [{"name": one.name, "context": {**one.context, **({"namespace": namespace} if namespace else {})}}],
        "current-context": one.name,
        "extensions": config.extensions,
    }
    return json.dumps({key: value for key, value in flat.items() if value}, separators=(",", ":"))


def credentials_in(flat: str) -> list[str]:
    """Return the secrets in a flat kubeconfig. No message may show them."""
    (user,) = json.loads(flat)["users"]
    return [user["user"][name] for name in ("token", "password", "client-key-data") if user["user"].get(name)]


def existing_files(paths: Sequence[str]) -> list[Path]:
    """Return those of some paths that exist, in their order.

    Raises:
        KubeconfigError: none does.
    """
    found = [
        path for path in (Path(name).expanduser() for name in dict.fromkeys(paths) if name) if os.path.exists(path)
    ]
    if not found:
        # Folder and name apart: Ansible would censor the path as a whole, for kubeconfig is an option that it hides.
        places = (Path(name).expanduser().absolute() for name in paths if name)
        tried = ", ".join(f"{path.name} in {path.parent}" for path in places) or "an empty list of paths"
        raise KubeconfigError(f"There is no kubeconfig: {tried}. Give the path of one, its text, or a mapping.")
    return found


def _referenced(config: Kubeconfig, context: str, kind: str, known: Mapping[str, Any]) -> str:
    """Return the name of the cluster or user that a context refers to, once it is clear that it exists."""
    name = config.contexts[context].get(kind)
    if not name:
        raise KubeconfigError(f"Context {context!r} of {config.origin} names no {kind}; it needs one.")
    if name not in known:
        raise KubeconfigError(
            f"Context {context!r} of {config.origin} names the {kind} {name!r}, which is not in it."
            f" It has: {_names(known)}."
        )
    return str(name)


def _names(known: Iterable[str]) -> str:
    return ", ".join(sorted(known)) or "none"


def _merged(paths: Sequence[str]) -> Kubeconfig:
    """Merge files as kubectl does: the first that sets a name or value wins; files that do not exist are skipped."""
    found = existing_files(paths)
    parts = [_from_mapping(_parsed(_file_text(path), str(path)), str(path), path.absolute().parent) for path in found]
    if len(parts) == 1:
        return parts[0]
    return Kubeconfig(
        origin="the merge of " + ", ".join(part.origin for part in parts),
        clusters=_first_wins(part.clusters for part in parts),
        users=_first_wins(part.users for part in parts),
        contexts=_first_wins(part.contexts for part in parts),
        current_context=next((part.current_context for part in parts if part.current_context), ""),
        preferences=_first_wins(part.preferences for part in parts),
        extensions=[extension for part in parts for extension in part.extensions],
    )


def _first_wins(mappings: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for mapping in mappings:
        merged = {**mapping, **merged}
    return merged


def _file_text(path: Path) -> str:
    try:
        return decoded(path.read_bytes())
    except OSError as error:
        raise KubeconfigError(f"The kubeconfig {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise KubeconfigError(f"The kubeconfig {path} is not text in UTF-8, UTF-16 or UTF-32.") from None


def _parsed(text: str, origin: str) -> Mapping[str, Any]:
    """Parse JSON or YAML. Of a parser's message only the position is kept: it quotes the text, credentials and all."""
    text = text.lstrip("\ufeff")
    if not text.strip():
        raise KubeconfigError(f"{origin} is empty.")
    try:
        content = parsed_json(text)
    except ValueError:
        content = _parsed_yaml(text, origin)
    if not isinstance(content, Mapping):
        wanted = "a mapping with clusters, users and contexts"
        raise KubeconfigError(f"{origin} is not a kubeconfig: {wanted}. {_trap_hint(text)}".rstrip())
    if _newlines_deleted(text):
        raise KubeconfigError(f"{origin} is one line but neither JSON nor flow-style YAML. {_trap_hint(text)}")
    return content


def _parsed_yaml(text: str, origin: str) -> Any:
    try:
        return parsed_yaml(text)
    except ImportError:
        raise MissingLibraryError("PyYAML", "to read a kubeconfig that is not JSON") from None
    except YamlRefused as error:
        raise KubeconfigError(f"{origin} {error} {_trap_hint(text)}".rstrip()) from None


def _newlines_deleted(text: str) -> bool:
    """Whether this can only be block-style YAML put on one line: several keys on one line need braces."""
    return len(text.strip().splitlines()) == 1 and not text.lstrip().startswith("{")


def _trap_hint(text: str) -> str:
    if _newlines_deleted(text):
        return f"{_TRAP}."
    if len(text.strip().splitlines()) == 1 and "#" in text:
        return f"{_TRAP} (a comment now swallows the rest of the line)."
    return ""


def _from_mapping(content: Mapping[str, Any], origin: str, base_dir: Path | None) -> Kubeconfig:
    if content.get("kind", "Config") != "Config":
        raise KubeconfigError(f"{origin} is not a kubeconfig: its kind is {content['kind']!r}, not 'Config'.")
    clusters = _by_name(content, "clusters", "cluster", origin)
    users = _by_name(content, "users", "user", origin)
    return Kubeconfig(
        origin=origin,
        clusters={name: _with_absolute_paths(entry, _CLUSTER_FILES, base_dir) for name, entry in clusters.items()},
        users={name: _with_absolute_paths(entry, _USER_FILES, base_dir) for name, entry in users.items()},
        contexts=_by_name(content, "contexts", "context", origin),
        current_context=_checked_text(content.get("current-context") or "", "current-context", origin),
        preferences=content.get("preferences") or {},
        extensions=content.get("extensions") or (),
        may_name_files=base_dir is not None,
    )


def _by_name(content: Mapping[str, Any], plural: str, singular: str, origin: str) -> dict[str, Mapping[str, Any]]:
    """Turn C([{name, cluster}]) into C({name: cluster}), checking the shape on the way."""
    entries = content.get(plural) or []
    if isinstance(entries, (str, Mapping)) or not isinstance(entries, Sequence):
        raise KubeconfigError(f"{plural} of {origin} is not a list.")
    named: dict[str, Mapping[str, Any]] = {}
    for position, entry in enumerate(entries):
        where = f"{plural}[{position}] of {origin}"
        if not isinstance(entry, Mapping) or not entry.get("name"):
            raise KubeconfigError(f"{where} is not a mapping with a name.")
        name = _checked_text(entry["name"], "name", where)
        value = entry.get(singular) or {}
        if not isinstance(value, Mapping):
            raise KubeconfigError(f"{singular} in {where} is not a mapping.")
        if name in named:
            raise KubeconfigError(f"{plural} of {origin} has the name {name!r} twice. Keep one of them.")
        for key in _TEXT_FIELDS & value.keys():
            if value[key] is not None:
                _checked_text(value[key], key, f"{singular} {name!r} of {origin}")
        named[name] = value
    return named


def _checked_text(value: Any, key: str, where: str) -> str:
    if not isinstance(value, str):
        found = type(value).__name__
        raise KubeconfigError(f"{key} in {where} is not text; it was read as {found}. Put it in quotes.")
    return value


def _with_absolute_paths(
    entry: Mapping[str, Any], files: Sequence[tuple[str, str]], base_dir: Path | None
) -> Mapping[str, Any]:
    if base_dir is None:
        return entry
    return {**entry, **{key: str(base_dir / str(entry[key])) for key, _data in files if entry.get(key)}}


def _check_travels(user: Mapping[str, Any], where: str) -> None:
    """Refuse credentials that only work on this machine: programs to run, and files that are renewed in place."""
    for key in ("exec", "auth-provider"):
        program = user.get(key)
        if program:
            name = (program.get("command") or program.get("name")) if isinstance(program, Mapping) else program
            raise KubeconfigError(
                f"The {where} gets its credential from a program ({key}: {name}), which cannot travel: whoever receives"
                " this kubeconfig has neither that program nor your login. Use a credential that is plain data instead:"
                " a service account token (kubectl create serviceaccount, kubectl create token), a client certificate,"
                " or on AKS 'az aks get-credentials --admin'."
            )
    if user.get("tokenFile"):
        raise KubeconfigError(
            f"The {where} reads its token from the file {user['tokenFile']} (tokenFile). Such a token is renewed in"
            " place, so a copy would soon expire. Put a token made for the purpose (kubectl create token --duration)"
            " into 'token' instead."
        )


def _inlined(entry: Mapping[str, Any], files: Sequence[tuple[str, str]], origin: str) -> dict[str, Any]:
    """Return the entry with each file's content in place of its path. Data wins over a path, as in every client."""
    inlined = dict(entry)
    for path_key, data_key in files:
        path, data = inlined.pop(path_key, None), inlined.get(data_key)
        if data:
            inlined[data_key] = _one_line_base64(data, f"{data_key} in {origin}")
        elif path:
            inlined[data_key] = base64.b64encode(_file_content(path, f"{path_key} in {origin}")).decode("ascii")
    return inlined


def _one_line_base64(data: Any, where: str) -> str:
    """Take line ends out of base64 data; the bytes stay the same."""
    try:
        return base64.b64encode(base64.b64decode("".join(str(data).split()), validate=True)).decode("ascii")
    except (binascii.Error, ValueError):
        raise KubeconfigError(f"{where} is not base64.") from None


def _file_content(path: Any, where: str) -> bytes:
    if not isinstance(path, str):
        raise KubeconfigError(f"{where} is not a path.")
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise KubeconfigError(f"{where} names {path}, which cannot be read: {error.strerror}.") from error

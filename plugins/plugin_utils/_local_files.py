# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of the controller that options name: found and decrypted as ansible.builtin.copy does with its C(src).

It is done before a task runs, in process or as a module, so that both read the same files.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from ansible.errors import AnsibleError, AnsibleFileNotFound
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import is_encrypted_file
from ansible.utils.display import Display

from ansible_collections.azureml.model_management.plugins.module_utils._errors import InputError
from ansible_collections.azureml.model_management.plugins.module_utils._options.files import PathOption

display = Display()


class LocalFiles:
    """Finds the files of one task, and makes copies of those that are encrypted.

    Args:
        loader: Knows the folder of the playbook and the vault secrets.
        find: Returns the path of a file as C(_find_needle) of action plugins does.
        folder: Makes a folder for the copies, which nobody else can read; whoever made it removes it.
    """

    def __init__(self, loader: DataLoader, find: Callable[[str], str], folder: Callable[[], str]) -> None:
        self._loader = loader
        self._find = find
        self._folder = folder
        self.copies: list[Path] = []  # files and folders

    def place(self, option: PathOption, path: str) -> str:
        """Return where the file or folder is that an option names.

        A path that leads nowhere is returned as that of a file beside the playbook, for the task may not need it.

        Raises:
            InputError: it is encrypted and cannot be decrypted.
        """
        path = os.path.expanduser(os.path.expandvars(path) if option.get("type") == "path" else path)
        beside: str = self._loader.path_dwim(path)
        if not option.read:
            return beside
        try:
            found = self._find(path)
        except AnsibleFileNotFound as error:
            display.vvv(f"{path} was not found. {error}")
            return beside
        encrypted = _encrypted(Path(found))
        return str(self._copied(Path(found), encrypted)) if encrypted else found

    def _copied(self, path: Path, encrypted: set[Path]) -> Path:
        """Return a copy without encryption, of the same name."""
        target = Path(self._folder(), str(len(self.copies)), path.name)
        self._make_folder(target.parent)
        if not path.is_dir():
            self._decrypt(path, target)
            return target
        self._make_folder(target)
        for name, folders, files in os.walk(path):
            folder = target / Path(name).relative_to(path)
            for one in folders:
                if not Path(name, one).is_symlink():
                    self._make_folder(folder / one)
            links = [one for one in folders if Path(name, one).is_symlink()]
            for one in (*links, *files):
                if Path(name, one) in encrypted:
                    self._decrypt(Path(name, one), folder / one)
                else:
                    _duplicate(Path(name, one), folder / one)
        return target

    def _make_folder(self, path: Path) -> None:
        path.mkdir(mode=0o700)
        self.copies.append(path)

    def _decrypt(self, path: Path, target: Path) -> None:
        try:
            plain: str = self._loader.get_real_file(str(path), decrypt=True)
        except AnsibleError as error:
            raise InputError(
                f"{path} is encrypted by ansible-vault and cannot be decrypted: {error}. Give the password of the "
                "vault, such as with --vault-password-file."
            ) from error
        try:
            shutil.copyfile(plain, target)
            target.chmod(0o600 | path.stat().st_mode & 0o100)
            self.copies.append(target)
        finally:
            self._loader.cleanup_tmp_file(plain)


def _encrypted(path: Path) -> set[Path]:
    """Return which files are encrypted: the file itself, or those in a folder."""
    if not path.is_dir():
        return {path} if _is_encrypted(path) else set()
    files = (Path(folder, name) for folder, _folders, names in os.walk(path) for name in names)
    return {file for file in files if _is_encrypted(file)}


def _is_encrypted(path: Path) -> bool:
    """Tell whether ansible-vault wrote the file. What cannot be read is left to the task, which says so."""
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return bool(is_encrypted_file(file))
    except OSError:
        return False


def _duplicate(path: Path, target: Path) -> None:
    """Let a file have another name, without copying what may be large if that is possible."""
    if path.is_symlink():
        target.symlink_to(os.readlink(path))
        return
    try:
        os.link(path, target)
    except OSError:
        shutil.copy(path, target)

"""Folders and system user of an embedded server.

For an ordinary user a server keeps its data in the instance folder and runs as that user. PostgreSQL refuses to
run as root, and another user may be unable to reach the checkout. As root both servers therefore run as a system
user, with their data under `/var/lib/foundation-grants/<hash of the instance path>` and one copy of the wheels'
programs beside them; the instance folder has a link to the data. A moved instance keeps its data; those of a
deleted instance are set aside. The mode and owner of other folders are never changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import logging
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grants.outside.servers.claims import NotInstalled, Unstartable

SYSTEM_USER = "foundation-grants"
STATE = Path("/var/lib/foundation-grants")
ORIGIN = "instance"
"""Name of the file with the path of the instance that the data belong to."""
# Linux allows 107 bytes, macOS 103; PostgreSQL appends ".s.PGSQL.5432.lock" to its folder.
SOCKET_FOLDER_BYTES = 103 - len("/.s.PGSQL.5432.lock")


@dataclass(frozen=True, slots=True)
class Account:
    """The system user that a server runs as."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one server of an instance, and the system user that owns it (None: the current user)."""

    folder: Path
    account: Account | None
    key: str

    @classmethod
    def of(cls, instance: Path, name: str) -> Home:
        """Create the folder `name` of this instance if it does not exist; raises Unstartable."""
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = hashlib.sha256(os.fsencode(instance.resolve())).hexdigest()[:16]
        if os.geteuid() != 0:
            folder = instance.resolve() / name
            folder.mkdir(mode=0o700, exist_ok=True)
            return cls(folder, None, key)
        account = _system_user()
        place = STATE / key / name
        for path in (STATE, place.parent):
            _open_folder(path)
        (place.parent / ORIGIN).write_text(str(instance.resolve()))
        _link(instance / name, place)
        _open_folder(place)
        return cls(place, account, key)

    def private(self, name: str) -> Path:
        """Create a folder in this one that only the server's user can enter."""
        path = self.folder / name
        path.mkdir(mode=0o700, exist_ok=True)
        self.give(path)
        return path

    def give(self, path: Path) -> None:
        """Make the server's user the owner of a file or folder."""
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)

    def sockets(self) -> Path:
        """The folder of the server's socket, with a path short enough for the kernel."""
        if len(os.fsencode(self.folder / "socket")) <= SOCKET_FOLDER_BYTES:
            return self.private("socket")
        path = Path(tempfile.gettempdir()) / f"grants-{os.geteuid()}-{self.key}-{self.folder.name}"
        path.mkdir(mode=0o700, exist_ok=True)
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
            raise Unstartable(f"{path} must be a folder of the current user with mode 700. Remove it and start again.")
        return path

    def programs(self, package: str, inside: str, wanted: tuple[str, ...]) -> Path:
        """The folder `inside` of an installed package; as root, in a copy of the files that match `wanted`.

        Raises NotInstalled.
        """
        spec = importlib.util.find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            raise NotInstalled(package.replace("_", "-"))
        source = Path(spec.submodule_search_locations[0])
        if self.account is None:
            return source / inside
        copy = STATE / f"{package}-{importlib.metadata.version(package)}"
        if not copy.exists():
            unfinished = Path(tempfile.mkdtemp(prefix="programs-", dir=STATE))
            for path in _files(source.parent, wanted):
                target = unfinished / path.relative_to(source.parent)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)
            _open_for_all(unfinished)
            _rename(unfinished, copy)
        return copy / package / inside


def _rename(unfinished: Path, copy: Path) -> None:
    """Move a finished copy to its place, unless another process has done so already."""
    try:
        unfinished.rename(copy)
    except OSError:
        shutil.rmtree(unfinished)
        if not copy.exists():
            raise


def _files(site: Path, wanted: tuple[str, ...]) -> Iterator[Path]:
    return (path for pattern in wanted for path in sorted(site.glob(pattern)) if path.is_file())


def _open_for_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
        path.chmod(0o755 if runs else 0o644)


def _open_folder(path: Path) -> None:
    path.mkdir(exist_ok=True)
    path.chmod(0o755)


def _link(link: Path, place: Path) -> None:
    """Make `link` in the instance point to `place`, and move the existing data of this instance there."""
    if link.is_symlink() and link.readlink() == place:
        return
    if not link.is_symlink() and link.exists():
        raise Unstartable(f"{link} was created by a user other than root. Start as that user, or move it away.")
    had = link.readlink() if link.is_symlink() else None
    if had and had.exists():
        _refuse_copy(link, had)
    if place.exists():
        _set_aside(place)
    if had and had.exists():
        had.rename(place)
        if not any(path.is_dir() for path in had.parent.iterdir()):
            shutil.rmtree(had.parent)
    link.unlink(missing_ok=True)
    link.symlink_to(place)


def _refuse_copy(link: Path, had: Path) -> None:
    """Raise Unstartable if the instance is a copy: its data stay with the original."""
    origin = Path((had.parent / ORIGIN).read_text())
    if (origin / link.name).is_symlink():
        raise Unstartable(
            f"{link.parent} is a copy of {origin}, but the data of the servers are stored elsewhere and were not "
            f"copied. Remove the copy and start with an empty folder, or restore a backup into it."
        )


def _set_aside(place: Path) -> None:
    """Set aside the data of a deleted instance at the same path, replacing those set aside before."""
    left = place.with_suffix(".left")
    shutil.rmtree(left, ignore_errors=True)
    place.rename(left)
    logging.getLogger(__name__).warning("Set aside %s, the data of a deleted instance.", left)


def _system_user() -> Account:
    with contextlib.suppress(KeyError):
        return _account()
    home = ("--home-dir", STATE, "--no-create-home", "--shell", "/usr/sbin/nologin")
    command = ("useradd", "--system", "--user-group", *home, SYSTEM_USER)
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return _account()
    except KeyError:
        message = made.stderr.strip()
        raise Unstartable(
            f"As root the servers run as the user {SYSTEM_USER}, which cannot be created: {message}"
        ) from None


def _account() -> Account:
    found = pwd.getpwnam(SYSTEM_USER)
    return Account(found.pw_uid, found.pw_gid)

"""Where an embedded server lives, and as whom.

An ordinary user's server lives in the instance folder and runs as that user. PostgreSQL refuses to run as root,
and a user who is not root may not be able to reach the checkout. So, as root, both servers run as a system user of
ours, with their data under `/var/lib/foundation-grants/<hash of the instance path>` and one copy of the programs
beside them; the instance folder holds a link. An instance that is moved takes its data along; of one that was
deleted they are set aside. No mode or owner of a folder that is not ours is ever changed.
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
"""The file that says whose data these are."""
# Linux takes 107 bytes, macOS 103; PostgreSQL adds ".s.PGSQL.5432.lock" to its folder.
SOCKET_FOLDER_BYTES = 103 - len("/.s.PGSQL.5432.lock")


@dataclass(frozen=True, slots=True)
class Account:
    """The system user a server runs as."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one server of one instance, and the system user it belongs to (None: ourselves)."""

    folder: Path
    account: Account | None
    key: str

    @classmethod
    def of(cls, instance: Path, name: str) -> Home:
        """Make the folder `name` of this instance if it is not there; raises Unstartable."""
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
        """A folder in here that only the server's user may enter."""
        path = self.folder / name
        path.mkdir(mode=0o700, exist_ok=True)
        self.give(path)
        return path

    def give(self, path: Path) -> None:
        """Hand a file or folder of ours to the server's user."""
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)

    def sockets(self) -> Path:
        """A folder for the server's socket with a path short enough for the kernel."""
        if len(os.fsencode(self.folder / "socket")) <= SOCKET_FOLDER_BYTES:
            return self.private("socket")
        path = Path(tempfile.gettempdir()) / f"grants-{os.geteuid()}-{self.key}-{self.folder.name}"
        path.mkdir(mode=0o700, exist_ok=True)
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
            raise Unstartable(f"{path} must be a folder of ours with mode 700; remove it and start again.")
        return path

    def programs(self, package: str, inside: str, wanted: tuple[str, ...]) -> Path:
        """The folder `inside` of an installed package, or as root a copy of what matches `wanted` in it.

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
    """Put a copy in its place, unless another starter was quicker."""
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
    """Let `link` in the instance lead to `place`, with the data that this instance has had so far, if any."""
    if link.is_symlink() and link.readlink() == place:
        return
    if not link.is_symlink() and link.exists():
        raise Unstartable(f"{link} was made by a user who is not root; start as that user, or move it away.")
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
    """A moved instance takes its data along; those of a copied one stay with the one that they were made for."""
    origin = Path((had.parent / ORIGIN).read_text())
    if (origin / link.name).is_symlink():
        raise Unstartable(
            f"{link.parent} is a copy of {origin}, which keeps its data elsewhere: they were not copied. "
            f"Remove the copy and start with an empty one, or restore a backup into it."
        )


def _set_aside(place: Path) -> None:
    """Begin without the data of an instance that stood here before and was deleted; they stay until the next is."""
    left = place.with_suffix(".left")
    shutil.rmtree(left, ignore_errors=True)
    place.rename(left)
    logging.getLogger(__name__).warning("Set aside %s: the data of an instance that was deleted.", left)


def _system_user() -> Account:
    with contextlib.suppress(KeyError):
        return _account()
    home = ("--home-dir", STATE, "--no-create-home", "--shell", "/usr/sbin/nologin")
    command = ("useradd", "--system", "--user-group", *home, SYSTEM_USER)
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return _account()
    except KeyError:
        said = made.stderr.strip()
        raise Unstartable(f"As root the servers run as the user {SYSTEM_USER}, who cannot be made: {said}") from None


def _account() -> Account:
    found = pwd.getpwnam(SYSTEM_USER)
    return Account(found.pw_uid, found.pw_gid)

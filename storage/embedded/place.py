"""Where the server lives, and as whom it runs."""

import hashlib
import os
import pwd
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from storage.data_folder import PASSABLE, PRIVATE, reason
from storage.embedded import binaries
from storage.errors import DataFolderUnusable

REFUGE = Path("/var/lib")
SHORT = Path("/tmp")  # noqa: S108 TMPDIR may be long, and every process must find the same path
SOCKET_PATH_LIMIT = 100  # the kernel takes 107 bytes
PLAIN_PATH = re.compile(r"[\w/ .-]+")
SOCKET_NAME = ".s.PGSQL.5432"
NOBODY = 65534


class Identity(TypedDict, total=False):
    """The keywords that make subprocess start a program as another user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The user that the server runs as."""

    uid: int
    gid: int

    @property
    def identity(self) -> Identity:
        """What subprocess must be told: nothing unless we are root."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def reaches(self, path: Path) -> bool:
        """Say whether every folder on the way to the path lets this user pass."""
        return all(self._may(folder, 0o1) for folder in path.parents)

    def runs(self, program: Path) -> bool:
        """Say whether this user can reach the program and start it."""
        return self.reaches(program) and self._may(program, 0o5)

    def give(self, path: Path) -> None:
        """Make the path this user's, which only root can and must."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def _may(self, path: Path, wanted: int) -> bool:
        found = path.stat()
        if found.st_uid == self.uid:
            return found.st_mode >> 6 & wanted == wanted
        if found.st_gid == self.gid:
            return found.st_mode >> 3 & wanted == wanted
        return found.st_mode & wanted == wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A server's folders, user and programs."""

    home: Path
    user: ServerUser
    programs: Path

    @property
    def cluster(self) -> Path:
        """The database files."""
        return self.home / "cluster"

    @property
    def log(self) -> Path:
        """The server's own words since its last start."""
        return self.home / "log"

    @property
    def sockets(self) -> Path:
        """The socket's folder: in the home, or a short path where that one is too long."""
        return sockets_of(self.home)

    def make_sockets(self) -> None:
        """Create the socket's folder for the server's user alone; refuse somebody else's."""
        self.sockets.mkdir(mode=PRIVATE, exist_ok=True)
        if self.sockets.lstat().st_uid == os.geteuid():
            self.user.give(self.sockets)
        found = self.sockets.lstat()
        if found.st_mode != stat.S_IFDIR | PRIVATE or found.st_uid != self.user.uid:
            raise DataFolderUnusable(str(self.sockets), "somebody else made it")


def choose(data: Path) -> Place:
    """Settle in the data folder, or where the server's user gets if it cannot get there."""
    try:
        place = _as_root(data) if os.geteuid() == 0 else _as_owner(data)
    except OSError as error:
        raise DataFolderUnusable(error.filename or str(data), reason(error)) from error
    return place


def sockets_of(home: Path) -> Path:
    """Return where the server of a home has its socket."""
    inside = home / "sock"
    fits = len(os.fsencode(inside / SOCKET_NAME)) <= SOCKET_PATH_LIMIT
    # Clients and server cut a list of sockets at commas, and disagree about the rest.
    if fits and PLAIN_PATH.fullmatch(str(inside)):
        return inside
    return SHORT / f"tgactors-{_digest(home)}"


def existing_home(data: Path) -> Path | None:
    """Return where the data folder's database lives, None if it has none; makes nothing."""
    data = data.absolute().resolve()
    homes = (data / "postgres", _refuge(data))
    if os.geteuid() != 0:
        _refuse_others(data, *homes)
    return next((home for home in homes if (home / "cluster").exists()), None)


def _refuse_others(data: Path, home: Path, refuge: Path) -> None:
    """Refuse a database that root, or another user, made."""
    if (refuge / "cluster").exists():
        raise DataFolderUnusable(str(data), f"root keeps its database in {refuge}; start as root")
    if home.exists() and home.stat().st_uid != os.geteuid():
        raise DataFolderUnusable(str(home), f"it belongs to {_name(home.stat().st_uid)}")


def _as_owner(data: Path) -> Place:
    home = data / "postgres"
    _refuse_others(data, home, _refuge(data))
    _make_home(home, PRIVATE)
    return Place(
        home=home, user=ServerUser(os.geteuid(), os.getegid()), programs=binaries.installed()
    )


def _as_root(data: Path) -> Place:
    home, refuge, user = data / "postgres", _refuge(data), _server_user(data)
    if (home / "cluster").exists():
        if not user.reaches(home / "cluster"):
            why = f"{_name(user.uid)}, whom the server runs as, cannot reach it; chmod o+x the way"
            raise DataFolderUnusable(str(home), why)
    elif (refuge / "cluster").exists() or not user.reaches(home):
        home, user = refuge, _nobody()
        _make_home(refuge.parent, PASSABLE)
    _make_home(home, PASSABLE)
    programs = binaries.installed()
    if not user.runs(programs / "bin" / "postgres"):
        programs = binaries.copied(programs, REFUGE / f"tgactors-{_digest(programs)}")
    return Place(home=home, user=user, programs=programs)


def _server_user(data: Path) -> ServerUser:
    """The owner of the files that are there; nobody if that is root, or no known user."""
    cluster = data / "postgres" / "cluster"
    found = (cluster if cluster.exists() else data).stat()
    try:
        pwd.getpwuid(found.st_uid)  # initdb insists on a name
    except KeyError:
        return _nobody()
    return ServerUser(found.st_uid, found.st_gid) if found.st_uid != 0 else _nobody()


def _nobody() -> ServerUser:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return ServerUser(NOBODY, NOBODY)
    return ServerUser(entry.pw_uid, entry.pw_gid)


def _make_home(home: Path, mode: int) -> None:
    if not home.exists():
        home.mkdir()
        home.chmod(mode)
        if os.geteuid() == 0:
            parent = home.parent.stat()
            os.chown(home, parent.st_uid, parent.st_gid)


def _refuge(data: Path) -> Path:
    return REFUGE / f"tgactors-{_digest(data)}" / "postgres"


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"

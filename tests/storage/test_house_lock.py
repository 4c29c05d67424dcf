"""One house per data folder."""

import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from storage.errors import DataFolderUnusable, HouseLocked
from storage.file_lock import FileLock
from storage.house_lock import HouseLock, holder_of

HOLDER = """
import sys
from pathlib import Path
from storage.file_lock import FileLock
from storage.house_lock import HouseLock, holder_of
lock = HouseLock.acquire(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def hold_elsewhere(data: Path) -> "subprocess.Popen[str]":
    """Lock the folder in another process."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, data],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_second_house_in_this_process_is_refused(folder: Path) -> None:
    """Within one process the second is refused with this process's own pid."""
    with HouseLock.acquire(folder), pytest.raises(HouseLocked) as refused:
        HouseLock.acquire(folder)
    assert refused.value.pid == os.getpid()
    assert str(os.getpid()) in str(refused.value)


def test_a_second_process_is_refused_with_the_holders_pid(folder: Path) -> None:
    """The refusal names the process to stop, and a killed holder holds nothing."""
    with hold_elsewhere(folder) as holder:
        with pytest.raises(HouseLocked) as refused:
            HouseLock.acquire(folder)
        assert refused.value.pid == holder.pid
        holder.kill()
        holder.wait(10)
        HouseLock.acquire(folder).release()


def test_released_it_can_be_taken_again(folder: Path) -> None:
    """Releasing, even twice, lets the next house in."""
    lock = HouseLock.acquire(folder)
    lock.release()
    lock.release()
    with HouseLock.acquire(folder):
        assert (folder / "house.lock").read_text() == f"{os.getpid()}\n"


def test_a_forked_child_holds_nothing(folder: Path) -> None:
    """A child that outlives the house does not keep the folder locked."""
    lock = HouseLock.acquire(folder)
    born, tells_born = os.pipe()
    ends, tells_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(tells_end)
        os.write(tells_born, b"!")
        os.read(ends, 1)
        os._exit(0)
    assert os.read(born, 1) == b"!"
    lock.release()
    HouseLock.acquire(folder).release()
    for fd in (born, tells_born, ends, tells_end):
        os.close(fd)
    assert os.waitpid(child, 0)[1] == 0


def test_the_folder_is_made_for_its_owner_alone(folder: Path) -> None:
    """A new data folder, with its parents, lists its content to nobody else."""
    data = folder / "new" / "data"
    HouseLock.acquire(data).release()
    assert stat.S_IMODE(data.stat().st_mode) == (0o711 if os.geteuid() == 0 else 0o700)
    assert stat.S_IMODE((data / "house.lock").stat().st_mode) == 0o600


def test_a_file_in_the_way_is_told(folder: Path) -> None:
    """A data folder that cannot be one is refused in words, with its path."""
    (folder / "data").write_text("")
    for path in (folder / "data", folder / "data" / "below"):
        with pytest.raises(DataFolderUnusable, match="TGACTORS_DATA") as refused:
            HouseLock.acquire(path)
        assert refused.value.path == str(path)


def test_the_holder_is_seen_from_outside(folder: Path) -> None:
    """A look names the process in the house, None when nobody is there, and makes nothing."""
    assert holder_of(folder) is None
    assert list(folder.iterdir()) == []
    with hold_elsewhere(folder) as holder:
        assert holder_of(folder) == holder.pid
        holder.kill()
        holder.wait(10)
    assert holder_of(folder) is None


def test_a_look_keeps_no_house_out(folder: Path) -> None:
    """Whoever opens in the very moment of a look waits for it to end."""
    with FileLock(folder / "house.lock") as looking:
        assert looking.shared()
        threading.Timer(0.02, looking.close).start()
        began = time.monotonic()
        HouseLock.acquire(folder).release()
        assert time.monotonic() - began >= 0.02


def test_a_look_at_what_one_may_not_see_is_told(folder: Path) -> None:
    """A lock that is a link to elsewhere is refused in words."""
    (folder / "house.lock").symlink_to(folder / "elsewhere")
    with pytest.raises(DataFolderUnusable, match="TGACTORS_DATA"):
        holder_of(folder)

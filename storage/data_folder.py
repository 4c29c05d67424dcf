"""The folder that holds everything."""

import os
from pathlib import Path

from storage.errors import DataFolderUnusable

PRIVATE = 0o700
PASSABLE = 0o711  # as root the server runs as another user, who must get through to its own files


def make_data_folder(data: Path) -> Path:
    """Create the folder unless it is there, for its owner alone; return its absolute path."""
    try:
        data = data.absolute().resolve()
        if not data.exists():
            mode = PASSABLE if os.geteuid() == 0 else PRIVATE
            data.mkdir(mode=mode, parents=True, exist_ok=True)
            data.chmod(mode)
        if not data.is_dir():
            raise DataFolderUnusable(str(data), "it is not a folder")
        if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
            raise DataFolderUnusable(str(data), "this user may not write in it")
    except (OSError, RuntimeError) as error:
        raise DataFolderUnusable(str(data), reason(error)) from error
    return data


def reason(error: Exception) -> str:
    """Say in words what the system refused."""
    return getattr(error, "strerror", None) or str(error)

"""The check that the packages beside this one are its own.

`runtime` and `storage` are common names: a file of that name on the path would be imported in their
place, and fail somewhere far from the cause.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

_HERE = Path(__file__).parent.parent


def _check() -> None:
    for name in ("runtime", "storage"):
        spec = find_spec(name)
        origin = None if spec is None else spec.origin
        if origin is None or Path(origin).resolve() != (_HERE / name / "__init__.py").resolve():
            found = f"{origin} is found in its place" if origin else "it was not found"
            raise ImportError(
                f"tgactors needs its own package {name!r} beside {_HERE / 'actors'}, but {found}: "
                "rename that file, or take its folder off the import path."
            )


_check()

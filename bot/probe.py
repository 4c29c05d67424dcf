"""A container's health check: exit status 0 if the service in it is ready, else 1 and the reason.

It imports nothing of the project, for it runs every few seconds.
"""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request
from typing import Final

_PATIENCE: Final = 4.0
"""Seconds."""
_MOST: Final = 2000
"""Characters of what the service says."""
_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  it is asked here


def address() -> str:
    """Return where the service of this machine says whether it is ready."""
    host = os.environ.get("TGACTORS_HTTP_HOST") or "127.0.0.1"
    port = os.environ.get("TGACTORS_HTTP_PORT") or "8010"
    host = _EVERYWHERE.get(host, host)
    return f"http://[{host}]:{port}/readyz" if ":" in host else f"http://{host}:{port}/readyz"


def main() -> int:
    """Ask it, and say what it said."""
    try:
        with urllib.request.urlopen(address(), timeout=_PATIENCE) as answer:  # noqa: S310  ours
            sys.stdout.write(answer.read().decode()[:_MOST])
    except urllib.error.HTTPError as refusal:
        sys.stdout.write(refusal.read().decode()[:_MOST])
        return 1
    except OSError as error:
        sys.stdout.write(f"{address()}: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

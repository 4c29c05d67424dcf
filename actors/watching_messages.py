"""What is asked of the store about how fresh the archive is."""

from __future__ import annotations

from runtime import Request, message
from storage.freshness import Observed


@message
class ObserveFreshness(Request[Observed]):
    """Look at the rows: what was stored, what waits, and since when."""


WatchingMessage = ObserveFreshness
"""What of it concerns watching the service."""

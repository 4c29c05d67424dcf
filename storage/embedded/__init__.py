"""A Postgres server of one's own, run from the installed binaries."""

from storage.embedded.postgres import Postgres
from storage.embedded.trial import trial

__all__ = ["Postgres", "trial"]

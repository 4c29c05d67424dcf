"""A Postgres server of one's own, run from the installed binaries."""

from storage.embedded.postgres import Postgres

__all__ = ["Postgres"]

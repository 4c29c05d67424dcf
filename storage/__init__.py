"""The archive: rows in Postgres, sealed sessions, the embedded server."""

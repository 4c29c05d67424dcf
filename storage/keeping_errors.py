"""Reasons to keep what is kept as it is."""

from storage.errors import StorageError


class RetentionFixed(StorageError):
    """Posts are kept for {days} days, which TGACTORS_RETENTION_DAYS says.

    Change it there and start the service again, or take it away to say it here.
    """

    def __init__(self, days: int) -> None:
        super().__init__(days)
        self.days = days

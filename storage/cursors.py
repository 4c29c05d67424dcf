"""Where a page of posts ends."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LONGEST = 100  # characters of a cursor
END = 2**63


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last post of a page."""

    published_at: datetime
    channel: int
    id: int

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a cursor as it was told; any other text is a ValueError."""
        try:
            if len(text) > LONGEST:
                raise ValueError(len(text))
            fields = urlsafe_b64decode(text.encode("ascii")).decode("ascii").split(".")
            micros, channel, post = (int(field) for field in fields)
            if not (0 <= channel < END and 0 <= post < END):
                raise ValueError(fields)
            return cls(EPOCH + micros * MICROSECOND, channel, post)
        except (ValueError, OverflowError, Error):
            msg = "this is no cursor: take `next` of the page before, as it is"
            raise ValueError(msg) from None

    def __str__(self) -> str:
        micros = (self.published_at - EPOCH) // MICROSECOND
        return urlsafe_b64encode(f"{micros}.{self.channel}.{self.id}".encode()).decode()


NEWEST = Cursor(datetime.max.replace(tzinfo=UTC), 0, END - 1)
"""After it comes everything."""

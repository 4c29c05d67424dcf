"""How a call is refused, in the words of the Bot API."""

from typing import Final

NOT_MODIFIED: Final = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
QUERY_TOO_OLD: Final = "query is too old and response timeout expired or query ID is invalid"
CONFLICT: Final = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)


class Refused(Exception):
    """A call is refused: the status, what is said, and after how many seconds to try again."""

    def __init__(self, code: int, description: str, *, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after


def bad(text: str) -> Refused:
    """The request is wrong."""
    return Refused(400, f"Bad Request: {text}")


def forbidden(text: str) -> Refused:
    """The bot may not do that."""
    return Refused(403, f"Forbidden: {text}")


def too_many(seconds: int) -> Refused:
    """The bot is too fast."""
    return Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)

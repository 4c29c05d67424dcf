"""How a method refuses a call."""


class Refused(Exception):
    """A method refuses a call with one of Telegram's errors."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error

"""Server-sent events of a streamed completion, read from bytes as they come. Pure.

The stream is that of the HTML standard, of which only `data` matters here: an event ends with an
empty line, a line that begins with a colon is a comment, which OpenRouter sends while it waits.
"""

from __future__ import annotations

from actors.providers.failure import broken

LONGEST_EVENT = 1 << 20
"""Bytes of an event, or of what has come of it."""


class Events:
    """The data of events, put together from pieces cut anywhere."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[str] = []
        self._size = 0

    def fed(self, piece: bytes) -> list[str]:
        """Return the data of the events that end in this piece; raises `Failed` for endless ones.

        Lines may end in LF, CR LF or CR; a CR at the end of a piece waits for what follows.
        """
        text = self._rest + piece
        held = b"\r" if text.endswith(b"\r") else b""
        text = text.removesuffix(b"\r").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, rest = text.split(b"\n")
        self._rest = rest + held
        if len(self._rest) > LONGEST_EVENT:
            raise broken("sends an event without an end")
        return [data for line in lines if (data := self._line(line)) is not None]

    def _line(self, line: bytes) -> str | None:
        if not line:
            data, self._data, self._size = self._data, [], 0
            return "\n".join(data) if data else None
        name, _, value = line.partition(b":")
        if name == b"data":
            self._size += len(value)
            if self._size > LONGEST_EVENT:
                raise broken("sends an event without an end")
            self._data.append(value.removeprefix(b" ").decode("utf-8", "replace"))
        return None

"""What a post may carry besides its text."""

from dataclasses import dataclass
from hashlib import shake_128
from typing import Final, TypeAlias

HOME: Final = 2
"""The data centre where people and files are unless said otherwise."""

_THUMB: Final = 8  # times smaller than the picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A picture; without `data`, its bytes are made from its id."""

    id: int
    size: int = 20_000
    width: int = 800
    height: int = 600
    dc: int = HOME
    data: bytes | None = None

    def content(self, part: str = "") -> bytes:
        """The bytes a client downloads; "m" is a thumbnail."""
        whole = _content("photo", self.id, self.size, self.data)
        return whole[: len(whole) // _THUMB] if part == "m" else whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file; without `data`, its bytes are made from its id."""

    id: int
    name: str = "file.bin"
    mime: str = "application/octet-stream"
    size: int = 50_000
    dc: int = HOME
    data: bytes | None = None

    def content(self, part: str = "") -> bytes:
        """The bytes a client downloads."""
        del part  # documents have no thumbnails here
        return _content("document", self.id, self.size, self.data)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPage:
    """The preview of a link in the text."""

    url: str
    title: str = ""
    description: str = ""


File: TypeAlias = Photo | Document
Media: TypeAlias = File | WebPage


def _content(kind: str, number: int, size: int, data: bytes | None) -> bytes:
    return data if data is not None else shake_128(f"{kind} {number}".encode()).digest(size)

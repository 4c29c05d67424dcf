"""The files of one bot: what was sent to it, and what it has sent."""

import hashlib
from dataclasses import dataclass
from typing import Final

from aiogram.types import Document, File, PhotoSize

from sandbox.botapi.images import size_of
from sandbox.botapi.refusals import Refused, bad

_LARGEST_PHOTO: Final = 10 * 1024 * 1024
_LARGEST_DOCUMENT: Final = 50 * 1024 * 1024
_LARGEST_DOWNLOAD: Final = 20 * 1024 * 1024
_SIDES: Final = 10_000
_RATIO: Final = 20


@dataclass(frozen=True, slots=True)
class Stored:
    """One file; `path` is where it is downloaded."""

    id: str
    data: bytes
    name: str
    path: str
    mime: str | None = None
    size: tuple[int, int] | None = None

    @property
    def unique(self) -> str:
        """The same for the same content, whoever has sent it."""
        return hashlib.blake2b(self.data, digest_size=9).hexdigest()


class Files:
    """Everything that has a file id. Not thread-safe."""

    def __init__(self) -> None:
        self._files: dict[str, Stored] = {}
        self._paths: dict[str, Stored] = {}

    def add_photo(self, data: bytes) -> Stored:
        """Keep a picture, or refuse what Telegram does not take as one."""
        if not data:
            raise bad("file must be non-empty")
        if len(data) > _LARGEST_PHOTO:
            raise bad("PHOTO_TOO_BIG")
        size = size_of(data)
        if size is None:
            raise bad("IMAGE_PROCESS_FAILED")
        if sum(size) > _SIDES or max(size) > _RATIO * min(size):
            raise bad("PHOTO_INVALID_DIMENSIONS")
        return self._keep("photos", data, "photo.jpg", None, size)

    def add_document(self, data: bytes, name: str, mime: str | None) -> Stored:
        """Keep a document."""
        if not data:
            raise bad("file must be non-empty")
        if len(data) > _LARGEST_DOCUMENT:
            raise Refused(413, "Request Entity Too Large")
        return self._keep("documents", data, name, mime, None)

    def find(self, file_id: str) -> Stored | None:
        """The file with an id."""
        return self._files.get(file_id)

    def at(self, path: str) -> bytes | None:
        """What is downloaded from a path."""
        stored = self._paths.get(path)
        return stored.data if stored else None

    def described(self, file_id: str) -> File:
        """What getFile answers."""
        stored = self.find(file_id)
        if stored is None:
            raise bad("wrong file_id or the file is temporarily unavailable")
        if len(stored.data) > _LARGEST_DOWNLOAD:
            raise bad("file is too big")
        return File(
            file_id=stored.id,
            file_unique_id=stored.unique,
            file_size=len(stored.data),
            file_path=stored.path,
        )

    def _keep(
        self, folder: str, data: bytes, name: str, mime: str | None, size: tuple[int, int] | None
    ) -> Stored:
        number = len(self._files)
        ending = name.rpartition(".")[2] if "." in name else "bin"
        path = f"{folder}/file_{number}.{ending}"
        stored = Stored(f"sandbox-{folder}-{number}", data, name, path, mime, size)
        self._files[stored.id] = self._paths[path] = stored
        return stored


def as_photo(stored: Stored) -> list[PhotoSize]:
    """A picture within a message: the one size that there is."""
    width, height = stored.size or (1, 1)
    return [
        PhotoSize(
            file_id=stored.id,
            file_unique_id=stored.unique,
            width=width,
            height=height,
            file_size=len(stored.data),
        )
    ]


def as_document(stored: Stored) -> Document:
    """A document within a message."""
    return Document(
        file_id=stored.id,
        file_unique_id=stored.unique,
        file_name=stored.name,
        mime_type=stored.mime,
        file_size=len(stored.data),
    )

"""Files of posts, in pieces."""

from typing import Any, Final

from telethon.tl import functions, types

from sandbox.cipher import Key
from sandbox.media import Document, File, Photo
from sandbox.messages import FILE_REFERENCE, file_hash
from sandbox.rpc.registry import Refused, answers
from sandbox.telegram import Telegram

_STEP: Final = 4096  # bytes; places and lengths are multiples of it
_MOST: Final = 1024 * 1024
_KINDS: Final[dict[type, type[File]]] = {
    types.InputPhotoFileLocation: Photo,
    types.InputDocumentFileLocation: Document,
}


@answers(
    functions.upload.GetFileRequest,
    differs="photos and documents only; one hash and one reference for everybody",
)
def get_file(telegram: Telegram, key: Key, request: Any) -> object:
    """A piece of a file, at the data centre where it is."""
    file = _find(telegram, request.location)
    if file.dc != key.dc:
        raise Refused(f"FILE_MIGRATE_{file.dc}")
    if request.offset < 0 or request.offset % (1 if request.precise else _STEP):
        raise Refused("OFFSET_INVALID")
    if not 0 < request.limit <= _MOST or request.limit % (1 if request.precise else _STEP):
        raise Refused("LIMIT_INVALID")
    content = file.content(request.location.thumb_size)
    kind = types.storage.FileJpeg() if isinstance(file, Photo) else types.storage.FileUnknown()
    piece = content[request.offset : request.offset + request.limit]
    return types.upload.File(kind, int(telegram.now()), piece)


def _find(telegram: Telegram, location: Any) -> File:
    kind = _KINDS.get(type(location))
    file = telegram.world.files.get((kind, location.id)) if kind else None
    if kind is None or file is None or location.access_hash != file_hash(kind, file.id):
        raise Refused("LOCATION_INVALID")
    if location.file_reference != FILE_REFERENCE:
        raise Refused("FILE_REFERENCE_EXPIRED")
    return file

"""Files that calls name: by an id, or by an upload of the same request."""

from typing import Any, Final

from aiogram.types import InputMediaDocument, InputMediaPhoto

from sandbox.botapi.files import Stored, as_document, as_photo
from sandbox.botapi.methods.registry import Call, Upload
from sandbox.botapi.refusals import bad

_ATTACHED: Final = "attach://"


def photo(call: Call, value: object) -> Stored:
    """The picture that a call names."""
    if isinstance(upload := _named(call, value), Stored):
        if upload.size is None:
            raise bad("can't use file of type Document as Photo")
        return upload
    return call.account.files.add_photo(upload.data)


def document(call: Call, value: object) -> Stored:
    """The document that a call names."""
    if isinstance(upload := _named(call, value), Stored):
        if upload.size is not None:
            raise bad("can't use file of type Photo as Document")
        return upload
    return call.account.files.add_document(upload.data, upload.name, upload.mime)


def media(call: Call, each: object) -> dict[str, Any]:
    """What a message has for a piece of media: a photo or a document, and not both."""
    match each:
        case InputMediaPhoto():
            return {"photo": as_photo(photo(call, each.media)), "document": None}
        case InputMediaDocument():
            return {"document": as_document(document(call, each.media)), "photo": None}
    kind = getattr(each, "type", "")
    call.account.mistake(f"media of type {kind} is not served: send photos or documents")
    raise bad(f"METHOD_NOT_SERVED: media of type {kind}")


def _named(call: Call, value: object) -> Stored | Upload:
    name = str(value)
    if name.startswith(_ATTACHED):
        upload = call.uploads.get(name.removeprefix(_ATTACHED))
        if upload is None:
            raise bad("wrong file identifier/HTTP URL specified")
        return upload
    if name.startswith(("http://", "https://")):  # nothing here leaves this machine
        raise bad("failed to get HTTP URL content")
    stored = call.account.files.find(name)
    if stored is None:
        raise bad("wrong file identifier/HTTP URL specified")
    return stored

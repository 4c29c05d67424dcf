"""The check of the way to Telegram.

The first step of the exchange of keys is open to anybody and needs no key: whoever answers it is a
Telegram, and the answer's number carries its clock (https://core.telegram.org/mtproto/auth_key).
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from struct import pack, unpack_from

from bot.doctor.finding import Finding, ok, problem, warning

SECONDS = 3.0
CENTRES = (
    ("149.154.175.53", 443),
    ("149.154.167.51", 443),
    ("149.154.175.100", 443),
    ("149.154.167.91", 443),
    ("91.108.56.130", 443),
)
"""Telegram's data centres, 1 to 5."""

_ABRIDGED = b"\xef"  # the shortest framing: a length in words of four bytes
_REQ_PQ_MULTI = 0xBE7E8EF1
_RES_PQ = 0x05162463
_SKEWED = 5.0  # seconds that are worth a word
_TOO_SKEWED = 60.0  # login codes live for 30


def question(nonce: bytes, now: float) -> bytes:
    """Return the first words of a client."""
    body = pack("<I", _REQ_PQ_MULTI) + nonce
    packet = pack("<qqi", 0, int(now) << 32, len(body)) + body
    return _ABRIDGED + bytes([len(packet) // 4]) + packet


def time_of(answer: bytes, nonce: bytes) -> float:
    """Return the server's time; raises ValueError if that is no answer of a Telegram."""
    if len(answer) < 40 or unpack_from("<q", answer)[0] != 0:
        raise ValueError("no plain message")
    if unpack_from("<I", answer, 20)[0] != _RES_PQ or answer[24:40] != nonce:
        raise ValueError("another answer")
    return float(unpack_from("<q", answer, 8)[0] >> 32)


def ask(host: str, port: int, seconds: float = SECONDS) -> float:
    """Ask a server for its time; return how many seconds it is ahead of us.

    Raises OSError if it cannot be reached in time, ValueError if it does not speak as Telegram.
    """
    nonce, until = os.urandom(16), time.monotonic() + seconds
    with socket.create_connection((host, port), timeout=seconds) as line:
        line.sendall(question(nonce, time.time()))
        (words,) = _read(line, 1, until)
        answer = _read(line, min(words, 0x7E) * 4, until)
        return time_of(answer, nonce) - time.time()


def reach_one(host: str, port: int) -> tuple[Finding, ...]:
    """Judge the way to a sandbox, and the clocks."""
    try:
        ahead = ask(host, port)
    except OSError as error:
        text = f"The sandbox at {host}:{port} cannot be reached ({_why(error)}). Start it: tgactors"
        return (problem("telegram", f"{text} sandbox --port {port}"),)
    except ValueError:
        text = f"What listens at {host}:{port} is no Telegram. Correct TGACTORS_TELEGRAM."
        return (problem("telegram", text),)
    return (ok("telegram", f"The sandbox at {host}:{port} answers."), skew(ahead))


def reach_any(centres: Iterable[tuple[str, int]] = CENTRES) -> tuple[Finding, ...]:
    """Judge the way to each of Telegram's data centres, and the clocks."""
    centres = tuple(centres)
    with ThreadPoolExecutor(len(centres)) as asking:
        answers = tuple(asking.map(_asked, centres))
    ahead = [answer for answer in answers if isinstance(answer, float)]
    silent = [
        f"{host} ({answer})"
        for (host, _), answer in zip(centres, answers, strict=True)
        if not isinstance(answer, float)
    ]
    if not ahead:
        text = f"No data centre of Telegram can be reached: {', '.join(silent)}. Check the network"
        return (problem("telegram", f"{text} and its firewall."),)
    if silent:
        text = f"Some data centres cannot be reached: {', '.join(silent)}. Accounts that live there"
        found = warning("telegram", f"{text} cannot be read: check the network and its firewall.")
    else:
        found = ok("telegram", f"All {len(centres)} data centres of Telegram answer.")
    return (found, skew(min(ahead, key=abs)))


def skew(ahead: float) -> Finding:
    """Judge how far the clocks are apart; Telegram's tells whole seconds."""
    text = f"Telegram's clock is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} ours"
    advice = "Set this machine's clock (timedatectl set-ntp true)."
    if abs(ahead) > _TOO_SKEWED:
        return problem("clock skew", f"{text}: login codes seem out of date at once. {advice}")
    if abs(ahead) > _SKEWED:
        return warning("clock skew", f"{text}. {advice}")
    return ok("clock skew", "Telegram's clock and ours agree.")


def _asked(centre: tuple[str, int]) -> float | str:
    try:
        return ask(*centre)
    except OSError as error:
        return _why(error)
    except ValueError:
        return "something else answers there"


def _read(line: socket.socket, length: int, until: float) -> bytes:
    got = b""
    while len(got) < length:
        line.settimeout(max(0.001, until - time.monotonic()))
        more = line.recv(length - len(got))
        if not more:
            raise ValueError("the connection was closed")
        got += more
    return got


def _why(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return (error.strerror or str(error)).lower()

"""Two-step verification: passwords as verifiers, and their proof by SRP.

The protocol: https://core.telegram.org/api/srp.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from telethon.password import compute_digest
from telethon.tl import types

from sandbox.keys import DH_G, DH_PRIME
from sandbox.refusal import Refused

_SIZE: Final = 256  # bytes of a number in a hash
_ATTEMPTS: Final = 5  # wrong passwords until one must wait
_WAIT: Final = 60.0  # seconds
_CHALLENGES: Final = 10_000
_PRIME: Final = DH_PRIME.to_bytes(_SIZE, "big")


@dataclass(frozen=True, slots=True, eq=False)
class Password:
    """What a server keeps of a password."""

    salts: tuple[bytes, bytes]
    verifier: int = field(repr=False)
    hint: str = ""

    @classmethod
    def of(cls, password: str, hint: str = "") -> "Password":
        """Make the verifier of a password; takes a tenth of a second, as it is meant to."""
        salts = os.urandom(40), os.urandom(16)
        return cls(salts, int.from_bytes(compute_digest(_algorithm(salts), password), "big"), hint)


@dataclass(frozen=True, slots=True)
class _Challenge:
    person_id: int
    password: Password
    secret: int
    public: bytes


class Passwords:
    """The proofs under way, and who must wait after too many wrong ones."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._challenges: dict[int, _Challenge] = {}
        self._wrong: dict[int, int] = {}
        self._wait_until: dict[int, float] = {}

    def describe(self, person_id: int, password: Password | None) -> object:
        """What a client must know to prove a password, or to set one."""
        new: dict[str, Any] = {
            "new_algo": _algorithm((os.urandom(8), os.urandom(16))),
            "new_secure_algo": types.SecurePasswordKdfAlgoUnknown(),
            "secure_random": os.urandom(256),
        }
        if password is None:
            return types.account.Password(**new)
        number, challenge = self._challenge(person_id, password)
        return types.account.Password(
            has_password=True,
            current_algo=_algorithm(password.salts),
            srp_B=challenge.public,
            srp_id=number,
            hint=password.hint,
            **new,
        )

    def check(self, person_id: int, password: Password, proof: Any) -> None:
        """Accept a proof, once, or refuse it."""
        left = self._wait_until.get(person_id, 0.0) - self._clock()
        if left > 0:
            raise Refused(f"FLOOD_WAIT_{int(left) + 1}")
        challenge = self._challenges.pop(getattr(proof, "srp_id", 0), None)
        if challenge is None or challenge.person_id != person_id:
            raise Refused("SRP_ID_INVALID")
        if challenge.password is not password or not _proves(challenge, proof):
            self._count(person_id)
            raise Refused("PASSWORD_HASH_INVALID")
        self._wrong.pop(person_id, None)

    def _challenge(self, person_id: int, password: Password) -> tuple[int, _Challenge]:
        secret = int.from_bytes(os.urandom(_SIZE), "big")
        public = (_multiplier() * password.verifier + pow(DH_G, secret, DH_PRIME)) % DH_PRIME
        challenge = _Challenge(person_id, password, secret, public.to_bytes(_SIZE, "big"))
        number = int.from_bytes(os.urandom(8), "little", signed=True)
        self._challenges[number] = challenge
        while len(self._challenges) > _CHALLENGES:
            del self._challenges[next(iter(self._challenges))]
        return number, challenge

    def _count(self, person_id: int) -> None:
        wrong = self._wrong.get(person_id, 0) + 1
        if wrong >= _ATTEMPTS:
            self._wait_until[person_id] = self._clock() + _WAIT
            wrong = 0
        self._wrong[person_id] = wrong


def chosen(settings: Any) -> Password | None:
    """The password a client sets, or None if it removes the one there is."""
    if not settings.new_password_hash:
        return None
    algorithm = settings.new_algo
    if not hasattr(algorithm, "salt1") or len(settings.new_password_hash) != _SIZE:
        raise Refused("NEW_SETTINGS_INVALID")
    verifier = int.from_bytes(settings.new_password_hash, "big")
    return Password((algorithm.salt1, algorithm.salt2), verifier, settings.hint or "")


def _algorithm(salts: tuple[bytes, bytes]) -> Any:
    kind = types.PasswordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow
    return kind(*salts, DH_G, _PRIME)


def _multiplier() -> int:
    return _hashed(_PRIME, DH_G.to_bytes(_SIZE, "big"))


def _proves(challenge: _Challenge, proof: Any) -> bool:
    """M1 of the protocol, computed from this side's secret."""
    client = int.from_bytes(proof.A, "big")
    if not 0 < client < DH_PRIME:
        return False
    sent, own = client.to_bytes(_SIZE, "big"), challenge.public
    base = client * pow(challenge.password.verifier, _hashed(sent, own), DH_PRIME)
    shared = pow(base, challenge.secret, DH_PRIME).to_bytes(_SIZE, "big")
    groups = _digest(_PRIME), _digest(DH_G.to_bytes(_SIZE, "big"))
    mixed = bytes(one ^ other for one, other in zip(*groups, strict=True))
    salts = [_digest(salt) for salt in challenge.password.salts]
    return bool(_digest(mixed, *salts, sent, own, _digest(shared)) == proof.M1)


def _digest(*parts: bytes) -> bytes:
    return sha256(b"".join(parts)).digest()


def _hashed(*parts: bytes) -> int:
    return int.from_bytes(_digest(*parts), "big")

"""What a test or a demo may do to a running sandbox; every verb from any thread."""

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar, Unpack

from sandbox.cipher import Key
from sandbox.codes import normalised
from sandbox.errors import NoCodeSent, NoPhone, UnknownDataCentre
from sandbox.faults import Faults
from sandbox.minted import Minted
from sandbox.model import Content, Invite, Post
from sandbox.passwords import Password
from sandbox.script import Step
from sandbox.telegram import Telegram
from sandbox.world import CENTRES, World

T = TypeVar("T")

_KEY_LENGTH = 256


class _Running(Protocol):
    """What the verbs stand on."""

    world: World
    faults: Faults
    _telegram: Telegram

    def run(self, change: Callable[[], T]) -> T: ...


class WorldControl(_Running, Protocol):
    """Changes of the served world; connected clients are told."""

    def publish(
        self,
        channel_id: int,
        text: str,
        *,
        at: datetime | None = None,
        **content: Unpack[Content],
    ) -> Post:
        """Add a post to a channel."""
        world = self.world
        return self.run(
            lambda: world.publish(world.find_channel(channel_id), text, at=at, **content)
        )

    def publish_many(self, channel_id: int, texts: Sequence[str]) -> tuple[Post, ...]:
        """Add posts to a channel at once, so that nobody sees only some of them."""
        world = self.world
        return self.run(
            lambda: tuple(world.publish(world.find_channel(channel_id), text) for text in texts)
        )

    def edit(
        self,
        channel_id: int,
        post_id: int,
        text: str | None = None,
        *,
        hidden: bool = False,
        **content: Unpack[Content],
    ) -> Post:
        """Change a post."""
        world = self.world
        return self.run(
            lambda: world.edit(
                world.find_channel(channel_id), post_id, text, hidden=hidden, **content
            )
        )

    def delete(self, channel_id: int, *post_ids: int) -> None:
        """Remove posts."""
        world = self.world
        self.run(lambda: world.delete(world.find_channel(channel_id), *post_ids))

    def follow(self, person_id: int, channel_id: int) -> None:
        """Subscribe a person to a channel, also one who was banned or asked to be let in."""
        world = self.world
        self.run(lambda: world.follow(world.find_person(person_id), world.find_channel(channel_id)))

    def unfollow(self, person_id: int, channel_id: int) -> None:
        """End a person's subscription."""
        world = self.world
        self.run(
            lambda: world.unfollow(world.find_person(person_id), world.find_channel(channel_id))
        )

    def step(self) -> Step | None:
        """Let the next thing of the world's script happen; None when nothing is left."""
        return self.run(self.world.step)

    def ban(self, person_id: int, channel_id: int) -> None:
        """Throw a person out of a channel, and keep them out."""
        world = self.world
        self.run(lambda: world.ban(world.find_person(person_id), world.find_channel(channel_id)))

    def make_private(self, channel_id: int) -> None:
        """Take a channel's username away."""
        world = self.world
        self.run(lambda: world.make_private(world.find_channel(channel_id)))

    def close_channel(self, channel_id: int) -> None:
        """Delete a channel."""
        world = self.world
        self.run(lambda: world.close(world.find_channel(channel_id)))

    def hide_history(self, person_id: int, channel_id: int, up_to: int | None = None) -> None:
        """Hide posts up to an id from a person; all there are by default."""
        world = self.world
        self.run(
            lambda: world.hide_history(
                world.find_person(person_id), world.find_channel(channel_id), up_to
            )
        )

    def invite(
        self, channel_id: int, *, limit: int | None = None, needs_approval: bool = False
    ) -> Invite:
        """Make a link by which people may join a channel."""
        world = self.world
        return self.run(
            lambda: world.invite(
                world.find_channel(channel_id), limit=limit, needs_approval=needs_approval
            )
        )


class LoginControl(_Running, Protocol):
    """The phones, passwords and logins of the world's people."""

    def scan(self, url: str, person_id: int) -> None:
        """Let a person's phone scan a login code."""
        self.run(lambda: self._telegram.scan(url, person_id))

    def scan_automatically(self, person_id: int | None) -> None:
        """Let a person's phone scan every code as soon as it exists; None ends it.

        The client is told again until it collects the login, so it may begin to wait late.
        """

        def choose() -> None:
            self._telegram.scanner = self.world.find_person(person_id).id if person_id else None

        self.run(choose)

    def expire_tokens(self) -> None:
        """Let every QR login code that nobody scanned expire now."""
        self.run(self._telegram.logins.expire)

    def last_code(self, person_id: int) -> str:
        """The login code on a person's phone, or NoCodeSent."""

        def look() -> str:
            person = self.world.find_person(person_id)
            if person.phone is None:
                raise NoPhone(person_id)
            sent = self._telegram.codes.last(normalised(person.phone))
            if sent is None:
                raise NoCodeSent(person_id)
            return sent.code

        return self.run(look)

    def expire_codes(self) -> None:
        """Let every login code sent to a phone expire now."""
        self.run(self._telegram.codes.expire)

    def set_password(self, person_id: int, password: str | None, hint: str = "") -> None:
        """Give a person a two-step password, another one, or None."""
        made = Password.of(password, hint) if password is not None else None

        def give() -> None:
            self.world.find_person(person_id).password = made

        self.run(give)

    def mint(self, person_id: int) -> Minted:
        """Log a person in on a new key, without a client."""

        def register() -> tuple[Key, tuple[str, int]]:
            person = self.world.find_person(person_id)
            key = Key.of(os.urandom(_KEY_LENGTH), person.id, person.dc)
            self._telegram.keys.add(key)
            return key, self._telegram.addresses[person.dc]

        key, (host, port) = self.run(register)
        return Minted(dc_id=key.dc, host=host, port=port, auth_key=key.data, user_id=person_id)

    def revoke(self, person_id: int) -> None:
        """End every login of a person: the next call is answered 401."""
        self.run(lambda: self._telegram.keys.revoke(person_id))

    def forget_keys(self, person_id: int) -> None:
        """Forget every key of a person: the next packet is answered -404."""
        self.run(lambda: self._telegram.keys.forget(person_id))

    def burn_keys(self, person_id: int) -> None:
        """Treat a person's keys as used at two places: every call is answered 406."""
        self.run(lambda: self._telegram.keys.burn(person_id))

    def migrate(self, person_id: int, dc: int) -> None:
        """Move a person to another data centre: logins at the old one are told to go there."""

        def move() -> None:
            if dc not in CENTRES:
                raise UnknownDataCentre(dc)
            self.world.find_person(person_id).dc = dc

        self.run(move)


class WireControl(_Running, Protocol):
    """Connections, clocks and salts."""

    def cut(self, person_id: int) -> None:
        """Break every connection of a person."""
        self.run(lambda: self._telegram.cut(person_id))

    def lose_updates(self, person_id: int, times: int = 1) -> None:
        """Let the next updates of a person get lost, which leaves a gap in their pts."""

        def lose() -> None:
            self._telegram.pushes.lose(self.world.find_person(person_id).id, times)

        self.run(lose)

    def clock_skew(self, seconds: float) -> None:
        """Set this Telegram's clock ahead of the clients', or back with a negative number."""
        self.run(lambda: self._telegram.set_skew(seconds))

    def expire_salts(self) -> None:
        """Let the salt that clients use be no longer good."""
        self.run(self._telegram.expire_salt)


class Control(WorldControl, LoginControl, WireControl, Protocol):
    """All verbs of a sandbox that need only its loop."""

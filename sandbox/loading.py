"""The making of a world from a file."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from sandbox.codes import normalised
from sandbox.errors import SandboxError, WorldFileInvalid
from sandbox.media import Document, Media, Photo, WebPage
from sandbox.model import Action, Channel, Folder, Forward, Mark, Person
from sandbox.passwords import Password
from sandbox.refusal import Refused
from sandbox.script import Step
from sandbox.worldfile import (
    ChannelPart,
    ForwardPart,
    PasswordPart,
    PersonPart,
    PostPart,
    WorldPart,
)

if TYPE_CHECKING:
    from sandbox.world import World

_Place = tuple[int, int]  # a channel and a post
_SERVICE: Final = {"id", "date", "action", "text"}
_MEDIA: Final = {"photo": Photo, "document": Document, "page": WebPage}


def fill(world: "World", path: Path) -> None:
    """Read a file into an empty world; raises WorldFileInvalid, naming the place."""
    try:
        part = WorldPart.model_validate_json(path.read_bytes())
    except OSError as error:
        raise WorldFileInvalid(str(path), "", error.strerror or str(error)) from None
    except ValidationError as error:
        first = error.errors()[0]
        raise WorldFileInvalid(str(path), _spelled(first["loc"]), first["msg"]) from None
    _Loading(world, path, part).run()


class _Loading:
    def __init__(self, world: "World", path: Path, part: WorldPart) -> None:
        self._world = world
        self._path = path
        self._part = part
        self._posts: dict[_Place, tuple[str, PostPart]] = {
            (channel.id, post.id): (f"channels[{one}].posts[{two}]", post)
            for one, channel in enumerate(part.channels)
            for two, post in enumerate(channel.posts)
        }

    def run(self) -> None:
        world, part = self._world, self._part
        for place, channel in enumerate(part.channels):
            with self._at(f"channels[{place}]"):
                self._add_channel(channel)
        for (channel_id, _), (where, post) in self._posts.items():
            self._check(channel_id, where, post)
        for place, channel in enumerate(part.channels):
            self._add_posts(f"channels[{place}]", channel)
        for place, group in enumerate(part.groups):
            with self._at(f"groups[{place}]"):
                to = world.find_channel(group.migrated_to)
                world.migrated_group(group.id, group.title, to, at=_utc(group.date))
        for place, person in enumerate(part.people):
            self._add_person(f"people[{place}]", person)
        self._add_rest()

    def _add_channel(self, part: ChannelPart) -> None:
        channel = self._world.channel(
            part.title,
            username=part.username,
            id=part.id,
            about=part.about,
            megagroup=part.megagroup,
            protected=part.protected,
            signed=part.signed,
        )
        channel.created = _utc(part.created) or channel.created

    def _check(self, channel_id: int, where: str, post: PostPart) -> None:
        """Refuse what points forward, in a circle, or to nothing."""
        if post.reply_to is not None and post.reply_to >= post.id:
            raise self._wrong(f"{where}.reply_to", "A post replies to an older one: give its id.")
        if post.action is not None and (post.text or post.model_fields_set - _SERVICE):
            raise self._wrong(where, "A service message has an id, a date and an action only.")
        if post.forward is not None:
            self._check_forward(channel_id, f"{where}.forward", post)

    def _check_forward(self, channel_id: int, where: str, post: PostPart) -> None:
        place: _Place = channel_id, post.id
        seen = {place}
        forward = post.forward
        while forward is not None and (source := _source(forward)) is not None:
            if source in seen:
                raise self._wrong(
                    where, "These forwards go in a circle: let one be the post that was first."
                )
            seen.add(source)
            found = self._posts.get(source)
            if found is None and forward.date is None:
                raise self._wrong(
                    where, f"There is no post {source[1]} in channel {source[0]}: correct the id."
                )
            if found is not None and found[1].date > post.date:
                raise self._wrong(
                    where, "A post is forwarded after it was published: correct the dates."
                )
            forward = found[1].forward if found else None
        if forward is not None and (forward.name is None or forward.date is None):
            raise self._wrong(where, "A forward has a channel and a post, or a name and a date.")

    def _add_posts(self, where: str, part: ChannelPart) -> None:
        channel = self._world.find_channel(part.id)
        for place, post in enumerate(part.posts):
            with self._at(f"{where}.posts[{place}]"):
                self._add_post(channel, post)
        channel.banned.update(part.banned)
        channel.last_id = max(channel.last_id, part.last_id)

    def _add_post(self, channel: Channel, part: PostPart) -> None:
        post = self._world.publish(
            channel,
            part.text,
            at=part.date,
            id=part.id,
            media=_media(part.media),
            group=part.group,
            forward=self._forward(part.forward),
            reply_to=part.reply_to,
            marks=tuple(Mark(**mark.model_dump()) for mark in part.marks),
            views=part.views,
            forwards=part.forwards,
            reactions=tuple(part.reactions.items()),
            author=part.author,
            protected=part.protected,
        )
        channel.posts[post.id] = replace(
            post,
            edited=_utc(part.edited),
            edit_hidden=part.edit_hidden,
            action=Action(part.action.kind, part.action.value) if part.action else None,
            pinned=part.pinned,
        )

    def _forward(self, part: ForwardPart | None) -> Forward | None:
        """Where a post was first, however often it was passed on."""
        if part is None:
            return None
        source = _source(part)
        if source is None or source not in self._posts:
            return _as_told(part)
        original = self._posts[source][1]
        if original.forward is not None:
            return self._forward(original.forward)
        date = _utc(original.date)
        return Forward(date=date, channel=source[0], post=source[1], author=original.author)

    def _add_person(self, where: str, part: PersonPart) -> None:
        world = self._world
        with self._at(where):
            person = world.person(
                part.id,
                first_name=part.first_name,
                username=part.username,
                phone=part.phone,
                dc=part.dc,
            )
        if part.phone is not None:
            with self._at(f"{where}.phone"):
                normalised(part.phone)
        person.password = _password(part.password)
        for name, ids in (
            ("follows", part.follows),
            ("archived", part.archived),
            ("pinned", part.pinned),
        ):
            for place, channel_id in enumerate(ids):
                with self._at(f"{where}.{name}[{place}]"):
                    channel = world.find_channel(channel_id)
                    if name == "follows":
                        world.follow(person, channel)
        person.archived.update(part.archived)
        person.pinned.extend(part.pinned)
        self._add_views(where, person, part)

    def _add_views(self, where: str, person: Person, part: PersonPart) -> None:
        world = self._world
        for key, up_to in part.hidden_up_to.items():
            with self._at(f"{where}.hidden_up_to.{key}"):
                world.hide_history(person, world.find_channel(_number(key)), up_to)
        for place, folder in enumerate(part.folders):
            with self._at(f"{where}.folders[{place}]"):
                world.folder(person, Folder(**folder.model_dump()))
        for place, group_id in enumerate(part.groups):
            if group_id not in world.groups:
                raise self._wrong(f"{where}.groups[{place}]", "No group has that id: correct it.")
            world.join_group(person, world.groups[group_id])

    def _add_rest(self) -> None:
        world, part = self._world, self._part
        for place, each in enumerate(part.invites):
            with self._at(f"invites[{place}]"):
                invite = world.invite(
                    world.find_channel(each.channel),
                    limit=each.limit,
                    expires=_utc(each.expires),
                    needs_approval=each.needs_approval,
                    hash=each.hash,
                )
                invite.used, invite.revoked = each.used, each.revoked
        for place, step in enumerate(part.script):
            with self._at(f"script[{place}]"):
                world.find_channel(step.channel)
                if step.verb in {"follow", "unfollow", "ban"}:
                    world.find_person(step.person)
                world.script.append(Step(**step.model_dump()))

    @contextmanager
    def _at(self, where: str) -> Iterator[None]:
        try:
            yield
        except Refused:
            raise self._wrong(where, "This is no phone number: write +, then its digits.") from None
        except SandboxError as error:
            raise self._wrong(where, str(error)) from None

    def _wrong(self, where: str, problem: str) -> WorldFileInvalid:
        return WorldFileInvalid(str(self._path), where, problem)


def _source(part: ForwardPart) -> _Place | None:
    if part.channel is None or part.post is None:
        return None
    return part.channel, part.post


def _as_told(part: ForwardPart) -> Forward:
    date = _utc(part.date)
    return Forward(
        date=date, channel=part.channel, post=part.post, name=part.name, author=part.author
    )


def _media(part: Any) -> Media | None:
    if part is None:
        return None
    # Not dumped: that would write the bytes of a file as text again.
    said = {name: getattr(part, name) for name in type(part).model_fields if name != "kind"}
    made: Media = _MEDIA[part.kind](**said)
    return made


def _password(part: PasswordPart | None) -> Password | None:
    if part is None:
        return None
    if part.salts is None or part.verifier is None:
        return Password.of(part.text or "", part.hint)
    one, two = (bytes.fromhex(salt) for salt in part.salts)
    return Password((one, two), int(part.verifier, 16), part.hint)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _utc(date: datetime | None) -> Any:
    return date.astimezone(UTC) if date is not None else None


def _spelled(where: Sequence[int | str]) -> str:
    """A place in a file as people write it: channels[2].posts[5].date."""
    parts = [f"[{each}]" if isinstance(each, int) else f".{each}" for each in where]
    return "".join(parts).removeprefix(".")

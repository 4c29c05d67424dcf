"""The shape of a world in a JSON file.

Every model refuses keys it does not know and values of another type, so that a misspelt file is
an error instead of a world that lacks something.
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import (
    AwareDatetime,
    Base64Bytes,
    BaseModel,
    ConfigDict,
    Field,
    PositiveInt,
    model_validator,
)

from sandbox.model import ActionKind, MarkKind
from sandbox.script import Verb

Number: TypeAlias = Annotated[int, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PhotoPart(_Part):
    """A picture."""

    kind: Literal["photo"]
    id: PositiveInt
    size: Number = 20_000
    width: PositiveInt = 800
    height: PositiveInt = 600
    dc: Literal[2, 4] = 2
    data: Base64Bytes | None = None


class DocumentPart(_Part):
    """A file."""

    kind: Literal["document"]
    id: PositiveInt
    name: str = "file.bin"
    mime: str = "application/octet-stream"
    size: Number = 50_000
    dc: Literal[2, 4] = 2
    data: Base64Bytes | None = None


class PagePart(_Part):
    """The preview of a link."""

    kind: Literal["page"]
    url: str
    title: str = ""
    description: str = ""


class MarkPart(_Part):
    """Formatting."""

    kind: MarkKind
    offset: Number
    length: PositiveInt
    url: str | None = None


class ForwardPart(_Part):
    """Where a post was first: in a channel of this world, or with a person who hides."""

    channel: PositiveInt | None = None
    post: PositiveInt | None = None
    name: str | None = None
    author: str | None = None
    date: AwareDatetime | None = None


class ActionPart(_Part):
    """What a service message tells."""

    kind: ActionKind
    value: str | int | None = None


class PostPart(_Part):
    """A post; its place in the list is its place in time."""

    id: PositiveInt
    text: str = ""
    date: AwareDatetime
    edited: AwareDatetime | None = None
    edit_hidden: bool = False
    action: ActionPart | None = None
    media: Annotated[PhotoPart | DocumentPart | PagePart, Field(discriminator="kind")] | None = None
    group: PositiveInt | None = None
    forward: ForwardPart | None = None
    reply_to: PositiveInt | None = None
    marks: tuple[MarkPart, ...] = ()
    views: Number | None = None
    forwards: Number | None = None
    reactions: dict[str, PositiveInt] = {}
    author: str | None = None
    pinned: bool = False
    protected: bool = False


class ChannelPart(_Part):
    """A channel with its posts, the oldest first."""

    id: PositiveInt
    title: str
    username: str | None = None
    created: AwareDatetime | None = None
    about: str = ""
    megagroup: bool = False
    protected: bool = False
    signed: bool = False
    last_id: Number = 0  # at least; ids of posts that were deleted are not given again
    banned: tuple[PositiveInt, ...] = ()
    posts: tuple[PostPart, ...] = ()


class PasswordPart(_Part):
    """A two-step password: its text, or what a server keeps of it."""

    text: str | None = None
    hint: str = ""
    salts: tuple[str, str] | None = None
    verifier: str | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "PasswordPart":
        kept = self.salts is not None and self.verifier is not None
        if (self.text is not None) == kept:
            raise ValueError("give either a text, or salts and a verifier")
        return self


class FolderPart(_Part):
    """A folder of chats."""

    id: PositiveInt
    title: str
    channels: tuple[PositiveInt, ...] = ()
    pinned: tuple[PositiveInt, ...] = ()
    excluded: tuple[PositiveInt, ...] = ()
    all_channels: bool = False


class PersonPart(_Part):
    """Somebody with an account."""

    id: PositiveInt
    first_name: str = "Reader"
    username: str | None = None
    phone: str | None = None
    dc: Literal[2, 4] = 2
    password: PasswordPart | None = None
    follows: tuple[PositiveInt, ...] = ()
    groups: tuple[PositiveInt, ...] = ()
    archived: tuple[PositiveInt, ...] = ()
    pinned: tuple[PositiveInt, ...] = ()
    hidden_up_to: dict[str, Number] = {}  # by a channel's id, as JSON's keys are texts
    folders: tuple[FolderPart, ...] = ()


class GroupPart(_Part):
    """A small group that became a supergroup."""

    id: PositiveInt
    title: str
    migrated_to: PositiveInt
    date: AwareDatetime


class InvitePart(_Part):
    """A link into a channel."""

    hash: str
    channel: PositiveInt
    limit: PositiveInt | None = None
    expires: AwareDatetime | None = None
    needs_approval: bool = False
    used: Number = 0
    revoked: bool = False


class StepPart(_Part):
    """A step of the script."""

    verb: Verb
    channel: PositiveInt
    post: Number = 0
    person: Number = 0
    text: str = ""


class WorldPart(_Part):
    """A whole world."""

    channels: tuple[ChannelPart, ...] = ()
    groups: tuple[GroupPart, ...] = ()
    people: tuple[PersonPart, ...] = ()
    invites: tuple[InvitePart, ...] = ()
    script: tuple[StepPart, ...] = ()

"""The choice of a folder by what a person calls it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol, TypeVar

from actors.errors import NoSuchFolder

PREFIX: Final = "folder:"


class Titled(Protocol):
    """A folder, as Telegram lists it or as it is followed."""

    @property
    def id(self) -> int:
        """Telegram's number of it."""

    @property
    def title(self) -> str:
        """What its owner calls it."""


F = TypeVar("F", bound=Titled)


def folder_name(what: str) -> str | None:
    """Return what follows `folder:`, which somebody gave to name a folder; None for all else."""
    text = what.strip()
    if text[: len(PREFIX)].casefold() != PREFIX:
        return None
    return text[len(PREFIX) :].strip()


def chosen(folders: Sequence[F], named: str) -> F:
    """Return the folder with a title, in whatever case, or with that number.

    Raises `NoSuchFolder`.
    """
    for folder in folders:
        if folder.title.strip().casefold() == named.strip().casefold():
            return folder
    for folder in folders:
        if str(folder.id) == named.strip():
            return folder
    raise NoSuchFolder(named, tuple(folder.title for folder in folders))

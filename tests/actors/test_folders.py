"""The choice of a folder by its name."""

from __future__ import annotations

import pytest

from actors.errors import NoSuchFolder
from actors.folders import chosen, folder_name
from storage.rows import FollowedFolder


def folder(id_: int, title: str) -> FollowedFolder:
    """A folder."""
    return FollowedFolder(id=id_, title=title, channels=0, gone=False)


FOLDERS = (folder(2, "Новости "), folder(3, "Work"), folder(4, "3"))


@pytest.mark.parametrize(
    ("what", "named"),
    [
        ("folder:News", "News"),
        (" Folder: News ", "News"),
        ("folder:t.me/news", "t.me/news"),
        ("folder:", ""),
        ("@folder", None),
        ("https://t.me/folder", None),
        ("folders:News", None),
    ],
)
def test_a_folder_is_told_from_a_channel(what: str, named: str | None) -> None:
    """What begins with the word and a colon names a folder, and no name or link does."""
    assert folder_name(what) == named


@pytest.mark.parametrize(
    ("named", "id_"), [("новости", 2), (" WORK ", 3), ("2", 2), ("3", 4), ("4", 4)]
)
def test_a_folder_is_chosen_by_title_or_number(named: str, id_: int) -> None:
    """Letters may be large or small, and a title goes before a number."""
    assert chosen(FOLDERS, named).id == id_


def test_who_names_no_folder_is_told_which_there_are() -> None:
    """The refusal says what to give."""
    with pytest.raises(NoSuchFolder, match="'Spam'; there are: Новости , Work, 3"):
        chosen(FOLDERS, "Spam")
    with pytest.raises(NoSuchFolder, match="there are: none"):
        chosen((), "")

"""Names that set nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.misspelt import misspelt


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("TGACTORS_BOT_TOKN", "Did you mean TGACTORS_BOT_TOKEN?"),
        ("tgactors_databaseurl", "Did you mean TGACTORS_DATABASE_URL?"),
        ("TGACTORS_COLOUR", "See .env.example"),
    ],
)
def test_a_mistyped_name_is_told_with_the_one_that_is_near(name: str, meant: str) -> None:
    """In any case; what is near nothing is told as such."""
    (told,) = misspelt(["HOME", name, "TGACTORS_DATA"], Path("/nowhere"))
    assert told.startswith(f"{name.upper()} is no setting")
    assert meant in told


def test_names_in_a_file_are_looked_at_too(tmp_path: Path) -> None:
    """What is commented out is not, nor what belongs to others."""
    file = tmp_path / ".env"
    file.write_text("TGACTORS_ADMIN=7\n#TGACTORS_COLOUR=red\nPATH_TO=x\nTGACTORS_ADMINS=8\n")
    (told,) = misspelt([], file)
    assert "TGACTORS_ADMIN is no setting" in told


def test_settings_are_settings(tmp_path: Path) -> None:
    """Also the folder of secrets, and a file that is no text, which others complain of."""
    file = tmp_path / ".env"
    file.write_bytes(b"\xff\xfe\x00")
    assert misspelt(["TGACTORS_SECRETS", "TGACTORS_HTTP_PORT", "tgactors_live"], file) == ()

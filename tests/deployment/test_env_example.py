"""What `.env.example` says: every setting there is, with the default it has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from bot.settings import Settings, load

EXAMPLE = Path(__file__).parents[2] / ".env.example"
SHOWN = dict(re.findall(r"^#TGACTORS_(\w+)=(.*)$", EXAMPLE.read_text(), re.MULTILINE))
NO_SETTINGS = {"SECRETS"}
"""Where others are found."""
EXAMPLES = {
    "telegram",
    "database_url",
    "gigachat_proxy",
    "openai_url",
    "qdrant_url",
    "bot_api",
    "admins",
}
"""Unset by default, and shown as one might set them."""


def test_every_setting_is_there_and_nothing_else() -> None:
    """Whoever reads the file has read all that can be set."""
    assert {name.lower() for name in SHOWN.keys() - NO_SETTINGS} == Settings.model_fields.keys()


@pytest.mark.parametrize("name", sorted(Settings.model_fields.keys() - EXAMPLES))
def test_the_default_that_is_shown_is_the_one_it_has(name: str) -> None:
    """An empty one is unset."""
    default = Settings.model_fields[name].default
    assert default is not PydanticUndefined
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    shown = SHOWN[name.upper()]
    if isinstance(default, bool):
        assert shown == str(default).lower()
    elif isinstance(default, (int, float)):
        assert float(shown) == default
    elif isinstance(default, Path):
        assert Path(shown) == default
    else:
        assert shown == (default or "")


def test_the_whole_file_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every default uncommented, and what is empty left so, it changes nothing."""
    lines = [f"TGACTORS_{name.upper()}={SHOWN[name.upper()]}" for name in _plain()]
    monkeypatch.chdir(tmp_path)
    before = load()
    (tmp_path / ".env").write_text("\n".join(lines))
    assert load() == before


def _plain() -> list[str]:
    return sorted(Settings.model_fields.keys() - EXAMPLES)

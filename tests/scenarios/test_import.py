"""Sessions that were made by another program."""

from __future__ import annotations

from pathlib import Path

import pytest
from telethon.crypto import AuthKey
from telethon.sessions import SQLiteSession

import actors
from sandbox import Channel, Sandbox
from tests.scenarios.conftest import PERSON, Open, log_in
from tests.scenarios.steps import logged_out

pytestmark = pytest.mark.anyio


def session_file(sandbox: Sandbox, folder: Path) -> Path:
    """A file as Telethon leaves it for a person who is logged in."""
    minted = sandbox.mint(PERSON)
    session = SQLiteSession(str(folder / "other"))
    session.set_dc(minted.dc_id, minted.host, minted.port)
    session.auth_key = AuthKey(minted.auth_key)
    session.save()
    session.close()
    return folder / "other.session"


@pytest.mark.parametrize("form", ["string", "file"])
async def test_a_telethon_session_is_adopted_and_parses(
    sandbox: Sandbox, channels: list[Channel], open_house: Open, tmp_path: Path, form: str
) -> None:
    """Telegram says whose it is; the file is left as it was; a later house reads on with it."""
    sandbox.publish(channels[0].id, "a post")
    file = session_file(sandbox, tmp_path)
    before = file.read_bytes()
    source = file if form == "file" else sandbox.mint(PERSON).string()
    async with open_house() as house, house.newcomer() as newcomer:
        assert await newcomer.import_session(source) == actors.LoggedIn(account=PERSON)
        assert (await actors.user(PERSON).status()).state == "READY"
    async with open_house():
        assert (await actors.user(PERSON).parse()).added == 1
    assert file.read_bytes() == before
    assert list(tmp_path.glob("*")) == [file]  # noqa: ASYNC240  one file
    assert logged_out(sandbox) == 0


async def test_an_account_keeps_the_session_it_has(sandbox: Sandbox, open_house: Open) -> None:
    """The refusal names the command; the refused session is not ended: it is somebody's."""
    async with open_house() as house, house.newcomer() as newcomer:
        await log_in(sandbox)
        with pytest.raises(actors.AlreadyLoggedIn, match=f"tgactors logout {PERSON}"):
            await newcomer.import_session(sandbox.mint(PERSON).string())
        assert logged_out(sandbox) == 0
        assert (await actors.user(PERSON).parse()).channels == 15


async def test_a_session_telegram_no_longer_accepts_is_refused(
    sandbox: Sandbox, open_house: Open
) -> None:
    """Nothing is registered for it."""
    minted = sandbox.mint(PERSON).string()
    sandbox.revoke(PERSON)
    async with open_house() as house, house.newcomer() as newcomer:
        with pytest.raises(actors.SessionRevoked):
            await newcomer.import_session(minted)
        assert await house.accounts() == ()


async def test_what_is_no_session_is_refused(
    sandbox: Sandbox, open_house: Open, tmp_path: Path
) -> None:
    """A file of something else, one that is missing, and a text that is none."""
    (tmp_path / "notes.session").write_text("shopping")
    before = len(sandbox.calls)
    async with open_house() as house, house.newcomer() as newcomer:
        for source in (tmp_path / "notes.session", tmp_path / "none.session", "1shopping"):
            with pytest.raises(actors.SessionFileUnusable):
                await newcomer.import_session(source)
    assert len(sandbox.calls) == before

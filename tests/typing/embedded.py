"""What a type checker knows of the embedded API; it is checked, not run."""

from __future__ import annotations

from typing import assert_type

import actors


async def program() -> None:
    """Use the API as a program does; each answer has its type without help."""
    async with actors.open(data="./data", telegram="sandbox://127.0.0.1:4430"):
        user = actors.user(8124731874)
        async for step in user.login():
            assert_type(
                step,
                actors.QrCode
                | actors.CodeNeeded
                | actors.PasswordNeeded
                | actors.LoggedIn
                | actors.LoginFailed,
            )
        report = await user.parse()
        assert_type(report, actors.ParseReport)
        assert_type(report.added, int)
        assert_type(await user.status(), actors.Status)
        assert_type(await user.channels(), tuple[actors.Channel, ...])
        assert_type(await user.posts(limit=3), tuple[actors.Post, ...])


def without_a_loop() -> None:
    """Do the same from a thread that runs no loop."""
    assert_type(actors.user(1).parse_sync(), actors.ParseReport)

"""The command that looks whether everything is in order."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.table import Table
from rich.text import Text

from bot import door
from bot.commands.options import AsJson, Data, Telegram, Verbose
from bot.wording import counted

if TYPE_CHECKING:
    from actors import BadSettings
    from bot.doctor.finding import Finding
    from bot.screen import Screen
    from bot.settings import Settings

_STYLES = {"ok": "green", "warning": "yellow", "problem": "bold red"}
_LEVEL_WIDTH = 7
_CHECK_WIDTH = 13


def doctor(
    *, json: AsJson = False, data: Data = None, telegram: Telegram = None, verbose: Verbose = False
) -> None:
    """Look whether everything is in order, and change nothing."""
    from bot.commands.sandbox import PORT
    from bot.commands.scratch import scratch_folder
    from bot.doctor.examination import examine
    from bot.doctor.rounds import checks

    with door.opened(as_json=json, verbose=verbose) as screen:
        settings = _settings(data, telegram)
        with closing(
            examine(checks(settings, _folder(settings, data), scratch_folder, PORT))
        ) as all_:
            findings = _shown(screen, all_)
        _conclude(screen, findings)


def _settings(data: Path | None, telegram: str | None) -> Settings | BadSettings:
    """Read the settings, or what is wrong with them."""
    import actors
    from bot import settings

    try:
        return settings.load(data=data, telegram=telegram)
    except actors.BadSettings as refusal:
        return refusal


def _folder(settings: Settings | BadSettings, data: Path | None) -> Path:
    """Return the data folder, which is known whatever else is wrong."""
    from bot.settings import Settings

    if isinstance(settings, Settings):
        return settings.data
    return data or Path(os.environ.get("TGACTORS_DATA") or "data")


def _shown(screen: Screen, findings: Iterable[Finding]) -> list[Finding]:
    """Show each finding as soon as it is there."""
    shown = []
    for each in findings:
        shown.append(each)
        if screen.console.is_terminal:
            screen.say(_row(each))
        else:
            level, check = f"{each.level:<{_LEVEL_WIDTH}}", f"{each.check:<{_CHECK_WIDTH}}"
            screen.say_whole(f"{level}  {check}  {each.text}")
    return shown


def _row(finding: Finding) -> Table:
    row = Table.grid(padding=(0, 2, 0, 0))
    row.add_column(width=_LEVEL_WIDTH)
    row.add_column(width=_CHECK_WIDTH)
    row.add_column()
    row.add_row(
        Text(finding.level, _STYLES[finding.level]), Text(finding.check), Text(finding.text)
    )
    return row


def _conclude(screen: Screen, findings: list[Finding]) -> None:
    """Sum up, and end with 2 if there is a problem."""
    from bot.doctor.finding import Level, count

    problems, warnings = count(findings, Level.PROBLEM), count(findings, Level.WARNING)
    told = f"{counted(problems, 'problem')}, {counted(warnings, 'warning')}."
    screen.say(told if problems or warnings else "All is well.", "bold")
    screen.answer(
        {
            "findings": [asdict(each) for each in findings],
            "problems": problems,
            "warnings": warnings,
        }
    )
    if problems:
        raise typer.Exit(door.REFUSED)

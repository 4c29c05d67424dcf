"""The progress of a parse on the screen."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Column

from bot.wording import counted, line

if TYPE_CHECKING:
    from actors import ParseProgress
    from bot.screen import Screen

_SETTLING = "all read; tagging and indexing"


class ReadingBar:
    """Shows how far a parse has come, while somebody watches."""

    def __init__(self, screen: Screen) -> None:
        self._progress = Progress(
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("channels, {task.fields[posts]}", markup=False),
            TextColumn(
                "{task.fields[channel]}",
                markup=False,
                table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"),
            ),
            console=screen.console,
            transient=True,
            disable=not screen.is_live,
            expand=True,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._progress.start()
        self._task = self._progress.add_task("", total=None, posts=counted(0, "post"), channel="")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def show(self, progress: ParseProgress) -> None:
        """Move on to where the parse is now."""
        if self._task is not None:
            self._progress.update(
                self._task,
                completed=progress.done,
                total=progress.channels,
                posts=counted(progress.added, "post"),
                channel=_SETTLING if progress.settling else line(progress.channel),
            )

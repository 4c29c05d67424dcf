"""The command that measures how well posts are found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import door
from bot.commands.options import AsJson, Verbose
from bot.commands.scratch import scratch_folder, undisturbed
from bot.tables import cell, ruled

if TYPE_CHECKING:
    from bot.evaluation.measures import Figures
    from bot.screen import Screen

SetFile = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE.json", help="Posts and judged queries, in place of those that come with it."
    ),
]


def evaluate(file: SetFile = None, *, json: AsJson = False, verbose: Verbose = False) -> None:
    """Measure how well posts are found. It takes queries whose answers are known."""
    with door.opened(as_json=json, verbose=verbose) as screen:
        from bot.evaluation import sets
        from bot.evaluation.examination import examined
        from bot.evaluation.measures import by_kind, measured

        given = sets.own() if file is None else sets.load(file)
        with scratch_folder() as scratch, undisturbed(scratch):
            judged = door.run(lambda: examined(scratch / "data", given, screen.note))
        over_all, kinds = measured(judged), by_kind(judged)
        _show(screen, kinds)
        screen.answer(
            over_all.facts()
            | {
                "kinds": {
                    kind: {"queries": found.queries} | found.facts()
                    for kind, found in kinds.items()
                }
            }
        )
        screen.say_whole(over_all.line())


def _show(screen: Screen, kinds: dict[str, Figures]) -> None:
    table = ruled("Kind", "Queries", "hit@5", "mrr", "recall@5")
    for kind, found in kinds.items():
        figures = (f"{each:.3f}" for each in (found.hit, found.mrr, found.recall))
        table.add_row(cell(kind), str(found.queries), *figures)
    screen.say(table)

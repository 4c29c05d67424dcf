"""The command that answers a question."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from bot import door
from bot.commands.asked import Since, Tags, Until, asked_for, hint, one_of
from bot.commands.options import Account, AsJson, Data, OneChannel, Telegram, Verbose
from bot.hits import head
from bot.house import open_house
from bot.wording import counted, printable

if TYPE_CHECKING:
    from actors import Answer
    from bot.screen import Screen

Question = Annotated[
    str,
    typer.Argument(metavar="QUESTION", parser=asked_for, help="What to answer from the posts."),
]


def ask(
    account: Account,
    question: Question,
    *,
    channel: OneChannel = None,
    tag: Tags = None,
    since: Since = None,
    until: Until = None,
    json: AsJson = False,
    data: Data = None,
    telegram: Telegram = None,
    verbose: Verbose = False,
) -> None:
    """Answer a question from a person's channels, with sources."""
    with door.opened(as_json=json, verbose=verbose) as screen:
        said = Said(screen)

        async def answered() -> tuple[Answer, str | None]:
            async with open_house(data=data, telegram=telegram) as house:
                user = house.user(account)
                answer = await user.ask(
                    question,
                    channels=await one_of(user, channel),
                    tags=tag or (),
                    since=since,
                    until=until,
                    progress=said.piece,
                )
                return answer, await hint(user)

        answer, todo = door.run(answered)
        screen.answer({"account": account, **asdict(answer)})
        if not json:
            said.end(answer)
        for note in filter(None, (answer.trouble if json else None, todo)):
            screen.note(note)


class Said:
    """An answer as it comes: piece by piece where somebody watches, whole elsewhere."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._shown = ""

    def piece(self, text: str) -> None:
        """Show what comes next."""
        if self._screen.is_live and not self._screen.as_json:
            self._screen.console.print(printable(text), end="", soft_wrap=True)
            self._shown += text

    def end(self, answer: Answer) -> None:
        """Show the rest: the answer, if it was not shown or is another, and its sources."""
        if self._shown:
            self._screen.say()
        if self._shown.strip() != answer.text:
            self._screen.say_indented(printable(answer.text), 0)
        cited = [source for source in answer.sources if source.cited]
        if cited:
            self._screen.say()
        for source in cited:
            self._screen.say_whole(f"[{source.number}] {head(source.post)}")
            self._screen.say_whole(f"    {source.post.permalink}")
        if about := _about(answer, len(cited)):
            self._screen.say()
            self._screen.say(about)
        if answer.trouble is not None:
            self._screen.note(answer.trouble)


def _about(answer: Answer, cited: int) -> str | None:
    """Say what an answer is, if it is not by a model that names its sources."""
    if answer.manner == "model" and not cited:
        return f"It cites none of the {counted(len(answer.sources), 'post')} it was made from."
    if answer.manner != "extract":
        return None
    if answer.trouble is None:
        return "These are sentences of the posts themselves: no model is set, see .env.example."
    return "These are sentences of the posts themselves: no model has answered."

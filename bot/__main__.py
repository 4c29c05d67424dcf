"""The command line."""

from __future__ import annotations

from importlib.metadata import version as installed_version
from typing import Annotated

import typer

from bot.commands import invites, keys, tokens
from bot.commands.ask import ask
from bot.commands.backup import backup
from bot.commands.channels import channels
from bot.commands.coverage import coverage
from bot.commands.demo import demo
from bot.commands.devices import devices
from bot.commands.digest import digest
from bot.commands.doctor import doctor
from bot.commands.evaluate import evaluate
from bot.commands.every import every
from bot.commands.follow import follow
from bot.commands.forget import forget
from bot.commands.import_session import import_session
from bot.commands.login import login
from bot.commands.login_link import login_link
from bot.commands.logout import logout
from bot.commands.parse import parse
from bot.commands.play import play
from bot.commands.posts import posts
from bot.commands.restore import restore
from bot.commands.retention import retention
from bot.commands.retry import retry
from bot.commands.sandbox import sandbox
from bot.commands.search import search
from bot.commands.serve import serve
from bot.commands.similar import similar
from bot.commands.status import status
from bot.commands.top import top
from bot.commands.unfollow import unfollow
from bot.garbage import collect_rarely

app = typer.Typer(
    name="tgactors",
    help="Read the Telegram channels a person follows into a database of your own.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
for _command in (
    demo,
    play,
    sandbox,
    serve,
    login,
    login_link,
    parse,
    posts,
    search,
    ask,
    digest,
    similar,
    retry,
    channels,
    coverage,
    follow,
    unfollow,
    every,
    status,
    top,
    devices,
    logout,
    forget,
    import_session,
    retention,
    backup,
    restore,
    doctor,
):
    app.command()(_command)
app.command("eval")(evaluate)
app.add_typer(invites.app, name="invites")
app.add_typer(keys.app, name="keys")
app.add_typer(tokens.app, name="tokens")


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tgactors {installed_version('tgactors')}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""
    del version


def main() -> None:
    """Run a command: exit 0 when done, 2 when refused, 130 on Ctrl-C, 1 on a fault of our own."""
    collect_rarely()
    app()


if __name__ == "__main__":
    main()

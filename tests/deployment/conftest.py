"""The command line, as the tests of the front doors have it."""

from tests.bot.conftest import beside, known, line, telegram

__all__ = ["beside", "known", "line", "telegram"]

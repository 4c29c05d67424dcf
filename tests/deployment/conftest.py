"""The command line, as the tests of the front doors have it."""

from tests.bot.conftest import line, telegram, warm

__all__ = ["line", "telegram", "warm"]

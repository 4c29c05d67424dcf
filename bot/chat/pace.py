"""When the next message may be sent: the Bot API's limits, kept before it says so.

https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this: about a message a
second in one chat, short bursts apart, and 30 a second overall. Each limit is a GCRA (ITU-T I.371):
one number, the theoretical arrival time of the next message.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rate:
    """So many messages a second, and so many at once after a pause."""

    a_second: float
    burst: int

    @property
    def each(self) -> float:
        """Seconds from one message to the next."""
        return 1 / self.a_second

    @property
    def slack(self) -> float:
        """Seconds by which a message may be early."""
        return (self.burst - 1) * self.each


ONE_CHAT: Final = Rate(1.0, 3)
OVERALL: Final = Rate(25.0, 5)
"""Together never more than 30 in any second."""
CHATS: Final = 10_000
"""Chats whose pace is kept; of the others a pause is assumed."""


class Pace:
    """Gives each message its moment. Not for several threads."""

    def __init__(self, chat: Rate = ONE_CHAT, overall: Rate = OVERALL) -> None:
        self._chat = chat
        self._overall = overall
        self._all = 0.0
        self._chats: OrderedDict[int, float] = OrderedDict()

    def in_chat(self, chat: int, now: float, *, most: float = math.inf) -> float:
        """Promise one message its moment in its chat; return how many seconds off it is.

        Then it has to ask for `overall`: what waits in one chat takes no other's turn. Nothing is
        promised that is more than `most` off.
        """
        mine = self._chats.pop(chat, 0.0)
        moment = max(now, mine - self._chat.slack)
        is_promised = moment - now <= most
        self._chats[chat] = max(mine, moment) + self._chat.each if is_promised else mine
        while len(self._chats) > CHATS:
            self._chats.popitem(last=False)
        return moment - now

    def overall(self, now: float) -> float:
        """Promise a message its moment among all; return how many seconds off it is."""
        moment = max(now, self._all - self._overall.slack)
        self._all = max(self._all, moment) + self._overall.each
        return moment - now

    def hold(self, chat: int, until: float) -> None:
        """Send nothing to a chat before a time: the Bot API has said so."""
        self._chats[chat] = max(self._chats.get(chat, 0.0), until + self._chat.slack)

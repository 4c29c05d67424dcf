"""What happens next in a world, step by step and the same every time."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias, assert_never

from sandbox.membership import Membership
from sandbox.posting import Posting

Verb: TypeAlias = Literal["publish", "edit", "delete", "pin", "follow", "unfollow", "ban"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happens in a channel: to its posts, or to a person."""

    verb: Verb
    channel: int
    post: int = 0  # of edit, delete and pin
    person: int = 0  # of follow, unfollow and ban
    text: str = ""  # of publish and edit


class Scripted(Posting, Membership):
    """A world with a script, played one step at a time."""

    def __init__(self, *, clock: Callable[[], datetime] | None = None) -> None:
        super().__init__(clock=clock)
        self.script: deque[Step] = deque()

    def step(self) -> Step | None:
        """Let the next thing of the script happen; None when nothing is left."""
        self._check_thread()
        if not self.script:
            return None
        self._play(step := self.script.popleft())
        return step

    def _play(self, step: Step) -> None:
        channel = self.find_channel(step.channel)
        match step.verb:
            case "publish":
                self.publish(channel, step.text)
            case "edit":
                self.edit(channel, step.post, step.text)
            case "delete":
                self.delete(channel, step.post)
            case "pin":
                self.pin(channel, step.post)
            case "follow":
                self.follow(self.find_person(step.person), channel)
            case "unfollow":
                self.unfollow(self.find_person(step.person), channel)
            case "ban":
                self.ban(self.find_person(step.person), channel)
            case _:
                assert_never(step.verb)

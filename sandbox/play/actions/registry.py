"""What a page can do, by name."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from sandbox.botapi import Press
from sandbox.play.errors import NoSuchAction
from sandbox.play.given import Given
from sandbox.play.stage import Stage


@dataclass(frozen=True, slots=True)
class Done:
    """What has become of an action: words for the person, and facts for the page."""

    said: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    press: Press | None = None
    """A button that the bot has yet to answer."""


Action: TypeAlias = Callable[[Stage, Given], Done]
ACTIONS: Final[dict[str, Action]] = {}


def does(name: str) -> Callable[[Action], Action]:
    """Let a function be what an action of this name does."""

    def registered(action: Action) -> Action:
        ACTIONS[name] = action
        return action

    return registered


def perform(stage: Stage, name: str, fields: dict[str, Any]) -> Done:
    """Do what a page asks for, or raise a SandboxError that says why not."""
    action = ACTIONS.get(name)
    if action is None:
        raise NoSuchAction(name)
    return action(stage, Given(fields))

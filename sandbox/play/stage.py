"""Everything that a page shows and changes: a Telegram, a Bot API, language models."""

from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Final, Self

from sandbox.botapi import BotApi, Person
from sandbox.calls import Call
from sandbox.play.messages import message_facts, reply_keyboard
from sandbox.play.phone import phone_facts
from sandbox.play.troubles import Troubles
from sandbox.providers import Providers
from sandbox.server import Sandbox
from sandbox.world import World

LANGUAGES: Final = ("en", "ru")


class Stage:
    """A sandboxed Telegram with a world, a Bot API and models, while its block runs.

    The person of an id is the same in the world and in the chat with the bot. Its methods may block
    for a moment; on a loop, call them in a worker thread.
    """

    def __init__(self, world: World) -> None:
        self.telegram = Sandbox(world, on_call=self._called)
        self.api = BotApi()
        self.providers = Providers()
        self.troubles = Troubles(self.telegram, self.api, self.providers)
        self._languages: dict[int, str] = {}
        self._changed: Callable[[], None] | None = None
        self._running = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for each in (self.telegram, self.api, self.providers):
                stack.enter_context(each)
            stack.callback(self.troubles.clear)  # first of all: what is down cannot be stopped
            self._running = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._running.close()

    def person(self, person_id: int) -> Person:
        """Somebody of the world, in their chat with the bot; raises UnknownPerson."""
        known = self.telegram.run(lambda: self.telegram.world.find_person(person_id))
        return self.api.person(
            known.id,
            first_name=known.first_name,
            username=known.username,
            language_code=self.language(known.id),
        )

    def first(self) -> int:
        """Who is the person of a page that names nobody."""
        return self.telegram.run(lambda: next(iter(self.telegram.world.people)))

    def language(self, person_id: int) -> str:
        """The language of somebody's app."""
        return self._languages.get(person_id, LANGUAGES[0])

    def speak(self, person_id: int, language: str) -> None:
        """Let somebody's app be in another language."""
        self._languages[person_id] = language

    def listen(self, changed: Callable[[], None] | None) -> None:
        """Have a function called, on any thread, when clients may have changed something."""
        self._changed = changed

    def chat(self, person_id: int) -> dict[str, Any]:
        """The chat of somebody with the bot, as the page draws it."""
        person = self.person(person_id)
        return {
            "messages": [message_facts(each) for each in person.inbox],
            "keyboard": reply_keyboard(person),
        }

    def keyboard(self, person_id: int) -> dict[str, Any] | None:
        """The keyboard that the bot has given somebody in place of their own."""
        return reply_keyboard(self.person(person_id))

    def state(self, person_id: int) -> dict[str, Any]:
        """Everything else of somebody that the page draws."""
        person = self.person(person_id)
        commands = [each.model_dump(include={"command", "description"}) for each in person.commands]
        return {
            **self.telegram.run(lambda: phone_facts(self.telegram, person_id)),
            "language": self.language(person_id),
            "commands": commands,
            "troubles": self.troubles.facts(),
        }

    def _called(self, _call: Call) -> None:
        if (changed := self._changed) is not None:
            changed()

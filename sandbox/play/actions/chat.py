"""What a person does in the chat with the bot."""

from typing import Final

from sandbox.errors import NoPhone
from sandbox.play.actions.registry import Done, does
from sandbox.play.errors import GivenInvalid
from sandbox.play.given import Given
from sandbox.play.stage import LANGUAGES, Stage

_MARK: Final = -1_000_000_000_000
"""What the Bot API puts before the id of a channel."""


@does("send")
def send(stage: Stage, given: Given) -> Done:
    """Write to the bot."""
    stage.person(given.number("person")).send(given.text("text"))
    return Done()


@does("press")
def press(stage: Stage, given: Given) -> Done:
    """Press a button, named by its data or its label."""
    person = stage.person(given.number("person"))
    pressed = person.press(given.number("message"), given.text("button"))
    return Done(press=pressed)


@does("contact")
def contact(stage: Stage, given: Given) -> Done:
    """Share one's own phone number with the bot."""
    person = stage.person(given.number("person"))
    phone = stage.telegram.run(lambda: stage.telegram.world.find_person(person.id).phone)
    if phone is None:
        raise NoPhone(person.id)
    person.send_contact(phone)
    return Done()


@does("forward")
def forward(stage: Stage, given: Given) -> Done:
    """Send a channel's post on to the bot."""
    world = stage.telegram.world
    channel_id, post_id = given.number("channel"), given.number("post")
    channel = stage.telegram.run(lambda: world.find_channel(channel_id))
    post = stage.telegram.run(lambda: world.find_post(channel, post_id))
    if not post.text:
        raise GivenInvalid("post", "it has no text: forward another post of the album, or channel")
    stage.person(given.number("person")).forward(
        _MARK - channel.id, channel.title, channel.username, post.id, post.text
    )
    return Done("Forwarded to the bot.")


@does("block")
def block(stage: Stage, given: Given) -> Done:
    """Block the bot."""
    stage.person(given.number("person")).block()
    return Done("The bot is blocked. Start it again to unblock it.")


@does("start")
def start(stage: Stage, given: Given) -> Done:
    """Press Start, which also unblocks."""
    stage.person(given.number("person")).start()
    return Done()


@does("language")
def language(stage: Stage, given: Given) -> Done:
    """Use the app in another language."""
    person = given.number("person")
    stage.speak(person, given.one_of("language", *LANGUAGES))
    stage.person(person)
    return Done("The bot sees the new language with the next message.")

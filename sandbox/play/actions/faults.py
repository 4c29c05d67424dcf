"""What goes wrong by order."""

from typing import Final

from sandbox.play.actions.registry import Done, does
from sandbox.play.given import Given
from sandbox.play.stage import Stage
from sandbox.play.troubles import MODELS, MODES, PLACES

_DAY: Final = 86_400


@does("flood")
def flood(stage: Stage, given: Given) -> Done:
    """Let the next reading be told to wait."""
    seconds = given.number("seconds", most=_DAY)
    stage.troubles.flood(given.number("person"), seconds)
    return Done(f"The next reading will be told to wait {seconds} s.")


@does("cut")
def cut(stage: Stage, given: Given) -> Done:
    """Break the person's connections to Telegram."""
    stage.telegram.cut(given.number("person"))
    return Done("The connections are cut.")


@does("hold")
def hold(stage: Stage, given: Given) -> Done:
    """Let reading wait until it is released."""
    stage.troubles.hold(given.number("person"))
    return Done("Reading waits from now on, until it is released.")


@does("release")
def release(stage: Stage, _given: Given) -> Done:
    """Let what waits go on."""
    stage.troubles.release()
    return Done("Reading goes on.")


@does("put")
def put(stage: Stage, given: Given) -> Done:
    """Let a place or a model be well, or not."""
    name = given.one_of("name", *PLACES, *MODELS)
    mode = given.one_of("mode", *(MODES if name in MODELS else MODES[:2]))
    stage.troubles.put(name, mode)
    return Done(f"{name}: {mode}.")


@does("clear")
def clear(stage: Stage, _given: Given) -> Done:
    """Let everything be in order."""
    stage.troubles.clear()
    return Done("Everything is in order again.")

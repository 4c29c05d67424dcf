"""What a person does on the phone."""

from sandbox.play.actions.registry import Done, does
from sandbox.play.errors import NoLoginShown
from sandbox.play.given import Given
from sandbox.play.phone import end_session, shown_login
from sandbox.play.stage import Stage


@does("scan")
def scan(stage: Stage, given: Given) -> Done:
    """Hold the phone before the login code in the chat, and see who asks."""
    person = stage.person(given.number("person"))
    if not any(each.photo and not each.is_deleted for each in person.inbox):
        raise NoLoginShown
    found = shown_login(stage.telegram)
    return Done(f"{found['device']} wants to log in. Approve it?", found)


@does("approve")
def approve(stage: Stage, given: Given) -> Done:
    """Let the device in whose code was scanned."""
    stage.telegram.scan(given.text("url"), given.number("person"))
    return Done("Approved: the device may log in.")


@does("password")
def password(stage: Stage, given: Given) -> Done:
    """Set a two-step password, or take it away with an empty one."""
    chosen = given.text("password", may_be_empty=True)
    hint = given.text("hint", may_be_empty=True)
    stage.telegram.set_password(given.number("person"), chosen or None, hint)
    return Done("The two-step password is set." if chosen else "There is no two-step password.")


@does("end_session")
def end_one(stage: Stage, given: Given) -> Done:
    """End one session."""
    end_session(stage.telegram, given.number("person"), given.text("session"))
    return Done("The session has ended.")


@does("end_sessions")
def end_all(stage: Stage, given: Given) -> Done:
    """End every session."""
    stage.telegram.revoke(given.number("person"))
    return Done("All sessions have ended.")


@does("follow")
def follow(stage: Stage, given: Given) -> Done:
    """Follow a channel."""
    stage.telegram.follow(given.number("person"), given.number("channel"))
    return Done("Followed.")


@does("unfollow")
def unfollow(stage: Stage, given: Given) -> Done:
    """Follow a channel no more."""
    stage.telegram.unfollow(given.number("person"), given.number("channel"))
    return Done("Not followed any more.")

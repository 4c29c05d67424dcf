"""What the owner of a channel does."""

import secrets
from typing import Final

from sandbox.media import Photo
from sandbox.model import Post
from sandbox.play.actions.registry import Done, does
from sandbox.play.given import Given
from sandbox.play.stage import Stage

_MOST: Final = 10
"""Pictures in an album."""
_IDS: Final = 2**48


@does("publish")
def publish(stage: Stage, given: Given) -> Done:
    """Publish a post."""
    post = stage.telegram.publish(given.number("channel"), given.text("text"))
    return Done(f"Post {post.id} is published.", {"post": post.id})


@does("album")
def album(stage: Stage, given: Given) -> Done:
    """Publish pictures that belong together, with a text under them."""
    world, channel = stage.telegram.world, given.number("channel")
    number = given.number("pictures", least=2, most=_MOST)
    text = given.text("text", may_be_empty=True)
    pictures = [Photo(id=secrets.randbelow(_IDS) + 1) for _ in range(number)]

    def published() -> tuple[Post, ...]:
        return world.album(world.find_channel(channel), pictures, text)

    posts = stage.telegram.run(published)
    said = f"An album is published: posts {posts[0].id} to {posts[-1].id}."
    return Done(said, {"post": posts[0].id})


@does("edit")
def edit(stage: Stage, given: Given) -> Done:
    """Change a post."""
    post = stage.telegram.edit(given.number("channel"), given.number("post"), given.text("text"))
    return Done(f"Post {post.id} is changed.")


@does("delete")
def delete(stage: Stage, given: Given) -> Done:
    """Remove a post."""
    post = given.number("post")
    stage.telegram.delete(given.number("channel"), post)
    return Done(f"Post {post} is deleted.")

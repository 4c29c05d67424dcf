"""What an evaluation refuses."""

from __future__ import annotations

from actors import Refusal

FORM = (
    '{"posts": [{"id": 1, "text": "…"}], "queries": [{"text": "…", "relevant": [1], "kind": "…"}]}'
)


class SetInvalid(Refusal):
    """The file {path} is no evaluation set. {where}{problem} It has to be of the form {form};
    mend it and run this again.
    """  # noqa: D205

    def __init__(self, path: str, where: str, problem: str) -> None:
        super().__init__(path, where, problem)
        self.form = FORM
        self.path = path
        self.where = f"At {where}: " if where else ""
        self.problem = problem if problem.endswith(".") else f"{problem}."


class NotIndexed(Refusal):
    """Only {done} of {posts} posts were indexed within {seconds} s, so nothing was measured.
    {reason} Run this again when the machine has less to do, or with fewer posts.
    """  # noqa: D205

    def __init__(self, done: int, posts: int, seconds: float, reason: str | None) -> None:
        super().__init__(done, posts, seconds, reason)
        self.done = done
        self.posts = posts
        self.seconds = round(seconds)
        self.reason = reason or "Nothing is known to be wrong."


class SearchNarrowed(Refusal):
    """Not every way of searching was open, so nothing was measured. {trouble} Run this again."""

    def __init__(self, trouble: str) -> None:
        super().__init__(trouble)
        self.trouble = trouble

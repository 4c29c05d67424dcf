"""What the sandbox's models say: the same for the same prompt."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from sandbox.providers.faults import Spoiling

_WORD: Final = re.compile(r"(?<![^\W_])[^\W\d_]{2,50}(?![^\W_])")  # no part of a number
_SOURCE: Final = re.compile(r"^[ \t]*\[(\d{1,4})\][ \t]*", re.MULTILINE)
_LONG: Final = 4  # letters; shorter words say little of a text, and so do these
_LITTLE: Final = """
about after also been before could even every first from have into just later made more most much
only over same second some such than that their them then there these they this those until very
were what when where which while will with without would your
более будет была были было всех даже если ещё затем здесь когда которая которой которую которые
который между может можно нужно около однако перед после потом почти сейчас снова также теперь
только уже хотя через чтобы этого этой этом этот
"""
_EMPTY: Final = frozenset(_LITTLE.split())
_FEWEST, _MOST = 3, 7
_END: Final = re.compile(r"(?<=[.!?…])\s+")
_FEWEST_QUOTED, _MOST_QUOTED = 8, 40  # words of a source


def invented(prompt: str) -> str:
    """Answer the last thing that the user has said, whatever the prompt looks like otherwise.

    If it has numbered sources, `[1] …` at the beginning of lines, the answer cites the first with
    its first sentences, of eight words at least; if not, it is a JSON array of tags. A source
    reaches up to the next, and its text is its first line of so many words: others may say where it
    is from.
    """
    _, *sources = _SOURCE.split(prompt)
    texts = dict(zip(sources[::2], sources[1::2], strict=True))
    lines = [line.strip() for line in texts.get("1", "").splitlines() if line.strip()]
    if lines:
        said = next((line for line in lines if len(line.split()) >= _FEWEST_QUOTED), lines[0])
        return f"{quoted(said).rstrip('.,;:!?… ')} [1]."
    return json.dumps(tags(prompt), ensure_ascii=False)


def quoted(text: str) -> str:
    """The first sentences of a text, as many as make eight words; at most forty words of them."""
    said: list[str] = []
    for sentence in _END.split(text):
        said += sentence.split()
        if len(said) >= _FEWEST_QUOTED:
            break
    return " ".join(said[:_MOST_QUOTED])


def tags(text: str) -> list[str]:
    """The words that a text repeats, 3 to 7 of them and in its own language.

    The most frequent first, then by their order; of a text with fewer words, all there are.
    """
    counted = Counter(words(text))
    ranked = sorted(counted, key=lambda word: (not _tells(word), -counted[word]))
    repeated = sum(1 for word in ranked if _tells(word) and counted[word] > 1)
    return ranked[: min(max(repeated, _FEWEST), _MOST)]


def _tells(word: str) -> bool:
    return len(word) >= _LONG and word not in _EMPTY


def words(text: str) -> list[str]:
    """The words of a text in lower case."""
    return [word.lower() for word in _WORD.findall(text)]


def tokens(texts: Sequence[str]) -> int:
    """About how many tokens texts are: one for four letters."""
    return sum((len(text) + 3) // 4 for text in texts)


def spoiled(text: str, how: Spoiling) -> str:
    """Write an answer as careless models do."""
    match how:
        case "fenced":
            return f"```json\n{text}\n```"
        case "prose":
            return f"Конечно! Вот теги для вашего текста:\n\n{text}\n\nНадеюсь, это поможет."
        case "curly":
            return re.sub(r'"([^"]*)"', r"“\1”", text)
        case "comma":
            return re.sub(r"(\S)(\s*[\]}])$", r"\1,\2", text)
        case "truncated":
            return text[: max(len(text) * 2 // 3, 1)]

"""What the sandbox's models say: the same for the same prompt."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from sandbox.providers.faults import Spoiling

_WORD: Final = re.compile(r"(?<![^\W_])[^\W\d_]{2,50}(?![^\W_])")  # no part of a number
_SOURCE: Final = re.compile(r"^[ \t]*\[(\d{1,4})\][ \t]*", re.MULTILINE)
_LONG: Final = 4  # letters; shorter words say little of a text
_FEWEST, _MOST = 3, 7
_QUOTED_WORDS: Final = 8


def invented(prompt: str) -> str:
    """Answer the last thing that the user has said, whatever the prompt looks like otherwise.

    If it has numbered sources, `[1] …` at the beginning of lines, the answer is a sentence with the
    first words of source 1 that cites it; if not, a JSON array of tags. A source reaches up to the
    next, and its text is its first line with that many words: others may say where it is from.
    """
    _, *sources = _SOURCE.split(prompt)
    texts = dict(zip(sources[::2], sources[1::2], strict=True))
    lines = [line.split() for line in texts.get("1", "").splitlines() if line.strip()]
    if lines:
        said = next((line for line in lines if len(line) >= _QUOTED_WORDS), lines[0])
        return f"{' '.join(said[:_QUOTED_WORDS]).rstrip('.,;:!?… ')} [1]."
    return json.dumps(tags(prompt), ensure_ascii=False)


def tags(text: str) -> list[str]:
    """The words that a text repeats, 3 to 7 of them and in its own language.

    The most frequent first, then by their order; of a text with fewer words, all there are.
    """
    counted = Counter(words(text))
    ranked = sorted(counted, key=lambda word: (len(word) < _LONG, -counted[word]))
    repeated = sum(1 for word in ranked if len(word) >= _LONG and counted[word] > 1)
    return ranked[: min(max(repeated, _FEWEST), _MOST)]


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

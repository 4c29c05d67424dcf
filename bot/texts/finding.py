"""What the bot says of searches."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingTexts:
    """HTML as Telegram takes it; {names} are filled in with escaped text."""

    what: str
    too_long: str
    head: str
    corrected: str
    nothing: str
    old: str
    no_text: str


EN = FindingTexts(
    what=(
        'What are you looking for? Words in "quotation marks" stand together, and a word behind a '
        "−minus must not occur."
    ),
    too_long="That is {number} characters long. Say it in {most} at most.",
    head="Found for <b>{query}</b>:",
    corrected="Nothing has <i>{query}</i>, so this is for <b>{corrected}</b>:",
    nothing=(
        "Nothing was found for <b>{query}</b>. Try fewer words, or other ones; /parse reads what "
        "is new."
    ),
    old="This list is old, and I no longer know what it was for. Search again: /search",
    no_text="(no text)",
)

RU = FindingTexts(
    what=("Что найти? Слова в «кавычках» стоят рядом, а слова с −минусом в посте быть не должно."),
    too_long="Это {number} символов. Уложитесь, пожалуйста, в {most}.",
    head="Найдено по запросу <b>{query}</b>:",
    corrected="По запросу <i>{query}</i> ничего нет, поэтому вот <b>{corrected}</b>:",
    nothing=(
        "По запросу <b>{query}</b> ничего не нашлось. Попробуйте меньше слов или другие; /parse "
        "прочитает новое."
    ),
    old="Этот список старый, и я уже не помню, что искалось. Поищите снова: /search",
    no_text="(без текста)",
)

"""What providers were seen doing instead of answering well, as values."""

from dataclasses import dataclass
from typing import ClassVar, Final, Literal, TypeAlias

Kind: TypeAlias = Literal["chat", "embeddings", "models", "token"]
"""What a call asks for."""

Spoiling: TypeAlias = Literal["fenced", "prose", "curly", "comma", "truncated"]

REFUSALS: Final = (
    (
        "Как и любая языковая модель, GigaChat не обладает собственным мнением и не транслирует "
        "мнение своих разработчиков. Ответ сгенерирован нейросетевой моделью, обученной на "
        "открытых данных, в которых может содержаться неточная или ошибочная информация. Во "
        "избежание неправильного толкования, разговоры на некоторые темы временно ограничены."
    ),
    (
        "Генеративные языковые модели не обладают собственным мнением — их ответы являются "
        "обобщением информации, находящейся в открытом доступе. Чтобы избежать ошибок и "
        "неправильного толкования, разговоры на чувствительные темы могут быть ограничены."
    ),
    (
        "К сожалению, иногда генеративные языковые модели могут создавать некорректные ответы, "
        "основанные на открытых источниках. Во избежание неправильного толкования, ответы на "
        "вопросы, связанные с чувствительными темами, временно ограничены. Благодарим за "
        "понимание."
    ),
    "Не люблю менять тему разговора, но вот сейчас тот самый случай.",
    "Что-то в вашем вопросе меня смущает. Может, поговорим на другую тему?",
    (
        "Как у нейросетевой языковой модели у меня не может быть настроения, но почему-то я "
        "совсем не хочу говорить на эту тему."
    ),
)
"""What GigaChat says when its content filter has stopped an answer, with HTTP 200."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to a call instead of a good answer."""

    strikes: ClassVar[tuple[Kind, ...]] = ("chat", "embeddings", "models", "token")


@dataclass(frozen=True, slots=True)
class Illegal(Fault):
    """A status line in the middle of the headers, which no HTTP client understands."""


@dataclass(frozen=True, slots=True)
class Empty(Fault):
    """A good status, and no body at all."""


@dataclass(frozen=True, slots=True)
class Status(Fault):
    """A status that is no success: 402 and 403 for no money, 500, 502, 503, 504, and others."""

    code: int
    message: str | None = None  # None: what the status is called


@dataclass(frozen=True, slots=True)
class Busy(Fault):
    """429; `reset_in` seconds from now calls are welcome again, if the provider says so."""

    reset_in: float | None = None


@dataclass(frozen=True, slots=True)
class Expired(Fault):
    """401 although the token was good, which from now on it is not."""

    strikes = ("chat", "embeddings", "models")


@dataclass(frozen=True, slots=True)
class ErrorInside(Fault):
    """HTTP 200 with an error and no choices; in a stream, after the first piece of the answer."""

    strikes = ("chat", "embeddings")

    code: int = 502
    message: str = "Provider returned error"


@dataclass(frozen=True, slots=True)
class Cut(Fault):
    """The connection ends before the first byte, or in the middle of the body."""

    sent: Literal["nothing", "half"] = "half"


@dataclass(frozen=True, slots=True)
class Refusal(Fault):
    """HTTP 200 and a phrase instead of an answer: the content filter."""

    strikes = ("chat",)

    phrase: str = REFUSALS[0]
    finish_reason: str | None = None  # None: what the provider calls it


@dataclass(frozen=True, slots=True)
class Spoiled(Fault):
    """The right answer in a form that is not quite JSON."""

    strikes = ("chat",)

    how: Spoiling


@dataclass(frozen=True, slots=True)
class Says(Fault):
    """An answer that the test chooses."""

    strikes = ("chat",)

    text: str


@dataclass(frozen=True, slots=True)
class OtherModel(Fault):
    """A good answer by another model than was asked for."""

    strikes = ("chat", "embeddings")

    model: str


@dataclass(frozen=True, slots=True)
class WrongDimension(Fault):
    """Vectors of another length."""

    strikes = ("embeddings",)

    dimension: int = 768


@dataclass(frozen=True, slots=True)
class NotANumber(Fault):
    """Vectors in which one number is none."""

    strikes = ("embeddings",)

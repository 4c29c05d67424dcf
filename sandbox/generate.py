"""Worlds of any size for load and measurement, the same for the same arguments."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from sandbox.model import Person
from sandbox.script import Step
from sandbox.world import World

FIRST_PERSON_ID: Final = 8_124_731_874
_EVERY: Final = timedelta(minutes=7)  # between posts of a channel
_PRIVATE: Final = 4  # every fourth channel has no username
_LENGTHS: Final = (1, 1, 2, 2, 3, 3, 4, 5, 6, 9)  # sentences of a post

_RUSSIAN: Final = (
    "В среду совет утвердил план ремонта набережной и сроки закрытия движения.",
    "По предварительным данным, урожай оказался на восьмую часть больше прошлогоднего.",
    "Исследователи сравнили три метода и получили одинаковый результат только в двух случаях.",
    "Рейс отменили из-за тумана, пассажиров разместили в гостинице у вокзала.",
    "Команда выиграла решающий матч на последней минуте и вышла в полуфинал.",
    "Музей продлил выставку до конца месяца, вход по четвергам бесплатный.",
    "Новая версия программы работает вдвое быстрее, но требует больше памяти.",
    "Синоптики обещают дождь со второй половины дня и порывистый ветер до ночи.",
    "Цены на топливо за неделю почти не изменились, запасов хватит на два месяца.",
    "Тесто оставляют в тепле на час, затем делят на шесть равных частей.",
    "Врачи напоминают, что прививку лучше сделать за месяц до начала сезона.",
    "Школа получила лабораторию с телескопом, первое занятие назначено на пятницу.",
    "Подробности расскажут на открытой встрече, прийти может любой желающий.",
    "Инженеры нашли причину сбоя: датчик замерзал при минус двадцати.",
)
_ENGLISH: Final = (
    "The council approved the new timetable, and buses will run until midnight on weekends.",
    "Engineers traced the outage to a single expired certificate and published a full report.",
    "Researchers repeated the experiment in four laboratories with almost identical results.",
    "The telescope returned its first images, sharper than the team had dared to hope.",
    "Prices for wheat fell for the third week in a row as harvests came in early.",
    "The library extends its opening hours and adds a quiet room on the second floor.",
    "Version nine drops support for the old file format but keeps a converter.",
    "Rain is expected in the afternoon, with gusts strong enough to close the bridge.",
    "Simmer the sauce for twenty minutes, then stir in the herbs and a little lemon.",
    "The trial included nine hundred volunteers and lasted a little over two years.",
    "Cyclists get a protected lane along the river, due to open before the winter.",
    "A small museum of radio opens on Saturday, with sets that visitors may switch on.",
    "Analysts had expected slower growth, and the index rose by almost two percent.",
    "The finalists meet on Sunday, and neither side has lost at home this season.",
)


def generated_world(
    *,
    channels: int = 15,
    posts: int = 2_000,
    people: int = 1,
    seed: int = 1,
    now: datetime | None = None,
    steps: int = 0,
) -> World:
    """Build a world in which everybody follows every channel.

    `posts` is the number in each channel; half the channels are Russian, half English. Each
    post is unique, seven minutes after the one before, the newest at `now`. `steps` is the
    length of its script: mostly new posts, some edits and deletions.
    """
    moment = now or datetime.now(UTC)
    world, random = World(), Random(seed)  # noqa: S311  # reproducible, nothing secret
    readers = [_reader(world, number) for number in range(people)]
    for number in range(1, channels + 1):
        sentences = _RUSSIAN if number % 2 else _ENGLISH
        name = None if number % _PRIVATE == 0 else f"generated_{number}"
        channel = world.channel(f"Channel {number}", username=name)
        for place in range(posts):
            text = _text(random, sentences, place + 1)
            world.publish(channel, text, at=moment - _EVERY * (posts - 1 - place))
        for reader in readers:
            world.follow(reader, channel)
    world.script.extend(_steps(random, world, steps))
    return world


def _reader(world: World, number: int) -> Person:
    name = number + 1
    return world.person(
        FIRST_PERSON_ID + number, first_name=f"Reader {name}", username=f"reader_{name}"
    )


def _steps(random: Random, world: World, number: int) -> Iterator[Step]:
    """A script whose every step is possible when its turn comes."""
    ids = {channel.id: list(channel.ids) for channel in world.channels.values()}
    last = {channel.id: channel.last_id for channel in world.channels.values()}
    for place in range(number if ids else 0):
        channel = random.choice(list(ids))
        verb = random.choices(("publish", "edit", "delete"), (8, 1, 1))[0]
        sentences = _RUSSIAN if (channel % 2) else _ENGLISH
        if verb == "publish" or not ids[channel]:
            last[channel] += 1
            ids[channel].append(last[channel])
            text = _text(random, sentences, last[channel])
            yield Step(verb="publish", channel=channel, text=text)
        elif verb == "edit":
            post = random.choice(ids[channel])
            text = f"{_text(random, sentences, post)} ({place + 1})"
            yield Step(verb="edit", channel=channel, post=post, text=text)
        else:
            post = ids[channel].pop(random.randrange(len(ids[channel])))
            yield Step(verb="delete", channel=channel, post=post)


def _text(random: Random, sentences: tuple[str, ...], number: int) -> str:
    chosen = random.sample(sentences, k=random.choice(_LENGTHS))
    return f"№ {number}. {' '.join(chosen)}"

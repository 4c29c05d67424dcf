"""Posts by their words."""

from datetime import timedelta
from typing import Any

import pytest

from storage import lexical, posts, tagging
from storage.database import Database
from storage.migrations import KNOWN
from storage.rows import Batch, Hold
from tests.storage.conftest import Own
from tests.storage.found import EPOCH, message, seen
from tests.storage.storing import amend, claim, store, tagged

pytestmark = pytest.mark.anyio

TEXTS = {
    1: "Центробанк повысил ключевую ставку до 21 процента",
    2: "The Central Bank raises its key rate, markets are falling",
    3: "🎄Ёлки🎄 привезли на площадь… ставка—на праздник, за\u0301мок и 5\u00adпро\u00adцентов",
    4: "Ставки сделаны: «Спартак» выиграл у «Зенита»",
}


@pytest.fixture
async def reader(db: Database, own: Own) -> Hold:
    """An account that follows channels 7 and 8, with some texts in 7."""
    hold = await own(42)
    await posts.follow(db, hold, [seen(7), seen(8)])
    for number, text in TEXTS.items():
        await store(db, hold, number, text=text)
    return hold


async def find(db: Database, query: str, **more: Any) -> list[int]:
    """Search; return the ids of what is found, the best first."""
    hits = await lexical.search(db, 42, query, **more)
    return [hit.post_id for hit in hits]


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("ставка", {1, 3, 4}),
        ("СТАВКАМИ", {1, 3, 4}),
        ("ключевая ставка", {1}),
        ("market fell rates", set()),
        ("falling markets", {2}),
        ("banks rate", {2}),
        ("елка", {3}),
        ("ёлка", {3}),
        ('"ключевую ставку"', {1}),
        ('"ставку ключевую"', set()),
        ("ставка -спартак", {1, 3}),
        ("«спартак» — выиграл", {4}),
        ("площадь", {3}),
        ("замок", {3}),
        ("5процентов", {3}),
        ("елка or market", {2, 3}),
        ("21", {1}),
        ("ставка market", set()),
        ("слон", set()),
        ("", set()),
        ("the и", set()),
        ("'); DROP TABLE words; --", set()),
        ("a & | ! ( :* \\ \0", set()),
    ],
)
async def test_posts_are_found_by_all_words_in_any_form(
    db: Database, query: str, found: set[int]
) -> None:
    """Russian and English ones, «ё» or «е», phrases, not a word, one of two; any text is one."""
    assert set(await find(db, query)) == found


async def test_the_best_is_first(db: Database, reader: Hold) -> None:
    """Where the words stand close, and are more of the text; of equals the newer one."""
    await store(db, reader, 10, text="слово раз и потом, " + "очень долго о другом, " * 9 + "два")
    await store(db, reader, 11, text="слово раз и два")
    await store(db, reader, 12, text="слово раз и два")
    assert await find(db, "слово два") == [12, 11, 10]
    hits = await lexical.search(db, 42, "слово два")
    assert [hit.rank for hit in hits] == sorted((hit.rank for hit in hits), reverse=True)
    assert await find(db, "слово два", limit=1) == [12]


async def test_a_search_can_be_narrowed(db: Database, reader: Hold) -> None:
    """To channels, to times from the first to before the second, to posts with one of some tags."""
    await store(db, reader, 9, channel=8, text="ставка")
    items = {item.row.post_id: item for item in await claim(db, "tag")}
    await tagging.keep(db, [tagged(items[1].row, "деньги", "банк"), tagged(items[4].row, "спорт")])
    assert await find(db, "ставка", channels=[8]) == [9]
    assert await find(db, "ставка", channels=[]) == []
    assert set(await find(db, "ставка", tags=["банк", "спорт"])) == {1, 4}
    times = {"since": EPOCH + timedelta(minutes=3), "until": EPOCH + timedelta(minutes=4)}
    assert await find(db, "ставка", **times) == [3]


async def test_words_follow_edits_and_deletions(db: Database, reader: Hold) -> None:
    """Also of posts whose words nobody has looked up before the edit."""
    await amend(db, reader, message(3, text="слон"), deleted=(4,))
    assert await find(db, "ставка") == [1]
    assert await find(db, "слон") == [3]
    await amend(db, reader, message(3, text="кит"))
    assert await find(db, "слон") == []
    assert await find(db, "кит") == [3]
    assert await db.fetch_value("SELECT count(*) FROM words") == 3


async def test_an_album_that_moves_is_found_where_it_is(db: Database, reader: Hold) -> None:
    """By its new id, and by the words that are left."""
    found = (message(20, album=5, text="первый"), message(21, album=5, text="второй"))
    await posts.store(db, reader, Batch(channel_id=7, floor=None, read=(20, 22), posts=found))
    assert await find(db, "первый второй") == [20]
    await amend(db, reader, deleted=(20,))
    assert await find(db, "первый") == []
    assert await find(db, "второй") == [21]


async def test_words_are_found_without_any_worker(db: Database, reader: Hold) -> None:
    """A search looks up those of the last stored posts; a claim of any kind does it before."""
    assert await db.fetch_value("SELECT count(*) FROM words") == 0
    assert await find(db, "ставка") != []
    await store(db, reader, 30, text="слон")
    await claim(db, "index")
    await db.execute("DELETE FROM arrivals")
    assert await find(db, "слон") == [30]


FULL = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'disk_full';
END
$$;
CREATE TRIGGER no_room BEFORE INSERT ON words FOR EACH ROW EXECUTE FUNCTION no_room()
"""


async def test_a_full_disk_costs_the_words_that_are_not_found_yet(
    db: Database, reader: Hold
) -> None:
    """What was found before is searched all the same."""
    assert await find(db, "спартак") == [4]
    async with db.connection() as connection:
        await connection.execute(FULL)
    await store(db, reader, 5, text="«Спартак» проиграл")
    assert await find(db, "спартак") == [4]


async def test_posts_that_came_one_by_one_are_found_at_once(db: Database, reader: Hold) -> None:
    """However many arrivals they were, before anything of them was claimed."""
    for id_ in range(100, 130):
        await store(db, reader, id_, text="поодиночке")
    assert set(await find(db, "поодиночке")) == set(range(100, 130))


async def test_claiming_leaves_no_words_out(db: Database, reader: Hold) -> None:
    """Work that is written first, or last, or for an edit in between, loses no post's words."""
    await store(db, reader, *range(100, 400))
    while await lexical.find(db, 1):
        await claim(db, "tag", 1)
        await amend(db, reader, message(399, text="edited"))
    assert await db.fetch_value("SELECT count(*) FROM words") == 304
    assert await db.fetch("SELECT FROM arrivals") == []
    assert await find(db, "edited") == [399]
    assert await db.fetch_value("SELECT count(*) FROM work WHERE kind = 'index'") == 304


async def test_what_was_stored_before_is_found(empty_dsn: str) -> None:
    """Posts from before there was a search get their words too."""
    async with await Database.open(empty_dsn) as old:
        await old.migrate(KNOWN[:8])
        await old.execute("INSERT INTO channels (id, title, username) VALUES (7, 't', 'u')")
        await old.execute(
            "INSERT INTO posts (channel_id, id, published_at, text) "
            "SELECT 7, id, now(), 'word' FROM generate_series(1, 250) AS id"
        )
        await old.execute("INSERT INTO arrivals (channel_id, posts) VALUES (7, '{1, 2}')")
        await old.migrate()
        while await lexical.find(old, 1):
            """Until all are found."""
        assert await old.fetch_value("SELECT count(*) FROM words") == 250


async def test_the_vocabulary_is_what_the_posts_say(db: Database, reader: Hold) -> None:
    """Words of three letters and more, in lower case as they stand, the commonest first."""
    await store(db, reader, 5, text="ставка ставка https://a.example/path кот")
    words = dict(await lexical.vocabulary(db, 42, 99))
    assert words["ставка"] == 2
    assert words["центробанк"] == words["кот"] == 1
    assert not words.keys() & {"на", "21", "a.example", "a.example/path"}
    assert len(await lexical.vocabulary(db, 42, 3)) == 3
    assert await lexical.vocabulary(db, 43, 99) == []


@pytest.mark.parametrize("limit", [0, lexical.MOST + 1])
async def test_an_unreasonable_limit_is_refused(db: Database, limit: int) -> None:
    """A search has a bound."""
    with pytest.raises(ValueError, match="limit must be"):
        await find(db, "word", limit=limit)

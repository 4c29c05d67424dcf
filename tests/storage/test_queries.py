"""The named statements."""

import ast
import re
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pytest

from storage import bot_queries, freshness_queries, meaning_queries, queries, service_queries
from storage.bot_queries import BotQueries, bot_sql
from storage.database import Database
from storage.freshness_queries import FreshnessQueries, freshness_sql
from storage.meaning_queries import MeaningQueries, meaning_sql
from storage.queries import Queries, sql
from storage.service_queries import ServiceQueries, service_sql

ROOM = Path(queries.__file__).parent
FILES = [
    pytest.param(queries.SOURCE, "sql", sql, id="queries"),
    pytest.param(meaning_queries.SOURCE, "meaning_sql", meaning_sql, id="meaning"),
    pytest.param(bot_queries.SOURCE, "bot_sql", bot_sql, id="bot"),
    pytest.param(freshness_queries.SOURCE, "freshness_sql", freshness_sql, id="freshness"),
    pytest.param(service_queries.SOURCE, "service_sql", service_sql, id="service"),
]
STATEMENTS = (
    asdict(sql)
    | asdict(meaning_sql)
    | asdict(bot_sql)
    | asdict(service_sql)
    | asdict(freshness_sql)
)


@pytest.mark.parametrize(("source", "name", "known"), FILES)
def test_each_statement_has_a_name_and_a_description(source: Path, name: str, known: Any) -> None:
    """Every statement of a file is described in a line, and the loader saw them all."""
    text = source.read_text(encoding="utf-8")
    described = re.findall(r"^-- name: (\w+)\n-- \w.+\.$", text, re.MULTILINE)
    assert described == [field.name for field in fields(known)], name
    assert text.count(";\n") == len(described)
    assert text.count("-- name:") == len(described)


@pytest.mark.parametrize(("source", "name", "known"), FILES)
def test_each_statement_is_used(source: Path, name: str, known: Any) -> None:
    """No statement of a file is left that no code runs."""
    used = {
        node.attr
        for path in ROOM.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
    }
    assert used == set(asdict(known)), source


def test_no_two_statements_have_one_name() -> None:
    """A name tells which statement it is, whichever file it stands in."""
    files = (Queries, MeaningQueries, BotQueries, ServiceQueries, FreshnessQueries)
    assert len(STATEMENTS) == sum(len(fields(each)) for each in files)


def test_statements_stand_in_the_file_only() -> None:
    """No other module of the room spells out SQL."""
    spelt = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b")
    guilty = [path.name for path in ROOM.glob("*.py") if spelt.search(path.read_text("utf-8"))]
    assert guilty == []


@pytest.mark.parametrize("text", ["", "-- name: unheard_of\n-- Nothing.\nSELECT 1;\n"])
def test_a_missing_or_unknown_statement_is_refused(text: str) -> None:
    """The file and the attributes must name the same statements."""
    with pytest.raises(TypeError):
        queries.load(text, Queries)


@pytest.mark.anyio
@pytest.mark.parametrize("name", list(STATEMENTS))
async def test_each_statement_prepares(db: Database, name: str) -> None:
    """The real server accepts every statement against the real schema."""
    async with db.connection() as connection:
        statement = await connection.prepare(STATEMENTS[name])
        assert statement.get_query() == STATEMENTS[name]

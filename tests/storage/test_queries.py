"""The named statements."""

import ast
import re
from dataclasses import asdict, fields
from pathlib import Path

import pytest

from storage import queries
from storage.database import Database
from storage.queries import Queries, sql

ROOM = Path(queries.__file__).parent


def test_each_statement_has_a_name_and_a_description() -> None:
    """Every statement of the file is described in a line, and the loader saw them all."""
    text = queries.SOURCE.read_text(encoding="utf-8")
    described = re.findall(r"^-- name: (\w+)\n-- \w.+\.$", text, re.MULTILINE)
    assert described == [field.name for field in fields(Queries)]
    assert text.count(";\n") == len(described)
    assert text.count("-- name:") == len(described)


def test_each_statement_is_used() -> None:
    """No statement is left that no code runs."""
    used = {
        node.attr
        for path in ROOM.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "sql"
    }
    assert used == set(asdict(sql))


def test_statements_stand_in_the_file_only() -> None:
    """No other module of the room spells out SQL."""
    spelt = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b")
    guilty = [path.name for path in ROOM.glob("*.py") if spelt.search(path.read_text("utf-8"))]
    assert guilty == []


@pytest.mark.parametrize("text", ["", "-- name: unheard_of\n-- Nothing.\nSELECT 1;\n"])
def test_a_missing_or_unknown_statement_is_refused(text: str) -> None:
    """The file and the attributes must name the same statements."""
    with pytest.raises(TypeError):
        queries.load(text)


@pytest.mark.anyio
@pytest.mark.parametrize("name", list(asdict(sql)))
async def test_each_statement_prepares(db: Database, name: str) -> None:
    """The real server accepts every statement against the real schema."""
    async with db.connection() as connection:
        statement = await connection.prepare(getattr(sql, name))
        assert statement.get_query() == getattr(sql, name)

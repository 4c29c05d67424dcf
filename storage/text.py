"""Text that Postgres can hold."""

import json
from collections.abc import Mapping


def storable(text: str) -> str:
    """Drop NULs and lone surrogates, join paired surrogates, keep everything else exact."""
    text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return text


def json_text(value: object) -> str:
    """Write a value of dictionaries, lists and plain values as JSON of storable text."""
    return json.dumps(_storable(value), ensure_ascii=False, allow_nan=False)


def _storable(value: object) -> object:
    match value:
        case str():
            return storable(value)
        case Mapping():
            return {storable(str(key)): _storable(each) for key, each in value.items()}
        case list() | tuple():
            return [_storable(each) for each in value]
        case _:
            return value

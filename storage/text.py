"""Text that Postgres can hold."""


def storable(text: str) -> str:
    """Drop NULs and lone surrogates, join paired surrogates, keep everything else exact."""
    text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return text

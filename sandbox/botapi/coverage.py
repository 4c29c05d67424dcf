"""Which methods of the Bot API are served, as a table for the documentation."""

from sandbox.botapi.methods import KNOWN, SERVED, Served


def table() -> str:
    """Every method that is served, what it answers, and how that differs from the real one."""
    head = "| method | answers | differs |\n|---|---|---|"
    return "\n".join([head, *(_line(SERVED[name]) for name in sorted(SERVED))])


def unserved() -> int:
    """How many methods are refused with METHOD_NOT_SERVED."""
    return len(KNOWN - SERVED.keys())


def _line(served: Served) -> str:
    says = (served.run.__doc__ or "").rstrip(".")
    return f"| `{served.method.__api_method__}` | {says} | {served.differs} |"
